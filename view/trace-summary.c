/* SPDX-License-Identifier: MIT */
/* trace, counted: a line an option. */

#include <inttypes.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "json.h"
#include "text.h"
#include "trace-view.h"

#define VALUES_MAX 16
#define ERRORS_MAX 8
#define SHOWN_MAX 4

struct counted {
	char *text;
	uint64_t n;
};

/** One option (or one other call), set or read. */
struct row {
	enum call_kind kind;
	int level, number;
	char *name;
	uint64_t calls, failures;
	struct counted values[VALUES_MAX];
	size_t n_values;
	uint64_t other_values;
	struct {
		int error;
		uint64_t n;
	} errors[ERRORS_MAX];
	size_t n_errors;
};

struct summary_view {
	struct trace_view view;
	FILE *file;
	bool json;
	struct row *rows;
	size_t n, room;
	uint64_t lost;
};

static struct row *row_of(struct summary_view *view, const struct call *call)
{
	bool has_option = call->kind <= CALL_GET;
	int level = has_option ? call->option->level->number : 0, number = has_option ? call->option->number : 0;
	struct row *row;

	for (size_t i = 0; i < view->n; i++)
		if (view->rows[i].kind == call->kind && view->rows[i].level == level && view->rows[i].number == number)
			return &view->rows[i];
	if (view->n == view->room) {
		size_t room = view->room ? view->room * 2 : 32;

		row = realloc(view->rows, room * sizeof(*row));
		if (!row)
			return NULL;
		view->rows = row;
		view->room = room;
	}
	row = &view->rows[view->n];
	*row = (struct row){ .kind = call->kind, .level = level, .number = number };
	row->name = strdup(has_option ? call->option->name : call_kind_word(call->kind));
	if (!row->name)
		return NULL;
	view->n++;
	return row;
}

static void count_value(struct row *row, const char *text)
{
	for (size_t i = 0; i < row->n_values; i++)
		if (strcmp(row->values[i].text, text) == 0) {
			row->values[i].n++;
			return;
		}
	if (row->n_values < VALUES_MAX) {
		row->values[row->n_values].text = strdup(text);
		if (row->values[row->n_values].text) {
			row->values[row->n_values++].n = 1;
			return;
		}
	}
	row->other_values++;
}

static void count_error(struct row *row, int error)
{
	for (size_t i = 0; i < row->n_errors; i++)
		if (row->errors[i].error == error) {
			row->errors[i].n++;
			return;
		}
	if (row->n_errors < ERRORS_MAX) {
		row->errors[row->n_errors].error = error;
		row->errors[row->n_errors++].n = 1;
	}
}

static void summary_call(struct trace_view *base, const struct call *call)
{
	struct summary_view *view = (struct summary_view *)base;
	struct row *row = row_of(view, call);
	char text[16384];

	/* What there is no memory to count is lost, and said so. */
	if (!row) {
		view->lost++;
		return;
	}
	row->calls++;
	if (call->error) {
		row->failures++;
		count_error(row, call->error);
	}
	if (call->kind <= CALL_GET && trace_value_text(call, text, sizeof(text)) && *text)
		count_value(row, text);
}

static void summary_lost(struct trace_view *base, uint64_t n)
{
	((struct summary_view *)base)->lost += n;
}

static int by_calls(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->calls != right->calls)
		return left->calls < right->calls ? 1 : -1;
	return strcmp(left->name, right->name);
}

static int by_count(const void *a, const void *b)
{
	const struct counted *left = a, *right = b;

	if (left->n != right->n)
		return left->n < right->n ? 1 : -1;
	return strcmp(left->text, right->text);
}

static void put_json(struct summary_view *view, const struct row *row)
{
	struct json json = { .file = view->file };
	char room[16];

	json_object(&json, NULL);
	json_string(&json, "call", call_kind_word(row->kind));
	if (row->kind <= CALL_GET)
		json_string(&json, "option", row->name);
	json_unsigned(&json, "calls", row->calls);
	json_unsigned(&json, "failures", row->failures);
	json_object(&json, "errors");
	for (size_t i = 0; i < row->n_errors; i++)
		json_unsigned(&json, trace_errno_name(row->errors[i].error, room), row->errors[i].n);
	json_end_object(&json);
	json_array(&json, "values");
	for (size_t i = 0; i < row->n_values; i++) {
		json_object(&json, NULL);
		json_text(&json, "text", row->values[i].text);
		json_unsigned(&json, "calls", row->values[i].n);
		json_end_object(&json);
	}
	json_end_array(&json);
	json_unsigned(&json, "other_values", row->other_values);
	json_end_object(&json);
	json_line(&json);
}

