/* SPDX-License-Identifier: MIT */
/* A finding at its place in a file, with its texts: what the forms of place-view.h print. */
#ifndef VIEW_PLACE_H
#define VIEW_PLACE_H

#include <check.h>
#include <stdio.h>

#include "finding-parts.h"

struct placed {
	const struct check *check;
	const struct sockopt_option *option; /* NULL: none */
	char *file;
	unsigned int line, column, end_column;
	char *text; /* the line */
	struct finding_parts parts;
	size_t order;
};

/** All findings as one SARIF log. */
void place_sarif(FILE *file, const struct placed *list, size_t n);

#endif
