/* SPDX-License-Identifier: MIT */
/* A table that may have 100,000 lines. */

#include "long-table.h"

#include <libsmartcols.h>
#include <stdlib.h>

#include "out.h"

#define LAID_OUT 1000

struct long_table {
	FILE *file;
	struct libscols_table *table; /* NULL: it was written, and lines are as they come */
	size_t n_columns, n_lines;
	size_t widths[LONG_TABLE_COLUMNS];
	struct out out;
};

struct long_table *long_table_new(FILE *file, const char *const *headings, size_t n)
{
	struct long_table *table = malloc(sizeof(*table));

	if (!table)
		return NULL;
	table->file = table->out.file = file;
	table->out.used = 0;
	table->n_columns = n < LONG_TABLE_COLUMNS ? n : LONG_TABLE_COLUMNS;
	table->n_lines = 0;
	table->table = scols_new_table();
	if (!table->table) {
		free(table);
		return NULL;
	}
	scols_table_set_stream(table->table, file);
	scols_table_enable_colors(table->table, *color_out(COLOR_CHANGED) != '\0');
	for (size_t i = 0; i < table->n_columns; i++)
		scols_table_new_column(table->table, headings[i], 0, 0);
	return table;
}

static const char *name_of(enum color color)
{
	return color == COLOR_BAD ? "red" : color == COLOR_CHANGED ? "yellow" :
								     NULL;
}

static void lay_out(struct long_table *table, const char *const *cells, const enum color *colors)
{
	struct libscols_line *line = scols_table_new_line(table->table, NULL);

	for (size_t i = 0; line && i < table->n_columns; i++) {
		scols_line_set_data(line, i, cells[i]);
		if (colors && name_of(colors[i]) && *color_out(colors[i]))
			scols_cell_set_color(scols_line_get_cell(line, i), name_of(colors[i]));
	}
}

/** Writes the table as far as it goes, and takes its columns over. */
static void begin_to_stream(struct long_table *table)
{
	scols_print_table(table->table);
	for (size_t i = 0; i < table->n_columns; i++)
		table->widths[i] = scols_column_get_width(scols_table_get_column(table->table, i));
	scols_unref_table(table->table);
	table->table = NULL;
}

static void stream(struct long_table *table, const char *const *cells, const enum color *colors)
{
	struct out *out = &table->out;

	for (size_t i = 0; i < table->n_columns; i++) {
		bool is_last = i + 1 == table->n_columns;
		enum color color = colors ? colors[i] : COLOR_OFF;

		if (color != COLOR_OFF)
			out_text(out, color_out(color));
		if (is_last)
			out_text(out, cells[i]);
		else
			out_padded(out, cells[i], table->widths[i]);
		if (color != COLOR_OFF)
			out_text(out, color_out(COLOR_OFF));
		out_char(out, is_last ? '\n' : ' ');
	}
}

void long_table_add(struct long_table *table, const char *const *cells, const enum color *colors)
{
	if (table->table && table->n_lines == LAID_OUT)
		begin_to_stream(table);
	table->n_lines++;
	if (table->table)
		lay_out(table, cells, colors);
	else
		stream(table, cells, colors);
}

bool long_table_change(struct long_table *table, size_t index, size_t column, const char *text)
{
	struct libscols_line *line = table->table ? scols_table_get_line(table->table, index) : NULL;

	if (line)
		scols_line_set_data(line, column, text);
	return line != NULL;
}

void long_table_end(struct long_table *table)
{
	if (table->table) {
		if (table->n_lines)
			scols_print_table(table->table);
		scols_unref_table(table->table);
	}
	out_flush(&table->out);
	free(table);
}
