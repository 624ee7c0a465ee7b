/* SPDX-License-Identifier: MIT */
/* A search for the best values: its path, what was found, and what that gains. */
#ifndef VIEW_TUNE_VIEW_H
#define VIEW_TUNE_VIEW_H

#include <experiment.h>
#include <stdio.h>

#include "report.h"

/** A run of the search. */
struct tune_step {
	const char *variant;
	double value; /* of the metric that the goal is; NAN: it failed */
	double best;  /* what the best so far was then believed to give; NAN: none yet */
};

struct tune_result {
	const char *goal;
	enum metric metric;
	const struct tune_step *steps;
	size_t n_steps;
	size_t n_combinations;
	const char *found;                   /* the best combination; NULL: nothing beats the defaults */
	const struct experiment *experiment; /* the defaults and what was found, in turn, on the search's link */
};

/** Measured in turn with the defaults, is what was found better beyond chance? */
bool tune_view_is_better(const struct tune_result *result);

void tune_view_text(FILE *file, const struct tune_result *result);

/** One object, in a line: share/schema/tune.schema.json. */
void tune_view_json(FILE *file, const struct tune_result *result);

/** The path as SVG. @return 0 or -ENOMEM */
int tune_view_svg(FILE *file, const struct tune_result *result);

/** A report with the path. @return 0 or -ENOMEM */
int tune_view_report(FILE *file, const struct tune_result *result);

/** The rules for run and apply. */
void tune_view_profile(FILE *file, const struct tune_result *result);

#endif
