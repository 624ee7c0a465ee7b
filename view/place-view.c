/* SPDX-License-Identifier: MIT */
#include "place-view.h"

#include <stdlib.h>
#include <string.h>

#include "check-text.h"
#include "color.h"
#include "json.h"
#include "place.h"
#include "text.h"

#define TEXT_MAX 2048

struct place_view {
	FILE *file;
	enum place_form form;
	struct placed *list;
	size_t n;
	size_t room;
	bool failed;
};

struct place_view *place_view_new(FILE *file, enum place_form form)
{
	struct place_view *view = calloc(1, sizeof(*view));

	if (view) {
		view->file = file;
		view->form = form;
	}
	return view;
}

static char *filled(const struct check_finding *finding, const char *text, enum check_text_form form)
{
	char buffer[TEXT_MAX];

	if (!text)
		return NULL;
	check_text_fill(finding->check, text, finding, form, NULL, buffer, sizeof(buffer));
	return strdup(buffer);
}

void place_view_add(struct place_view *view, const struct place *place, enum check_place where,
		    const struct check_finding *finding)
{
	const struct check *check = finding->check;
	struct placed *placed;

	if (view->n == view->room) {
		size_t room = view->room ? view->room * 2 : 32;
		struct placed *grown = realloc(view->list, room * sizeof(*grown));

		view->failed |= !grown;
		if (!grown)
			return;
		view->list = grown;
		view->room = room;
	}
	placed = &view->list[view->n];
	*placed = (struct placed){
		.check = check,
		.option = finding->option,
		.file = strdup(place->file),
		.line = place->line,
		.column = place->column,
		.end_column = place->end_column,
		.text = strdup(place->text ? place->text : ""),
		.why = filled(finding, sockopt_text(check->why, text_language()), CHECK_TEXT_PROSE),
		.cure = filled(finding, check->cure[where], CHECK_TEXT_COMMAND),
		.advice = filled(finding, sockopt_text(check->advice, text_language()), CHECK_TEXT_PROSE),
		.order = view->n,
	};
	if (placed->file && placed->text)
		view->n++;
}

/** In the order of the file, the gravest of a line first. */
static int compare(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;
	int order = strcmp(left->file, right->file);

	if (order)
		return order;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->check->severity != right->check->severity)
		return (int)right->check->severity - (int)left->check->severity;
	return left->order < right->order ? -1 : left->order > right->order;
}

static void put_json(FILE *file, const struct placed *placed)
{
	struct json json = { .file = file };
	const struct check *check = placed->check;

	json_object(&json, NULL);
	json_string(&json, "check", check->id);
	json_string(&json, "severity", check_severity_word(check->severity));
	json_text(&json, "title", sockopt_text(check->title, text_language()));
	json_text(&json, "why", placed->why ? placed->why : "");
	if (placed->cure)
		json_text(&json, "cure", placed->cure);
	else
		json_null(&json, "cure");
	if (placed->advice)
		json_text(&json, "advice", placed->advice);
	else
		json_null(&json, "advice");
	json_array(&json, "see");
	for (const char *const *name = check->see; *name; name++)
		json_string(&json, NULL, *name);
	json_end_array(&json);
	json_unsigned(&json, "count", 1);
	json_object(&json, "place");
	json_text(&json, "file", placed->file);
	json_unsigned(&json, "line", placed->line);
	json_unsigned(&json, "column", placed->column ? placed->column : 1);
	json_text(&json, "text", placed->text);
	if (placed->option)
		json_string(&json, "option", placed->option->name);
	else
		json_null(&json, "option");
	json_end_object(&json);
	json_end_object(&json);
	json_line(&json);
}

/** The line without what it is indented by, and a mark below. */
static void put_line(FILE *file, const struct placed *placed)
{
	size_t begin = strspn(placed->text, " \t"), column = placed->column ? placed->column - 1 : begin;
	size_t length = strlen(placed->text);
	char line[512], harmless[sizeof(line) * 4];

	snprintf(line, sizeof(line), "%s", placed->text + begin);
	for (char *tab = strchr(line, '\t'); tab; tab = strchr(tab, '\t'))
		*tab = ' ';
	text_escape(line, harmless, sizeof(harmless));
	fprintf(file, "  %s\n", harmless);
	if (column <= begin || column >= length || column - begin >= sizeof(line))
		return;
	line[column - begin] = '\0';
	text_escape(line, harmless, sizeof(harmless));
	fprintf(file, "  %*s%s^%s\n", (int)text_width(harmless), "", color_out(COLOR_CHANGED), color_out(COLOR_OFF));
}

static void put_text(FILE *file, const struct placed *placed)
{
	const struct check *check = placed->check;

	char name[1024];

	text_escape(placed->file, name, sizeof(name));
	fprintf(file, "%s%s:%u:%u:%s %s%s%s %s%s%s  %s\n", color_out(COLOR_HEADING), name, placed->line, placed->column ? placed->column : 1,
		color_out(COLOR_OFF), check_text_color(check->severity), check_text_severity(check->severity),
		color_out(COLOR_OFF), color_out(COLOR_NAME), check->id, color_out(COLOR_OFF),
		sockopt_text(check->title, text_language()));
	put_line(file, placed);
	text_fill(file, placed->why ? placed->why : "", 2, text_screen_width() - 1);
	if (placed->cure)
		fprintf(file, "  %s%s%s %s\n", color_out(COLOR_DIM), _("cure"), color_out(COLOR_OFF), placed->cure);
	if (placed->advice)
		text_fill(file, placed->advice, 2, text_screen_width() - 1);
	fprintf(file, "  %s%s sockopt explain %s, sockopt check --explain %s%s\n", color_out(COLOR_DIM), _("more"),
		placed->option ? placed->option->name : check->see[0], check->id, color_out(COLOR_OFF));
}

static void free_placed(struct placed *placed)
{
	free(placed->file);
	free(placed->text);
	free(placed->why);
	free(placed->cure);
	free(placed->advice);
}

size_t place_view_end(struct place_view *view)
{
	size_t n = view->n;

	if (n)
		qsort(view->list, n, sizeof(*view->list), compare);
	if (view->form == PLACE_SARIF)
		place_sarif(view->file, view->list, n);
	for (size_t i = 0; i < n; i++) {
		if (view->form == PLACE_JSON) {
			put_json(view->file, &view->list[i]);
		} else if (view->form == PLACE_TEXT) {
			if (i)
				fputc('\n', view->file);
			put_text(view->file, &view->list[i]);
		}
		free_placed(&view->list[i]);
	}
	free(view->list);
	free(view);
	return n;
}
