/* SPDX-License-Identifier: MIT */
/* Findings in files, with the line: for people, as JSON lines, or as SARIF for editors and code hosting. */
#ifndef VIEW_PLACE_VIEW_H
#define VIEW_PLACE_VIEW_H

#include <check.h>
#include <stdio.h>

enum place_form {
	PLACE_TEXT,
	PLACE_JSON,
	PLACE_SARIF,
};

/** A place in a file. Strings are copied. */
struct place {
	const char *file;
	unsigned int line;
	unsigned int column;     /* in bytes, from 1; 0: the whole line */
	unsigned int end_column; /* behind the last byte; at most column: not known */
	const char *text;        /* the line; NULL: not to be had */
};

struct place_view;

/** @return NULL if memory is short */
struct place_view *place_view_new(FILE *file, enum place_form form);

/** @param where CHECK_SOURCE or CHECK_CONFIG: whose cure is shown */
void place_view_add(struct place_view *view, const struct place *place, enum check_place where,
		    const struct check_finding *finding);

/** Prints everything and frees the view. Returns how many findings there were. */
size_t place_view_end(struct place_view *view);

#endif
