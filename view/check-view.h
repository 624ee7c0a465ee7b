/* SPDX-License-Identifier: MIT */
/* A check by itself: as a line of a list, in full, and as JSON. */
#ifndef VIEW_CHECK_VIEW_H
#define VIEW_CHECK_VIEW_H

#include <check.h>
#include <stdio.h>

void check_view_line(FILE *file, const struct check *check);
void check_view_full(FILE *file, const struct check *check);
void check_view_json(FILE *file, const struct check *check);

#endif
