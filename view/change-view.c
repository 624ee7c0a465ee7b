/* SPDX-License-Identifier: MIT */
/* How `set` and `undo` look. */

#include "change-view.h"

#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "long-table.h"
#include "socket-text.h"
#include "text.h"

enum column { COLUMN_SOCKET,
	      COLUMN_HOLDER,
	      COLUMN_OPTION,
	      COLUMN_OLD,
	      COLUMN_ASKED,
	      COLUMN_EFFECTIVE,
	      COLUMN_RESULT,
	      N_COLUMNS };

struct change_view {
	FILE *file;
	struct long_table *table; /* NULL: JSON */
	struct json json;
};

struct change_view *change_view_new(FILE *file, bool json)
{
	static const char *const headings[N_COLUMNS] = {
		N_("SOCKET"),
		N_("HOLDER"),
		N_("OPTION"),
		N_("OLD"),
		N_("ASKED"),
		N_("EFFECTIVE"),
		N_("RESULT"),
	};
	const char *translated[N_COLUMNS];
	struct change_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	view->file = file;
	view->json.file = file;
	if (json)
		return view;
	for (size_t i = 0; i < N_COLUMNS; i++)
		translated[i] = _(headings[i]);
	view->table = long_table_new(file, translated, N_COLUMNS);
	if (!view->table) {
		free(view);
		return NULL;
	}
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
	char socket[512], holder[512], before[1024], asked[1024] = "-", after[1024], result[512];
	const char *const cells[N_COLUMNS] = {
		[COLUMN_SOCKET] = socket,
		[COLUMN_HOLDER] = holder,
		[COLUMN_OPTION] = row->option->name,
		[COLUMN_OLD] = before,
		[COLUMN_ASKED] = asked,
		[COLUMN_EFFECTIVE] = after,
		[COLUMN_RESULT] = result,
	};
	enum color colors[N_COLUMNS];

	change_view_socket(row->facts, socket, sizeof(socket));
	socket_text_holders(row->facts, 1, holder, sizeof(holder));
	if (!*holder)
		snprintf(holder, sizeof(holder), "-");
	format_value(row, row->before, before, sizeof(before));
	if (row->asked)
		format_asked(row, asked, sizeof(asked));
	format_value(row, row->after, after, sizeof(after));
	if (row->error)
		snprintf(result, sizeof(result), "%s: %s", _(result_of(row)), strerror(row->error));
	else
		snprintf(result, sizeof(result), "%s", _(result_of(row)));
	for (size_t i = 0; i < N_COLUMNS; i++)
		colors[i] = row->error ? COLOR_BAD : COLOR_OFF;
	long_table_add(view->table, cells, colors);
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

	if (!view->table)
		put_json(view, &row);
	else if (!long_table_change(view->table, index, COLUMN_RESULT, _("rolled back")))
		put_line(view, &row);
}

void change_view_end(struct change_view *view)
{
	if (view->table)
		long_table_end(view->table);
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
