/* SPDX-License-Identifier: MIT */
/* A check by itself. */

#include "check-view.h"

#include <string.h>

#include "check-text.h"
#include "color.h"
#include "json.h"
#include "list.h"
#include "text.h"

#define TEXT_MAX 2048
#define LINE_WIDTH 120

static void places_of(const struct check *check, char *ret, size_t size)
{
	struct list list = { .at = ret, .size = size };

	ret[0] = '\0';
	for (int place = 0; place < CHECK_N_PLACES; place++)
		if (check_applies(check, (enum check_place)place))
			list_add(&list, ", ", check_place_word((enum check_place)place));
}

void check_view_line(FILE *file, const struct check *check)
{
	char places[64];
	const char *severity = check_text_severity(check->severity);
	const char *title = sockopt_text(check->title, text_language());
	size_t before = 6 + 8, width;

	places_of(check, places, sizeof(places));
	width = before + text_width(title) + strlen(" ()") + strlen(places);
	fprintf(file, "%s%-5s%s %s%s%s%*s %s", color_out(COLOR_NAME), check->id, color_out(COLOR_OFF),
		check_text_color(check->severity), severity, color_out(COLOR_OFF),
		(int)(text_width(severity) < 7 ? 7 - text_width(severity) : 0), "", title);
	if (width > LINE_WIDTH)
		fprintf(file, "\n%*s", (int)before - 1, "");
	fprintf(file, " %s(%s)%s\n", color_out(COLOR_DIM), places, color_out(COLOR_OFF));
}

static void put_template(FILE *file, const struct check *check, const char *label, const char *text,
			 enum check_text_form form)
{
	char filled[TEXT_MAX];

	if (!text)
		return;
	check_text_fill(check, text, NULL, form, NULL, filled, sizeof(filled));
	check_text_labelled(file, 2, label, filled);
}

static void put_sources(FILE *file, const struct check *check)
{
	for (size_t i = 0; i < check->n_sources; i++) {
		const struct sockopt_source *source = &check->sources[i];
		char text[TEXT_MAX];

		if (source->kernel)
			snprintf(text, sizeof(text), "linux %s %s%s%s", source->at ? source->at : "", source->kernel,
				 source->symbol ? ": " : "", source->symbol ? source->symbol : "");
		else if (source->rfc)
			snprintf(text, sizeof(text), "RFC %s", source->rfc);
		else if (source->run)
			snprintf(text, sizeof(text), _("seen: %s"), source->run);
		else
			snprintf(text, sizeof(text), "%s", source->man ? source->man : source->url ? source->url :
												     "");
		check_text_labelled(file, 2, i ? "" : _("sources"), text);
	}
}

void check_view_full(FILE *file, const struct check *check)
{
	char text[512] = "";
	struct list see = { .at = text, .size = sizeof(text) };
	const char *language = text_language();

	fprintf(file, "%s%s%s  %s%s%s\n%s\n\n", color_out(COLOR_NAME), check->id, color_out(COLOR_OFF),
		check_text_color(check->severity), check_text_severity(check->severity), color_out(COLOR_OFF),
		sockopt_text(check->title, language));
	if (check->socket)
		check_text_labelled(file, 2, _("sockets"), check->socket);
	for (int place = 0; place < CHECK_N_PLACES; place++)
		if (check_applies(check, (enum check_place)place))
			check_text_labelled(file, 2, check_place_word((enum check_place)place),
					    check->when[place].source);
	put_template(file, check, _("why"), sockopt_text(check->why, language), CHECK_TEXT_PROSE);
	for (int place = 0; place < CHECK_N_PLACES; place++)
		put_template(file, check, _("cure"), check->cure[place], CHECK_TEXT_COMMAND);
	put_template(file, check, _("advice"), sockopt_text(check->advice, language), CHECK_TEXT_PROSE);
	put_sources(file, check);
	for (const char *const *name = check->see; *name; name++)
		list_add(&see, ", ", *name);
	check_text_labelled(file, 2, _("see"), text);
}

static void json_template(struct json *json, const char *name, const struct check *check, const char *text)
{
	char filled[TEXT_MAX];

	if (!text) {
		json_null(json, name);
		return;
	}
	check_text_fill(check, text, NULL, CHECK_TEXT_PROSE, NULL, filled, sizeof(filled));
	json_text(json, name, filled);
}

void check_view_json(FILE *file, const struct check *check)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "check", check->id);
	json_string(&json, "severity", check_severity_word(check->severity));
	json_text(&json, "title", sockopt_text(check->title, text_language()));
	json_template(&json, "sockets", check, check->socket);
	json_object(&json, "when");
	for (int place = 0; place < CHECK_N_PLACES; place++)
		if (check_applies(check, (enum check_place)place))
			json_text(&json, check_place_word((enum check_place)place), check->when[place].source);
	json_end_object(&json);
	json_template(&json, "why", check, sockopt_text(check->why, text_language()));
	json_object(&json, "cure");
	for (int place = 0; place < CHECK_N_PLACES; place++)
		if (check->cure[place])
			json_template(&json, check_place_word((enum check_place)place), check, check->cure[place]);
	json_end_object(&json);
	json_template(&json, "advice", check, sockopt_text(check->advice, text_language()));
	json_array(&json, "see");
	for (const char *const *name = check->see; *name; name++)
		json_string(&json, NULL, *name);
	json_end_array(&json);
	json_end_object(&json);
	json_line(&json);
}
