/* SPDX-License-Identifier: MIT */
/* How `set` and `undo` look: a line a socket and option. */
#ifndef VIEW_CHANGE_VIEW_H
#define VIEW_CHANGE_VIEW_H

#include <facts.h>
#include <stdio.h>

#include "json.h"

struct change_row {
	const struct facts *facts;
	const struct sockopt_option *option;
	const struct sockopt_value *before; /* NULL: not known */
	const struct sockopt_value *asked;
	const struct sockopt_value *after; /* NULL: not read */
	enum sockopt_result result;
	const char *result_word; /* NULL: that of result; "restored", "gone", ... of undo */
	int error;               /* positive errno, 0 */
};

struct change_view;

/** @param json a JSON line a row at once; else a table, printed at the end */
struct change_view *change_view_new(FILE *file, bool json);
void change_view_row(struct change_view *view, const struct change_row *row);
/** Says of row number index that its change was taken back: in its place, or (JSON) as one line more. */
void change_view_took_back(struct change_view *view, size_t index, const struct facts *facts,
			   const struct sockopt_option *option);
/** The members of a row's JSON from "option" to "error". */
void change_view_members(struct json *json, const struct change_row *row);
/** The socket as the table shows it: tcp 127.0.0.1:80 → 10.0.0.1:5000 */
void change_view_socket(const struct facts *facts, char *ret, size_t size);
/** Prints what is left and frees the view. */
void change_view_end(struct change_view *view);

#endif
