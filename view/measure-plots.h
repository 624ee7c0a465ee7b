/* SPDX-License-Identifier: MIT */
/* What of an experiment is drawn, and how. */
#ifndef VIEW_MEASURE_PLOTS_H
#define VIEW_MEASURE_PLOTS_H

#include "measure-words.h"

struct measure_bars {
	struct plot_bars plot;
	struct plot_bar *bars;
	char (*notes)[MEASURE_WORDS_SIZE];
	char title[MEASURE_WORDS_SIZE], subtitle[MEASURE_WORDS_SIZE], axis[MEASURE_WORDS_SIZE + 32], description[512];
};

/** @brief The bars of a metric; logarithmic where a variant is many times another. @return 0 or -ENOMEM */
int measure_bars_make(const struct experiment *experiment, enum metric metric, struct measure_bars *ret);
void measure_bars_free(struct measure_bars *bars);

struct measure_lines {
	struct plot_lines plot;
	struct plot_series *series;
	struct plot_point *points;
	char title[MEASURE_WORDS_SIZE + 64], subtitle[MEASURE_WORDS_SIZE], axis[MEASURE_WORDS_SIZE + 32];
};

/** @brief The latencies of the variants over their percentiles. @return 0, -ENOENT: not measured, or -ENOMEM */
int measure_percentiles_make(const struct experiment *experiment, struct measure_lines *ret);

/**
 * @brief A metric over the values of an option, where the variants are the values of one that is a number.
 * @return 0, -ENOENT: they are not, or -ENOMEM
 */
int measure_sweep_make(const struct experiment *experiment, enum metric metric, struct measure_lines *ret);
void measure_lines_free(struct measure_lines *lines);

#endif
