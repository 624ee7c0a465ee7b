/* SPDX-License-Identifier: MIT */
/* What a rule did for a program that `run` started: a line each, for a person or as JSON. */
#ifndef VIEW_RUN_VIEW_H
#define VIEW_RUN_VIEW_H

#include <rule.h>

#include "change-view.h"

struct run_row {
	const char *event;  /* "assigned", "replaced", "refused", "logged": never translated in JSON */
	const char *moment; /* its word; NULL: it was the program's own call */
	const struct rule *rule;
	const struct rule_action *action;
	struct change_row change;
};

/** On stderr, as the other talk. */
void run_view_say(const struct run_row *row);

/** One JSON object on a line of its own, written at once. */
void run_view_json(FILE *file, const struct run_row *row);

/** Where a rule stands: FILE:LINE, or -r. */
void run_view_place(const struct rule *rule, char *ret, size_t size);

#endif
