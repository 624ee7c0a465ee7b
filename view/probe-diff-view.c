/* SPDX-License-Identifier: MIT */
/* The differences between two probes. */

#include "probe-diff-view.h"

#include <string.h>

#include "color.h"
#include "json.h"
#include "text.h"

#define ESCAPED 2048

/* The files come from other machines: nothing of them reaches the terminal raw. */
static const char *harmless(const char *text, char ret[static ESCAPED])
{
	text_escape(text, ret, ESCAPED);
	return ret;
}

void probe_diff_view_machine(FILE *file, char letter, const char *text, const char *path)
{
	char first[ESCAPED], second[ESCAPED];

	fprintf(file, "%s%c%s  %s  %s%s%s\n", color_out(COLOR_HEADING), letter, color_out(COLOR_OFF), harmless(text, first),
		color_out(COLOR_DIM), harmless(path, second), color_out(COLOR_OFF));
}

static void put_json(FILE *file, const struct probe_difference *difference)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	if (difference->option) {
		json_string(&json, "option", difference->option);
		json_string(&json, "level", difference->level);
	}
	json_string(&json, "field", difference->field);
	json_string(&json, "a", difference->a);
	json_string(&json, "b", difference->b);
	json_string(&json, "sockets", difference->sockets);
	json_end_object(&json);
	json_line(&json);
}

static bool same_option(const struct probe_difference *a, const struct probe_difference *b)
{
	if (!b || !a->option || !b->option)
		return b && !a->option && !b->option;
	return strcmp(a->option, b->option) == 0 && strcmp(a->level, b->level) == 0;
}

static void put_sockets(FILE *file, const struct probe_difference *difference)
{
	char names[ESCAPED], text[ESCAPED + 64];

	if (!difference->all_but)
		snprintf(text, sizeof(text), "%s", harmless(difference->sockets, names));
	else if (!*difference->all_but)
		snprintf(text, sizeof(text), "%s", _("every kind of socket that was compared"));
	else
		snprintf(text, sizeof(text), _("every kind of socket that was compared, but for %s"),
			 harmless(difference->all_but, names));
	text_fill_after(file, text, 3, 4, text_screen_width());
}

void probe_diff_view(FILE *file, bool json, const struct probe_difference *difference,
		     const struct probe_difference *before)
{
	char name[ESCAPED], a[ESCAPED], b[ESCAPED];

	if (json) {
		put_json(file, difference);
		return;
	}
	if (!same_option(difference, before))
		fprintf(file, "\n%s%s%s\n", color_out(COLOR_NAME),
			difference->option ? harmless(difference->option, name) : _("The machines"), color_out(COLOR_OFF));
	fprintf(file, "  %s  %s%s%s %s %s%s%s\n", harmless(difference->field, name), color_out(COLOR_VALUE),
		harmless(difference->a, a), color_out(COLOR_OFF), text_is_utf8() ? "→" : "->", color_out(COLOR_CHANGED),
		harmless(difference->b, b), color_out(COLOR_OFF));
	if (*difference->sockets) {
		fprintf(file, "   %s", color_out(COLOR_DIM));
		put_sockets(file, difference);
		fputs(color_out(COLOR_OFF), file);
	}
}

void probe_diff_view_end(FILE *file, size_t n)
{
	if (n == 0)
		fprintf(file, "%s\n", _("no difference"));
	else
		fprintf(file, ngettext("\n%zu difference\n", "\n%zu differences\n", n), n);
}
