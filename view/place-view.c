/* SPDX-License-Identifier: MIT */
#include "place-view.h"

#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "json.h"
#include "place.h"
#include "text.h"

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

void place_view_add(struct place_view *view, const struct place *place, enum check_place where,
		    const struct check_finding *finding)
{
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
		.check = finding->check,
		.option = finding->option,
		.file = strdup(place->file),
		.line = place->line,
		.column = place->column,
		.end_column = place->end_column,
		.text = strdup(place->text ? place->text : ""),
		.parts = finding_parts_of(finding, where, NULL),
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

	finding_parts_json(&json, placed->check, &placed->parts, 1);
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
	char name[1024];

	text_escape(placed->file, name, sizeof(name));
	fprintf(file, "%s%s:%u:%u:%s ", color_out(COLOR_HEADING), name, placed->line, placed->column ? placed->column : 1,
		color_out(COLOR_OFF));
	finding_parts_title(file, placed->check);
	put_line(file, placed);
	finding_parts_text(file, placed->check, &placed->parts, placed->option);
}

static void free_placed(struct placed *placed)
{
	free(placed->file);
	free(placed->text);
	finding_parts_free(&placed->parts);
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
