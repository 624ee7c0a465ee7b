/* SPDX-License-Identifier: MIT */
/* show, for people: a line a socket, its options below. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "color.h"
#include "endpoint-text.h"
#include "memo.h"
#include "out.h"
#include "show.h"
#include "socket-text.h"
#include "text.h"

#define NAME_WIDTH 26

struct text_view {
	struct show_view view;
	bool any;       /* a socket was shown: a blank line is due */
	bool had_rows;  /* the last one had options: so blocks stand apart, bare lines together */
	FILE *fragment; /* where a row that was not met yet is written */
	char *text;     /* what is in it */
	size_t size;
	struct memo *memo;
	struct out out;
};

static const char *why_unreadable(const struct show_socket *socket)
{
	if (socket->error)
		return _("options not readable: another user's process, or a protected one");
	return socket->facts->inode ? _("held by no process that can be seen") : _("held by no process");
}

static void put_colored(struct out *out, enum color color, const char *text)
{
	out_text(out, color_out(color));
	out_text(out, text);
	out_text(out, color_out(COLOR_OFF));
}

static bool has_words(const struct facts_address *address)
{
	return address->family == AF_INET || address->family == AF_INET6 || facts_has_own_addresses(address->family) ||
	       (address->family == AF_UNIX && address->path[0]);
}

static void put_where(struct out *out, const struct show_socket *socket)
{
	const struct facts *facts = socket->facts;
	char interface[80], name[1024];

	socket_out_address(out, &facts->local);
	if (has_words(&facts->peer)) {
		out_text(out, text_is_utf8() ? " → " : " -> ");
		socket_out_address(out, &facts->peer);
	}
	/* Of a packet socket it is the address. */
	if (facts->interface[0] && facts->local.family != AF_PACKET) {
		text_escape(facts->interface, interface, sizeof(interface));
		out_text(out, " %");
		out_text(out, interface);
	}
	if (socket->is_foreign) {
		out_text(out, " netns:");
		if (socket->netns) {
			text_escape(socket->netns, name, sizeof(name));
			out_text(out, name);
		} else {
			out_unsigned(out, facts->netns);
		}
	}
}

static void put_socket(struct show_view *base, const struct show_socket *socket)
{
	struct text_view *view = (struct text_view *)base;
	struct out *out = &view->out;
	const struct facts *facts = socket->facts;
	char text[512];

	if (view->any && view->had_rows)
		out_char(out, '\n');
	view->any = true;
	view->had_rows = false;
	out_text(out, color_out(COLOR_HEADING));
	socket_text_kind(&facts->kind, text, sizeof(text));
	out_padded(out, text, 12);
	out_char(out, ' ');
	out_padded(out, facts_state_word(facts->state), 11);
	out_text(out, color_out(COLOR_OFF));
	out_char(out, ' ');
	put_where(out, socket);
	if (facts->n_holders) {
		out_text(out, "  ");
		socket_text_holders(facts, 4, text, sizeof(text));
		put_colored(out, COLOR_NAME, text);
	}
	if (!socket->readable || !socket->facts->n_holders) {
		out_text(out, "  ");
		snprintf(text, sizeof(text), "(%s)", why_unreadable(socket));
		put_colored(out, COLOR_DIM, text);
	}
	out_char(out, '\n');
}

/** A struct of many fields: one a line below its name, so that it can be read. */
static void write_fields(FILE *file, const struct show_row *row)
{
	const struct sockopt_type *type = row->option->get_type;

	fprintf(file, "    %s%s%s\n", color_out(COLOR_NAME), row->option->name, color_out(COLOR_OFF));
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];
		char text[600];
		size_t used = 0;

		if ((size_t)field->offset + (size_t)field->size * field->count > row->length)
			break;
		for (size_t k = 0; k < field->count && used < sizeof(text) - 1; k++) {
			if (k)
				text[used++] = ' ';
			used += (size_t)sockopt_format_field(field, row->bytes, k, text + used, sizeof(text) - used);
		}
		fprintf(file, "      %-*s %s\n", NAME_WIDTH - 2, field->name, text);
	}
}

