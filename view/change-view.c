/* SPDX-License-Identifier: MIT */
/* How `set` and `undo` look. */

#include "change-view.h"

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "socket-text.h"
#include "text.h"

enum column { COLUMN_SOCKET,
	      COLUMN_HOLDER,
	      COLUMN_OPTION,
	      COLUMN_OLD,
	      COLUMN_ASKED,
	      COLUMN_EFFECTIVE,
	      COLUMN_RESULT };

struct change_view {
	FILE *file;
	struct libscols_table *table; /* NULL: JSON */
	struct json json;
};

struct change_view *change_view_new(FILE *file, bool json)
{
	static const char *const headings[] = {
		N_("SOCKET"),
		N_("HOLDER"),
		N_("OPTION"),
		N_("OLD"),
		N_("ASKED"),
		N_("EFFECTIVE"),
		N_("RESULT"),
	};
	struct change_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view->file = file;
	view->json.file = file;
	if (json)
		return view;
	view->table = scols_new_table();
	if (!view->table) {
		free(view);
		return NULL;
	}
	scols_table_set_stream(view->table, file);
	scols_table_enable_colors(view->table, *color_out(COLOR_CHANGED) != '\0');
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		scols_table_new_column(view->table, _(headings[i]), 0, 0);
	return view;
}

static const char *result_of(const struct change_row *row)
{
	return row->result_word ? row->result_word : sockopt_result_word(row->result);
}

/** asked has set's type where the others have get's. */
static void format_asked(const struct change_row *row, char *ret, size_t size)
{
	struct sockopt_option settable = *row->option;

	settable.get_type = settable.type;
	sockopt_format(&settable, row->asked->bytes, row->asked->length, ret, size);
}

static void format_value(const struct change_row *row, const struct sockopt_value *value, char *ret, size_t size)
{
	if (value)
		sockopt_format(row->option, value->bytes, value->length, ret, size);
	else
		snprintf(ret, size, "-");
}

void change_view_socket(const struct facts *facts, char *ret, size_t size)
{
	char kind[40], local[200], peer[200];

	socket_text_kind(&facts->kind, kind, sizeof(kind));
	socket_text_address(&facts->local, local, sizeof(local));
	socket_text_address(&facts->peer, peer, sizeof(peer));
	if (facts->peer.family && strcmp(peer, "-") != 0)
		snprintf(ret, size, "%s %s %s %s", kind, local, text_is_utf8() ? "→" : "->", peer);
	else
		snprintf(ret, size, "%s %s", kind, local);
}

static void put_line(struct change_view *view, const struct change_row *row)
{
	struct libscols_line *line = scols_table_new_line(view->table, NULL);
	char text[1024];

	if (!line)
		return;
	change_view_socket(row->facts, text, sizeof(text));
	scols_line_set_data(line, COLUMN_SOCKET, text);
	socket_text_holders(row->facts, 1, text, sizeof(text));
	scols_line_set_data(line, COLUMN_HOLDER, *text ? text : "-");
	scols_line_set_data(line, COLUMN_OPTION, row->option->name);
	format_value(row, row->before, text, sizeof(text));
	scols_line_set_data(line, COLUMN_OLD, text);
	if (row->asked)
		format_asked(row, text, sizeof(text));
	scols_line_set_data(line, COLUMN_ASKED, row->asked ? text : "-");
	format_value(row, row->after, text, sizeof(text));
	scols_line_set_data(line, COLUMN_EFFECTIVE, text);
	if (row->error)
		snprintf(text, sizeof(text), "%s: %s", _(result_of(row)), strerror(row->error));
	else
		snprintf(text, sizeof(text), "%s", _(result_of(row)));
	scols_line_set_data(line, COLUMN_RESULT, text);
	if (row->error)
		scols_line_set_color(line, "red");
}

void change_view_members(struct json *json, const struct change_row *row)
{
	char text[4096];

	json_string(json, "option", row->option->name);
	if (row->before) {
		format_value(row, row->before, text, sizeof(text));
		json_value(json, "before", row->option->get_type, row->before->bytes, row->before->length);
		json_text(json, "before_text", text);
	} else {
		json_null(json, "before");
	}
	if (row->asked) {
		format_asked(row, text, sizeof(text));
		json_value(json, "asked", row->option->type, row->asked->bytes, row->asked->length);
		json_text(json, "asked_text", text);
	} else {
		json_null(json, "asked");
	}
	if (row->after) {
		format_value(row, row->after, text, sizeof(text));
		json_value(json, "after", row->option->get_type, row->after->bytes, row->after->length);
		json_text(json, "after_text", text);
	} else {
		json_null(json, "after");
	}
	json_string(json, "result", result_of(row));
	if (row->error)
		json_string(json, "error", strerrorname_np(row->error));
	else
		json_null(json, "error");
}

static void put_json(struct change_view *view, const struct change_row *row)
{
	struct json *json = &view->json;

	json_object(json, NULL);
	json_identity(json, "cookie", row->facts->cookie);
	json_array(json, "holders");
	for (size_t i = 0; i < row->facts->n_holders; i++) {
		json_object(json, NULL);
		json_signed(json, "pid", row->facts->holders[i].pid);
		json_signed(json, "fd", row->facts->holders[i].fd);
		json_string(json, "process", row->facts->holders[i].process);
		json_end_object(json);
	}
	json_end_array(json);
	change_view_members(json, row);
	json_end_object(json);
	json_line(json);
}

void change_view_row(struct change_view *view, const struct change_row *row)
{
	if (view->table)
		put_line(view, row);
	else
		put_json(view, row);
}

void change_view_took_back(struct change_view *view, size_t index, const struct facts *facts,
			   const struct sockopt_option *option)
{
	struct change_row row = { .facts = facts, .option = option, .result_word = "rolled back" };
	struct libscols_line *line;

	if (!view->table) {
		put_json(view, &row);
		return;
	}
	line = scols_table_get_line(view->table, index);
	if (line)
		scols_line_set_data(line, COLUMN_RESULT, _("rolled back"));
}

void change_view_end(struct change_view *view)
{
	if (view->table) {
		if (scols_table_get_nlines(view->table))
			scols_print_table(view->table);
		scols_unref_table(view->table);
	}
	free(view);
}

/* The words of results, for the translators: the JSON output never translates them. */
__attribute__((unused)) static const char *const result_words[] = {
	N_("kept"),
	N_("doubled"),
	N_("clamped"),
	N_("rounded"),
	N_("ignored"),
	N_("failed"),
	N_("planned"),
	N_("restored"),
	N_("gone"),
	N_("changed since"),
	N_("as before"),
	N_("rolled back"),
};
