/* SPDX-License-Identifier: MIT */
/* show -o: a socket a line, an option a column, on libsmartcols. */

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "show.h"
#include "socket-text.h"
#include "text.h"

enum fixed_column { COLUMN_KIND,
		    COLUMN_STATE,
		    COLUMN_LOCAL,
		    COLUMN_PEER,
		    COLUMN_HOLDERS,
		    COLUMN_FIRST_OPTION };

struct table_view {
	struct show_view view;
	FILE *file;
	struct libscols_table *table;
	struct libscols_line *line;
	const struct sockopt_option *const *options;
	size_t n_options;
};

static void put_socket(struct show_view *base, const struct show_socket *socket)
{
	struct table_view *view = (struct table_view *)base;
	const struct facts *facts = socket->facts;
	char text[512];

	view->line = scols_table_new_line(view->table, NULL);
	if (!view->line)
		return;
	socket_text_kind(&facts->kind, text, sizeof(text));
	scols_line_set_data(view->line, COLUMN_KIND, text);
	scols_line_set_data(view->line, COLUMN_STATE, facts_state_word(facts->state));
	socket_text_address(&facts->local, text, sizeof(text));
	scols_line_set_data(view->line, COLUMN_LOCAL, text);
	socket_text_address(&facts->peer, text, sizeof(text));
	scols_line_set_data(view->line, COLUMN_PEER, text);
	socket_text_holders(facts, 2, text, sizeof(text));
	scols_line_set_data(view->line, COLUMN_HOLDERS, facts->n_holders ? text : "-");
	for (size_t i = 0; i < view->n_options; i++)
		scols_line_set_data(view->line, COLUMN_FIRST_OPTION + i, "-");
}

static void put_row(struct show_view *base, const struct show_row *row)
{
	struct table_view *view = (struct table_view *)base;
	char text[4096];

	if (!view->line)
		return;
	if (row->error)
		snprintf(text, sizeof(text), "%s", strerrorname_np(row->error));
	else
		sockopt_format(row->option, row->bytes, row->length, text, sizeof(text));
	for (size_t i = 0; i < view->n_options; i++) {
		if (strcmp(view->options[i]->name, row->option->name) != 0)
			continue;
		scols_line_set_data(view->line, COLUMN_FIRST_OPTION + i, text);
		if (row->differs && *color_out(COLOR_CHANGED))
			scols_cell_set_color(scols_line_get_cell(view->line, COLUMN_FIRST_OPTION + i), "yellow");
	}
}

static void put_done(struct show_view *base)
{
	((struct table_view *)base)->line = NULL;
}

static void put_end(struct show_view *base)
{
	struct table_view *view = (struct table_view *)base;

	if (scols_table_get_nlines(view->table))
		scols_print_table(view->table);
	scols_unref_table(view->table);
	free(view);
}

struct show_view *show_table(FILE *file, const struct sockopt_option *const *options, size_t n_options)
{
	struct table_view *view = calloc(1, sizeof(*view));
	const char *const fixed[] = { _("KIND"), _("STATE"), _("LOCAL"), _("PEER"), _("HOLDER") };

	if (!view)
		return NULL;
	*view = (struct table_view){
		.view = { .socket = put_socket, .row = put_row, .done = put_done, .end = put_end },
		.file = file,
		.table = scols_new_table(),
		.options = options,
		.n_options = n_options,
	};
	if (!view->table) {
		free(view);
		return NULL;
	}
	scols_table_set_stream(view->table, file);
	scols_table_enable_colors(view->table, *color_out(COLOR_CHANGED) != '\0');
	for (size_t i = 0; i < COLUMN_FIRST_OPTION; i++)
		scols_table_new_column(view->table, fixed[i], 0, 0);
	for (size_t i = 0; i < n_options; i++)
		scols_table_new_column(view->table, options[i]->name, 0, 0);
	return &view->view;
}
