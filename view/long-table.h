/* SPDX-License-Identifier: MIT */
/*
 * A table that may have 100,000 lines. The first thousand are laid out by libsmartcols; from then on each line is
 * written when it comes, in the columns that were found: time and memory stay in proportion.
 */
#ifndef VIEW_LONG_TABLE_H
#define VIEW_LONG_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "color.h"

#define LONG_TABLE_COLUMNS 320

struct long_table;

/** @param n at most LONG_TABLE_COLUMNS; @return NULL if memory is short */
struct long_table *long_table_new(FILE *file, const char *const *headings, size_t n);

/** A line: a text a column, copied. colors: one a column, or NULL */
void long_table_add(struct long_table *table, const char *const *cells, const enum color *colors);

/** Changes a cell of line number index; @return false: that line is written already */
bool long_table_change(struct long_table *table, size_t index, size_t column, const char *text);

/** Writes what is left, and frees the table. Without a line nothing is written, not even the headings. */
void long_table_end(struct long_table *table);

#endif
