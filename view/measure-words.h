/* SPDX-License-Identifier: MIT */
/* An experiment in words and numbers for people: what its tables, plots and reports share. */
#ifndef VIEW_MEASURE_WORDS_H
#define VIEW_MEASURE_WORDS_H

#include <experiment.h>

#include "plot.h"

enum { MEASURE_WORDS_SIZE = 128 };

/** What a metric is called in this experiment, translated: "processor time for a MiB". */
const char *measure_metric_title(const struct experiment *experiment, enum metric metric, char *ret, size_t size);

enum plot_unit measure_unit(enum metric metric);

/** The metric that the load is for: the one that a person looks at first. */
enum metric measure_main_metric(const struct experiment *experiment);

/** What the interval of the ratio says of a variant. */
enum plot_standing measure_standing(const struct experiment *experiment, size_t variant, enum metric metric);

/** "941 Mbit/s" */
const char *measure_number(enum metric metric, double number, char *ret, size_t size);

/** "930 … 944 Mbit/s"; empty where there are too few runs for bounds. */
const char *measure_interval(enum metric metric, const struct interval *interval, char *ret, size_t size);

/** "×1.53 (1.48 … 1.58)", "no difference (0.97 … 1.04)", "failed", "too few runs to compare"; empty for the first. */
const char *measure_note(const struct experiment *experiment, size_t variant, enum metric metric, char *ret,
			 size_t size);

#endif
