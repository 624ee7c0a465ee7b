/* SPDX-License-Identifier: MIT */
/* show, for people: a line a socket, its options below. */

#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "show.h"
#include "socket-text.h"
#include "text.h"

#define NAME_WIDTH 26

struct text_view {
	struct show_view view;
	FILE *file;
	bool any;      /* a socket was shown: a blank line is due */
	bool had_rows; /* the last one had options: so blocks stand apart, bare lines together */
};

static const char *why_unreadable(const struct show_socket *socket)
{
	if (socket->error)
		return _("options not readable: another user's process, or a protected one");
	return socket->facts->inode ? _("held by no process that can be seen") : _("held by no process");
}

static void put_socket(struct show_view *base, const struct show_socket *socket)
{
	struct text_view *view = (struct text_view *)base;
	const struct facts *facts = socket->facts;
	char kind[40], local[256], peer[256], holders[512], interface[80];

	socket_text_kind(&facts->kind, kind, sizeof(kind));
	socket_text_address(&facts->local, local, sizeof(local));
	socket_text_address(&facts->peer, peer, sizeof(peer));
	socket_text_holders(facts, 4, holders, sizeof(holders));
	text_escape(facts->interface, interface, sizeof(interface));
	if (view->any && view->had_rows)
		fputc('\n', view->file);
	view->any = true;
	view->had_rows = false;
	fprintf(view->file, "%s%-12s %-11s%s %s", color_out(COLOR_HEADING), kind, facts_state_word(facts->state),
		color_out(COLOR_OFF), local);
	if (facts->peer.family && strcmp(peer, "-") != 0)
		fprintf(view->file, " %s %s", text_is_utf8() ? "→" : "->", peer);
	if (facts->interface[0])
		fprintf(view->file, " %%%s", interface);
	if (socket->is_foreign)
		fprintf(view->file, " netns:%ju", (uintmax_t)facts->netns);
	if (facts->n_holders)
		fprintf(view->file, "  %s%s%s", color_out(COLOR_NAME), holders, color_out(COLOR_OFF));
	if (!socket->readable)
		fprintf(view->file, "  %s(%s)%s", color_out(COLOR_DIM), why_unreadable(socket), color_out(COLOR_OFF));
	fputc('\n', view->file);
}

/** A struct of many fields: one a line below its name, so that it can be read. */
static void put_fields(struct text_view *view, const struct show_row *row)
{
	const struct sockopt_type *type = row->option->get_type;

	fprintf(view->file, "    %s%s%s\n", color_out(COLOR_NAME), row->option->name, color_out(COLOR_OFF));
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
		fprintf(view->file, "      %-*s %s\n", NAME_WIDTH - 2, field->name, text);
	}
}

static void put_remark(struct text_view *view, const struct show_row *row)
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
		fprintf(view->file, _("asked %s"), text);
		separator = ", ";
	}
	if (row->differs && row->by_default) {
		sockopt_format(row->option, row->by_default->bytes, row->by_default->length, text, sizeof(text));
		fprintf(view->file, "%s", separator);
		fprintf(view->file, _("default %s"), *text ? text : "\"\"");
	}
}

static bool has_remark(const struct show_row *row)
{
	int64_t asked;

	return show_asked(row, &asked) || (row->differs && row->by_default);
}

static void put_row(struct show_view *base, const struct show_row *row)
{
	struct text_view *view = (struct text_view *)base;
	char text[4096];
	enum color color = row->differs ? COLOR_CHANGED : COLOR_OFF;

	view->had_rows = true;
	if (row->error) {
		fprintf(view->file, "    %s%-*s%s %s%s%s\n", color_out(COLOR_NAME), NAME_WIDTH, row->option->name,
			color_out(COLOR_OFF), color_out(COLOR_DIM), strerror(row->error), color_out(COLOR_OFF));
		return;
	}
	if (row->option->get_type->form == SOCKOPT_FORM_STRUCT && row->option->get_type->n_fields > 4) {
		put_fields(view, row);
		return;
	}
	sockopt_format(row->option, row->bytes, row->length, text, sizeof(text));
	fprintf(view->file, "    %s%-*s%s %s%s%s", color_out(COLOR_NAME), NAME_WIDTH, row->option->name,
		color_out(COLOR_OFF), color_out(color), *text ? text : "\"\"", color_out(COLOR_OFF));
	if (has_remark(row)) {
		fprintf(view->file, "%*s%s", (int)(text_width(text) < 14 ? 14 - text_width(text) : 1), "",
			color_out(COLOR_DIM));
		put_remark(view, row);
		fputs(color_out(COLOR_OFF), view->file);
	}
	fputc('\n', view->file);
}

static void put_done(struct show_view *view)
{
	(void)view;
}

static void put_end(struct show_view *view)
{
	free(view);
}

struct show_view *show_text(FILE *file)
{
	struct text_view *view = calloc(1, sizeof(*view));

	if (!view)
		return NULL;
	*view = (struct text_view){
		.view = { .socket = put_socket, .row = put_row, .done = put_done, .end = put_end },
		.file = file,
	};
	return &view->view;
}

bool show_asked(const struct show_row *row, int64_t *ret)
{
	if (row->error || row->option->transform.kind != SOCKOPT_DOUBLED)
		return false;
	*ret = sockopt_field_number(&row->option->get_type->fields[0], row->bytes, 0) / 2;
	return true;
}
