/* SPDX-License-Identifier: MIT */
/* What both kinds of plots have as SVG: frame, texts, marks. */
#ifndef VIEW_PLOT_SVG_PARTS_H
#define VIEW_PLOT_SVG_PARTS_H

#include "plot-ruler.h"

enum { SVG_WIDTH = 760,
       SVG_TOP = 58, /* below title and subtitle */
       SVG_EDGE = 12 };

/** Begins the element, with its title, subtitle and description. */
void svg_begin(FILE *file, const struct plot_place *place, double height, const char *title, const char *subtitle,
	       const char *description);
void svg_end(FILE *file);

/** A text whose class also says where it is anchored (start, mid, end). */
void svg_text(FILE *file, double x, double y, const char *classes, const char *text);

void svg_line(FILE *file, double x1, double y1, double x2, double y2, const char *classes);

/**
 * Lines of at most so many characters, broken at spaces; the last keeps what is left.
 *
 * ret   where each line begins
 * Returns how many there are, at most most.
 */
size_t svg_wrap(const char *text, size_t width, const char **ret, size_t most);

/** The same on the page: the lines around y, in their middle. */
void svg_wrapped(FILE *file, double x, double y, const char *classes, const char *text, size_t width);

/** The class of a series: colour and shape. */
void svg_mark(FILE *file, double x, double y, size_t series);

#endif
