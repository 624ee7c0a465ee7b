/* SPDX-License-Identifier: MIT */
/* show -o: a socket a line, an option a column. */

#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "long-table.h"
#include "show.h"
#include "socket-text.h"
#include "text.h"

enum fixed_column { COLUMN_KIND,
		    COLUMN_STATE,
		    COLUMN_LOCAL,
		    COLUMN_PEER,
		    COLUMN_HOLDERS,
		    COLUMN_FIRST_OPTION };

#define CELL_MAX 4096

struct table_view {
	struct show_view view;
	struct long_table *table;
	const struct sockopt_option *const *options;
	size_t n_options;
	char (*texts)[CELL_MAX]; /* of the line at hand, a column each */
	const char **cells;      /* they, or "-" */
	enum color *colors;
};

static void put_socket(struct show_view *base, const struct show_socket *socket)
{
	struct table_view *view = (struct table_view *)base;
	const struct facts *facts = socket->facts;

	for (size_t i = 0; i < COLUMN_FIRST_OPTION + view->n_options; i++) {
		view->cells[i] = "-";
		view->colors[i] = COLOR_OFF;
	}
	socket_text_kind(&facts->kind, view->texts[COLUMN_KIND], CELL_MAX);
	socket_text_address(&facts->local, view->texts[COLUMN_LOCAL], CELL_MAX);
	socket_text_address(&facts->peer, view->texts[COLUMN_PEER], CELL_MAX);
	socket_text_holders(facts, 2, view->texts[COLUMN_HOLDERS], CELL_MAX);
	view->cells[COLUMN_KIND] = view->texts[COLUMN_KIND];
	view->cells[COLUMN_STATE] = facts_state_word(facts->state);
	view->cells[COLUMN_LOCAL] = view->texts[COLUMN_LOCAL];
	view->cells[COLUMN_PEER] = view->texts[COLUMN_PEER];
	if (facts->n_holders)
		view->cells[COLUMN_HOLDERS] = view->texts[COLUMN_HOLDERS];
}

/** An option that was given by its numbers is another one on some sockets. */
static bool is_of_column(const struct sockopt_option *column, const struct sockopt_option *option)
{
	if (column->part_of || option->part_of)
		return column == option;
	return strcmp(column->name, option->name) == 0 ||
	       (column->number == option->number && column->level->number == option->level->number);
}

static void put_row(struct show_view *base, const struct show_row *row)
{
	struct table_view *view = (struct table_view *)base;

	for (size_t i = 0; i < view->n_options; i++) {
		size_t column = COLUMN_FIRST_OPTION + i;

		if (!is_of_column(view->options[i], row->option))
			continue;
		if (row->error)
			snprintf(view->texts[column], CELL_MAX, "%s", strerrorname_np(row->error));
		else
			sockopt_format(row->option, row->bytes, row->length, view->texts[column], CELL_MAX);
		view->cells[column] = view->texts[column];
		if (row->differs)
			view->colors[column] = COLOR_CHANGED;
	}
}

static void put_done(struct show_view *base)
{
	struct table_view *view = (struct table_view *)base;

	long_table_add(view->table, view->cells, view->colors);
}

static void free_view(struct table_view *view)
{
	free(view->texts);
	free(view->cells);
	free(view->colors);
	free(view);
}

static void put_end(struct show_view *base)
{
	long_table_end(((struct table_view *)base)->table);
	free_view((struct table_view *)base);
}

struct show_view *show_table(FILE *file, const struct sockopt_option *const *options, size_t n_options)
{
	struct table_view *view = calloc(1, sizeof(*view));
	const char *const fixed[] = { _("KIND"), _("STATE"), _("LOCAL"), _("PEER"), _("HOLDER") };
	size_t n = COLUMN_FIRST_OPTION + n_options;

	if (!view)
		return NULL;
	view->view = (struct show_view){ .socket = put_socket, .row = put_row, .done = put_done, .end = put_end };
	view->options = options;
	view->n_options = n_options;
	view->texts = malloc(n * sizeof(*view->texts));
	view->cells = malloc(n * sizeof(*view->cells));
	view->colors = malloc(n * sizeof(*view->colors));
	if (!view->texts || !view->cells || !view->colors) {
		free_view(view);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		view->cells[i] = i < COLUMN_FIRST_OPTION ? fixed[i] : options[i - COLUMN_FIRST_OPTION]->name;
	view->table = long_table_new(file, view->cells, n);
	if (!view->table) {
		free_view(view);
		return NULL;
	}
	return &view->view;
}
