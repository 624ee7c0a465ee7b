/* SPDX-License-Identifier: MIT */
/* An experiment for a terminal, for programs, and as a picture. */
#ifndef VIEW_MEASURE_VIEW_H
#define VIEW_MEASURE_VIEW_H

#include <experiment.h>
#include <stdio.h>

/** Plots of what the load is for, the table of all that was measured, and what is to be said of it. */
void measure_view_text(FILE *file, const struct experiment *experiment);

struct json;

/** The experiment as an object of another. */
void measure_json(struct json *json, const char *name, const struct experiment *experiment);

/** One object, in a line: share/schema/measure.schema.json. */
void measure_view_json(FILE *file, const struct experiment *experiment);

/**
 * @brief One SVG file: what the load is for, over an option's values where that is what varies, and latencies.
 * @return 0 or -ENOMEM
 */
int measure_view_svg(FILE *file, const struct experiment *experiment);

#endif
