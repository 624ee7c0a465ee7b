/* SPDX-License-Identifier: MIT */
/* A row of an entry: what it is about, and what is so. */
#ifndef VIEW_EXPLAIN_ROW_H
#define VIEW_EXPLAIN_ROW_H

#include <sockopt.h>
#include <stdio.h>

#define EXPLAIN_LABEL_WIDTH 15

/** "label    text", the text filled under itself. */
void explain_row(FILE *file, const char *label, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** As explain_row(), for rows of a list: what follows the first line stands two columns further in. */
void explain_item(FILE *file, const char *label, const char *text);

/** A text that begins in the column "indent", where the line stands already, and goes on below itself. */
void explain_filled(FILE *file, const char *text, size_t indent);

/** "NAME  LEVEL 6, option 1" */
void explain_heading(FILE *file, const struct sockopt_option *option);

/** The row of a field's named values or flags; none if it has none. */
void explain_symbols(FILE *file, const struct sockopt_field *field);

/** "milliseconds", to be translated; NULL: it has no unit. */
const char *explain_unit(enum sockopt_unit unit);

/** "ms", as the catalogue writes it: never translated. */
const char *explain_unit_key(enum sockopt_unit unit);

/** The fields of an option's struct, with what they tell where the catalogue says so. */
void explain_fields(FILE *file, const struct sockopt_option *option);

#endif