/** "on ×12, off ×1, and 3 more" */
static void describe_values(const struct row *row, char *ret, size_t size)
{
	size_t length = 0;
	uint64_t more = row->other_values;

	ret[0] = '\0';
	for (size_t i = 0; i < row->n_values; i++) {
		if (i >= SHOWN_MAX) {
			more += row->values[i].n;
			continue;
		}
		if (length < size)
			length += (size_t)snprintf(ret + length, size - length, "%s%.60s", i ? ", " : "", row->values[i].text);
		if (length < size && row->values[i].n > 1)
			length += (size_t)snprintf(ret + length, size - length, " %s%" PRIu64, text_is_utf8() ? "×" : "x",
						   row->values[i].n);
	}
	if (more && length < size)
		snprintf(ret + length, size - length, ngettext(", and %" PRIu64 " more", ", and %" PRIu64 " more", more), more);
}

static void describe_errors(const struct row *row, char *ret, size_t size)
{
	size_t length = 0;
	char room[16];

	ret[0] = '\0';
	for (size_t i = 0; i < row->n_errors && length < size; i++)
		length += (size_t)snprintf(ret + length, size - length, "%s%s %s%" PRIu64, i ? ", " : "",
					   trace_errno_name(row->errors[i].error, room), text_is_utf8() ? "×" : "x",
					   row->errors[i].n);
}

static void put_table(struct summary_view *view)
{
	static const char *const headings[] = { N_("CALL"), N_("OPTION"), N_("CALLS"), N_("FAILURES"), N_("VALUES") };
	struct libscols_table *table = scols_new_table();
	char text[1024];

	if (!table)
		return;
	scols_table_set_stream(table, view->file);
	scols_table_enable_colors(table, view->view.color && *view->view.color(COLOR_CHANGED));
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		scols_table_new_column(table, _(headings[i]), 0, i == 2 ? SCOLS_FL_RIGHT : 0);
	for (size_t i = 0; i < view->n; i++) {
		const struct row *row = &view->rows[i];
		struct libscols_line *line = scols_table_new_line(table, NULL);

		if (!line)
			break;
		scols_line_set_data(line, 0, call_kind_word(row->kind));
		scols_line_set_data(line, 1, row->kind <= CALL_GET ? row->name : "-");
		snprintf(text, sizeof(text), "%" PRIu64, row->calls);
		scols_line_set_data(line, 2, text);
		describe_errors(row, text, sizeof(text));
		scols_line_set_data(line, 3, *text ? text : "-");
		describe_values(row, text, sizeof(text));
		scols_line_set_data(line, 4, *text ? text : "-");
		if (row->failures)
			scols_line_set_color(line, "red");
	}
	if (view->n)
		scols_print_table(table);
	scols_unref_table(table);
}

static void summary_end(struct trace_view *base)
{
	struct summary_view *view = (struct summary_view *)base;
	struct json json = { .file = view->file };

	if (view->n)
		qsort(view->rows, view->n, sizeof(*view->rows), by_calls);
	for (size_t i = 0; i < view->n; i++)
		qsort(view->rows[i].values, view->rows[i].n_values, sizeof(view->rows[i].values[0]), by_count);
	for (size_t i = 0; view->json && i < view->n; i++)
		put_json(view, &view->rows[i]);
	if (!view->json)
		put_table(view);
	if (view->lost && view->json) {
		json_object(&json, NULL);
		json_unsigned(&json, "lost", view->lost);
		json_end_object(&json);
		json_line(&json);
	} else if (view->lost) {
		fprintf(view->file, ngettext("%" PRIu64 " call was lost and is not counted\n", "%" PRIu64 " calls were lost and are not counted\n", view->lost),
			view->lost);
	}
	for (size_t i = 0; i < view->n; i++) {
		for (size_t k = 0; k < view->rows[i].n_values; k++)
			free(view->rows[i].values[k].text);
		free(view->rows[i].name);
	}
	free(view->rows);
	free(view);
}

struct trace_view *trace_summary(FILE *file, bool json, const char *(*colors)(enum color))
{
	struct summary_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	*view = (struct summary_view){
		.view = { .call = summary_call, .lost = summary_lost, .end = summary_end, .color = colors },
		.file = file,
		.json = json,
	};
	return &view->view;
}
