/* SPDX-License-Identifier: MIT */
/* How the findings of `check` look: those that are alike together, the worst first. */
#ifndef VIEW_FINDING_VIEW_H
#define VIEW_FINDING_VIEW_H

#include <call.h>
#include <check.h>
#include <stdio.h>

struct finding_view;

/**
 * @param json one JSON object a line
 * @param each every socket by itself, none put together
 */
struct finding_view *finding_view_new(FILE *file, bool json, bool each);

/** @param role "listener", "accepted", "client" or NULL: it cannot be told */
void finding_view_add(struct finding_view *view, const struct facts *facts, const struct check_finding *finding,
		      const char *role);

/** A finding with a call that was seen. */
void finding_view_add_call(struct finding_view *view, const struct call *call, const struct check_finding *finding);

/** Prints everything and frees the view. Returns how many findings there were. */
size_t finding_view_end(struct finding_view *view);

#endif
