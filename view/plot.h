/* SPDX-License-Identifier: MIT */
/*
 * Plots of measurements: bars with their intervals, lines and distributions, drawn into the terminal or as SVG. What
 * they look like is theirs; what they tell is the caller's.
 */
#ifndef VIEW_PLOT_H
#define VIEW_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum plot_unit { PLOT_NUMBER,
		 PLOT_PER_SECOND,
		 PLOT_BIT_RATE, /* bit/s */
		 PLOT_BYTES,
		 PLOT_US,
		 PLOT_PERCENT,
		 PLOT_PART /* 0 … 1, shown as a percentile: p99.9 */ };

enum plot_scale { PLOT_LINEAR, /* from 0 */
		  PLOT_LOG,
		  PLOT_NINES /* of a part: as far from 0.9 to 0.99 as from 0.99 to 0.999 */ };

struct plot_axis {
	const char *title;
	enum plot_unit unit;
	enum plot_scale scale;
};

/** What a bar is beside the first, which the others are compared with. */
enum plot_standing { PLOT_FIRST,
		     PLOT_SAME, /* no difference that is one */
		     PLOT_BETTER,
		     PLOT_WORSE };

struct plot_bar {
	const char *label;
	const char *note;         /* beside its value, as "×1.52 (1.48 … 1.55)"; or NULL */
	double middle, low, high; /* NAN: there is none */
	const double *samples;    /* each drawn as a dot, in SVG; NANs are not; or NULL */
	size_t n_samples;
	enum plot_standing standing;
};

/** Bars from 0; on a logarithmic axis, which has no 0, points with their intervals. */
struct plot_bars {
	const char *title, *subtitle, *description; /* the last for those who cannot see it */
	struct plot_axis axis;
	const struct plot_bar *bars;
	size_t n_bars;
};

enum plot_style { PLOT_LINE,
		  PLOT_STEP, /* holds until the next point */
		  PLOT_DOTS };

struct plot_point {
	double x, y, low, high; /* low, high: NAN where there is no interval */
};

struct plot_series {
	const char *label;
	enum plot_style style;
	const struct plot_point *points;
	size_t n_points;
};

struct plot_lines {
	const char *title, *subtitle, *description;
	struct plot_axis x, y;
	const struct plot_series *series;
	size_t n_series; /* at most PLOT_N_SERIES */
};

enum { PLOT_N_SERIES = 8 };

struct plot_screen {
	size_t width;
	bool utf8; /* else only ASCII */
};

void plot_bars_text(FILE *file, const struct plot_bars *plot, const struct plot_screen *screen);
void plot_lines_text(FILE *file, const struct plot_lines *plot, const struct plot_screen *screen);

/** Where an <svg> element is put: into a page that has plot_svg_styles(), or into a sheet. */
struct plot_place {
	const char *id; /* of the element */
	double y;       /* 0, or how far down the sheet */
};

/** The plot as an <svg> element; place NULL: as a file of its own, with its styles and background. */
void plot_bars_svg(FILE *file, const struct plot_bars *plot, const struct plot_place *place);
void plot_lines_svg(FILE *file, const struct plot_lines *plot, const struct plot_place *place);

/** How high they are. */
double plot_bars_height(const struct plot_bars *plot);
double plot_lines_height(const struct plot_lines *plot);

/** A file with several plots, one below the other. */
void plot_sheet_begin(FILE *file, double height, const char *title, const char *description);
void plot_sheet_end(FILE *file);

/** CSS, for light and dark. */
const char *plot_svg_styles(void);

/** A number for people, three digits and its unit: 941 Mbit/s, 40.3 ms, 64 KiB, p99.9. @return ret */
const char *plot_number(enum plot_unit unit, double number, char *ret, size_t size);

#endif