static void write_remark(FILE *file, const struct show_row *row)
{
	char text[1024];
	int64_t asked;
	const char *separator = "";

	if (show_asked(row, &asked)) {
		struct sockopt_field field = {
			.scalar = SOCKOPT_SIGNED,
			.unit = row->option->get_type->fields[0].unit,
			.size = sizeof(asked),
			.count = 1,
		};

		sockopt_format_field(&field, &asked, 0, text, sizeof(text));
		fprintf(file, _("asked %s"), text);
		separator = ", ";
	}
	if (row->differs && row->by_default) {
		sockopt_format(row->option, row->by_default->bytes, row->by_default->length, text, sizeof(text));
		fprintf(file, "%s", separator);
		fprintf(file, _("default %s"), *text ? text : "\"\"");
	}
}

static bool has_remark(const struct show_row *row)
{
	int64_t asked;

	return show_asked(row, &asked) || (row->differs && row->by_default);
}

static void write_row(FILE *file, const struct show_row *row)
{
	char text[4096];
	enum color color = row->differs ? COLOR_CHANGED : COLOR_OFF;

	if (row->error) {
		fprintf(file, "    %s%-*s%s %s%s%s\n", color_out(COLOR_NAME), NAME_WIDTH, row->option->name,
			color_out(COLOR_OFF), color_out(COLOR_DIM), strerror(row->error), color_out(COLOR_OFF));
		return;
	}
	if (row->option->get_type->form == SOCKOPT_FORM_STRUCT && row->option->get_type->n_fields > 4) {
		write_fields(file, row);
		return;
	}
	sockopt_format(row->option, row->bytes, row->length, text, sizeof(text));
	fprintf(file, "    %s%-*s%s %s%s%s", color_out(COLOR_NAME), NAME_WIDTH, row->option->name,
		color_out(COLOR_OFF), color_out(color), *text ? text : "\"\"", color_out(COLOR_OFF));
	if (has_remark(row)) {
		fprintf(file, "%*s%s", (int)(text_width(text) < 14 ? 14 - text_width(text) : 1), "", color_out(COLOR_DIM));
		write_remark(file, row);
		fputs(color_out(COLOR_OFF), file);
	}
	fputc('\n', file);
}

static void put_row(struct show_view *base, const struct show_row *row)
{
	struct text_view *view = (struct text_view *)base;
	size_t length;
	const char *known = memo_find(view->memo, row, &length);

	view->had_rows = true;
	if (known) {
		out_bytes(&view->out, known, length);
		return;
	}
	rewind(view->fragment);
	write_row(view->fragment, row);
	length = (size_t)ftell(view->fragment);
	fflush(view->fragment);
	out_bytes(&view->out, view->text, length);
	memo_keep(view->memo, row, view->text, length);
}

static void put_done(struct show_view *view)
{
	(void)view;
}

static void put_end(struct show_view *base)
{
	struct text_view *view = (struct text_view *)base;

	out_flush(&view->out);
	fclose(view->fragment);
	free(view->text);
	memo_free(view->memo);
	free(view);
}

struct show_view *show_text(FILE *file)
{
	struct text_view *view = malloc(sizeof(*view));

	if (!view)
		return NULL;
	view->view = (struct show_view){ .socket = put_socket, .row = put_row, .done = put_done, .end = put_end };
	view->any = view->had_rows = false;
	view->text = NULL;
	view->fragment = open_memstream(&view->text, &view->size);
	if (!view->fragment) {
		free(view);
		return NULL;
	}
	view->memo = memo_new();
	view->out.file = file;
	view->out.used = 0;
	view->out.flushes = 0;
	return &view->view;
}

bool show_asked(const struct show_row *row, int64_t *ret)
{
	if (row->error || row->option->transform.kind != SOCKOPT_DOUBLED)
		return false;
	*ret = sockopt_field_number(&row->option->get_type->fields[0], row->bytes, 0) / 2;
	return true;
}
