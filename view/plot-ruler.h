/* SPDX-License-Identifier: MIT */
/* Where on an axis a number stands, and which round numbers are written there. */
#ifndef VIEW_PLOT_RULER_H
#define VIEW_PLOT_RULER_H

#include "plot.h"

enum { PLOT_N_TICKS = 16,
       PLOT_TEXT_SIZE = 32 };

struct plot_tick {
	double place; /* 0 … 1 */
	char text[PLOT_TEXT_SIZE];
};

struct plot_ruler {
	enum plot_scale scale;
	double low, high; /* as they are placed: logarithms on a logarithmic scale */
	const char *unit; /* what the texts of all ticks are in; "" where each has its own */
	struct plot_tick ticks[PLOT_N_TICKS];
	size_t n_ticks;
};

/** @brief A ruler for numbers from low to high, which it may extend to round ones, with about so many ticks. */
void plot_ruler_make(struct plot_ruler *ret, const struct plot_axis *axis, double low, double high, size_t about);

/** 0 … 1; less or more for what is not on the ruler. */
double plot_ruler_place(const struct plot_ruler *ruler, double number);

/** The range of what bars, and lines on an axis (x or y), show; false: nothing. */
bool plot_bars_range(const struct plot_bars *plot, bool with_samples, double *ret_low, double *ret_high);
bool plot_lines_range(const struct plot_lines *plot, bool of_y, double *ret_low, double *ret_high);

#endif
