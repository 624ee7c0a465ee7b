/* SPDX-License-Identifier: MIT */
/* show, for programs: one JSON object a line. */

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "memo.h"
#include "out.h"
#include "show-line.h"
#include "show.h"
#include "socket-text.h"

struct json_view {
	struct show_view view;
	bool any_row; /* a comma is due */
	struct memo *memo;
	struct out out;
};

static void put_socket(struct show_view *base, const struct show_socket *socket)
{
	struct json_view *view = (struct json_view *)base;

	out_char(&view->out, '{');
	socket_out_json(&view->out, socket->facts);
	if (socket->uid != (uid_t)-1) {
		out_text(&view->out, ",\"uid\":");
		out_unsigned(&view->out, socket->uid);
	}
	if (socket->error) {
		out_text(&view->out, ",\"error\":");
		out_json_string(&view->out, strerrorname_np(socket->error));
	}
	out_text(&view->out, ",\"options\":{");
	view->any_row = false;
}

/** Is the text of such a value made of digits, names and punctuation alone? */
static bool is_all_numbers(const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (type->fields[i].scalar != SOCKOPT_SIGNED && type->fields[i].scalar != SOCKOPT_UNSIGNED)
			return false;
	return type->n_fields > 0 && !type->tail;
}

/** A text of ours, in which every character is kept. */
static void put_text(struct out *out, const struct sockopt_type *type, const char *text)
{
	struct json json = { .file = out->file };
	bool is_plain = is_all_numbers(type);

	for (const char *at = text; !is_plain && *at; at++)
		if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\') {
			out_flush(out);
			json_text(&json, NULL, text);
			return;
		}
	out_char(out, '"');
	out_text(out, text);
	out_char(out, '"');
}

static void write_row(struct out *out, const struct show_row *row)
{
	char text[8192];
	int64_t asked;

	out_char(out, '"');
	out_text(out, row->option->name);
	if (row->error) {
		const char *name = strerrorname_np(row->error);

		out_text(out, "\":{\"error\":");
		out_json_string(out, name ? name : "EUNKNOWN");
	} else {
		out_text(out, "\":{\"value\":");
		out_json_value(out, row->option->get_type, row->bytes, row->length);
		if (show_asked(row, &asked)) {
			out_text(out, ",\"asked\":");
			out_signed(out, asked);
		}
		sockopt_format(row->option, row->bytes, row->length, text, sizeof(text));
		out_text(out, ",\"text\":");
		put_text(out, row->option->get_type, text);
	}
	out_char(out, '}');
}

/** Writes a row, and tells where it stands in the buffer; @return NULL: it is too long for that */
static const char *put_text_of(struct json_view *view, const struct show_row *row, size_t *ret_length)
{
	struct out *out = &view->out;
	size_t began;
	unsigned int flushes;
	const char *known = memo_find(view->memo, row, ret_length);

	if (view->any_row)
		out_char(out, ',');
	view->any_row = true;
	if (known) {
		out_bytes(out, known, *ret_length);
		return known;
	}
	out_room(out, sizeof(out->buffer) / 4);
	began = out->used;
	flushes = out->flushes;
	write_row(out, row);
	if (out->flushes != flushes)
		return NULL;
	*ret_length = out->used - began;
	memo_keep(view->memo, row, out->buffer + began, *ret_length);
	return out->buffer + began;
}

static void put_row(struct show_view *base, const struct show_row *row)
{
	size_t length;

	put_text_of((struct json_view *)base, row, &length);
}

static void put_row_of_line(struct show_view *base, struct show_line *line, size_t index, const struct show_row *row)
{
	size_t length;
	const char *text = put_text_of((struct json_view *)base, row, &length);

	show_line_add(line, index, text, text ? length : 0, ',');
}

static bool put_again(struct show_view *base, struct show_line *line, size_t first, size_t end)
{
	struct json_view *view = (struct json_view *)base;
	size_t length;
	const char *text = show_line_repeat(line, first, end, &length);

	if (!text)
		return false;
	if (view->any_row)
		out_char(&view->out, ',');
	view->any_row = true;
	out_bytes(&view->out, text, length - 1);
	return true;
}

static void put_done(struct show_view *base)
{
	out_text(&((struct json_view *)base)->out, "}}\n");
}

static void put_end(struct show_view *base)
{
	struct json_view *view = (struct json_view *)base;

	out_flush(&view->out);
	memo_free(view->memo);
	free(view);
}

struct show_view *show_json(FILE *file)
{
	struct json_view *view = malloc(sizeof(*view));

	if (!view)
		return NULL;
	view->view = (struct show_view){ .socket = put_socket, .row = put_row, .done = put_done, .end = put_end };
	view->view.row_of_line = put_row_of_line;
	view->view.repeat = put_again;
	view->memo = memo_new();
	view->out.file = file;
	view->out.used = 0;
	view->out.flushes = 0;
	return &view->view;
}
