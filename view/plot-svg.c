/* SPDX-License-Identifier: MIT */
/* Plots as SVG. */

#include <math.h>
#include <string.h>

#include "plot-svg-parts.h"
#include "text.h"

/* ---- bars ---- */

enum { CODE_WIDTH = 73,  /* tenths of a pixel that a character of the code font takes */
       LABEL_MOST = 250, /* wider labels are wrapped */
       RIGHT_COLUMN = 228,
       ROW_HEIGHT = 44,
       BAR_HEIGHT = 20,
       BOTTOM = 46 };

struct bars_frame {
	double left, right;
	size_t label_width; /* in characters */
	struct plot_ruler ruler;
};

static const char *class_of(enum plot_standing standing)
{
	static const char *const classes[] = { "first", "same", "better", "worse" };

	return classes[standing];
}

static double bar_x(const struct bars_frame *frame, double number)
{
	return frame->left + plot_ruler_place(&frame->ruler, number) * (frame->right - frame->left);
}

static struct bars_frame make_frame(const struct plot_bars *plot)
{
	struct bars_frame frame = { .right = SVG_WIDTH - RIGHT_COLUMN };
	double low, high, width;

	for (size_t i = 0; i < plot->n_bars; i++)
		if (text_width(plot->bars[i].label) > frame.label_width)
			frame.label_width = text_width(plot->bars[i].label);
	width = (double)frame.label_width * CODE_WIDTH / 10;
	if (width > LABEL_MOST) {
		width = LABEL_MOST;
		frame.label_width = LABEL_MOST * 10 / CODE_WIDTH;
	}
	frame.left = SVG_EDGE + width + 14;
	if (!plot_bars_range(plot, true, &low, &high)) {
		low = 0;
		high = 1;
	}
	plot_ruler_make(&frame.ruler, &plot->axis, low, high, (size_t)((frame.right - frame.left) / 80));
	return frame;
}

static void put_grid(FILE *file, const struct bars_frame *frame, const struct plot_axis *axis, double bottom)
{
	char title[256];

	for (size_t i = 0; i < frame->ruler.n_ticks; i++) {
		const struct plot_tick *tick = &frame->ruler.ticks[i];
		double x = frame->left + tick->place * (frame->right - frame->left);

		svg_line(file, x, SVG_TOP, x, bottom, i == 0 ? "axis" : "grid");
		svg_text(file, x, bottom + 17, "soft small mid", tick->text);
	}
	snprintf(title, sizeof(title), *frame->ruler.unit ? "%s (%s)" : "%s", axis->title, frame->ruler.unit);
	svg_text(file, frame->left, bottom + 36, "soft small", title);
}

/** Every run as a dot, apart from its neighbours: up and down in turn. */
static void put_samples(FILE *file, const struct bars_frame *frame, const struct plot_bar *bar, double y)
{
	for (size_t i = 0; i < bar->n_samples; i++)
		if (!isnan(bar->samples[i]))
			fprintf(file, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.2\" class=\"dot %s\"/>\n", bar_x(frame, bar->samples[i]),
				y + ((double)(i * 2 % 5) - 2) * 3, class_of(bar->standing));
}

static void put_whisker(FILE *file, double low, double high, double y)
{
	fprintf(file, "<path d=\"M%.1f %.1fv8m0 -4H%.1fm0 -4v8\" class=\"whisker\"/>\n", low, y - 4, high);
}

static void put_svg_bar(FILE *file, const struct bars_frame *frame, const struct plot_bar *bar, double y)
{
	double middle = bar_x(frame, bar->middle);

	if (isnan(bar->middle))
		return;
	if (frame->ruler.scale == PLOT_LINEAR)
		fprintf(file, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"fill %s\"/>\n", frame->left,
			y - BAR_HEIGHT / 2.0, middle - frame->left, BAR_HEIGHT, class_of(bar->standing));
	put_samples(file, frame, bar, y);
	fprintf(file, "<rect x=\"%.1f\" y=\"%.1f\" width=\"3\" height=\"%d\" class=\"%s\"/>\n", middle - 1.5, y - BAR_HEIGHT / 2.0,
		BAR_HEIGHT, class_of(bar->standing));
	if (!isnan(bar->low) && !isnan(bar->high))
		put_whisker(file, bar_x(frame, bar->low), bar_x(frame, bar->high), y);
}

double plot_bars_height(const struct plot_bars *plot)
{
	return SVG_TOP + (double)plot->n_bars * ROW_HEIGHT + BOTTOM;
}

void plot_bars_svg(FILE *file, const struct plot_bars *plot, const struct plot_place *place)
{
	struct bars_frame frame = make_frame(plot);
	double bottom = plot_bars_height(plot) - BOTTOM;

	svg_begin(file, place, plot_bars_height(plot), plot->title, plot->subtitle, plot->description);
	put_grid(file, &frame, &plot->axis, bottom);
	if (plot->n_bars > 1 && plot->bars[0].standing == PLOT_FIRST && !isnan(plot->bars[0].middle))
		svg_line(file, bar_x(&frame, plot->bars[0].middle), SVG_TOP, bar_x(&frame, plot->bars[0].middle), bottom, "base");
	for (size_t i = 0; i < plot->n_bars; i++) {
		const struct plot_bar *bar = &plot->bars[i];
		double y = SVG_TOP + ((double)i + 0.5) * ROW_HEIGHT;
		char number[PLOT_TEXT_SIZE];

		svg_wrapped(file, frame.left - 10, y, "code end", bar->label, frame.label_width);
		put_svg_bar(file, &frame, bar, y);
		svg_text(file, frame.right + 16, bar->note ? y - 3 : y + 4.5, "strong",
			 plot_number(plot->axis.unit, bar->middle, number, sizeof(number)));
		if (bar->note)
			svg_text(file, frame.right + 16, y + 13, "soft small", bar->note);
	}
	svg_end(file);
}

/* ---- lines ---- */

enum { LINES_HEIGHT = 430,
       LINES_BOTTOM = LINES_HEIGHT - 52,
       LINES_LEFT = 86,
       LINES_TOP = 84,
       LEGEND_MOST = 220, /* pixels beside the lines */
       LEGEND_STEP = 17 };

struct lines_frame {
	double right;
	size_t label_width;
	struct plot_ruler x, y;
};

static double line_x(const struct lines_frame *frame, double number)
{
	return LINES_LEFT + plot_ruler_place(&frame->x, number) * (frame->right - LINES_LEFT);
}

static double line_y(const struct lines_frame *frame, double number)
{
	return LINES_BOTTOM - plot_ruler_place(&frame->y, number) * (LINES_BOTTOM - LINES_TOP);
}

static bool make_lines_frame(const struct plot_lines *plot, struct lines_frame *frame)
{
	double low, high, width;

	*frame = (struct lines_frame){ 0 };
	for (size_t i = 0; i < plot->n_series; i++)
		if (text_width(plot->series[i].label) > frame->label_width)
			frame->label_width = text_width(plot->series[i].label);
	width = (double)frame->label_width * CODE_WIDTH / 10;
	if (width > LEGEND_MOST) {
		width = LEGEND_MOST;
		frame->label_width = LEGEND_MOST * 10 / CODE_WIDTH;
	}
	frame->right = SVG_WIDTH - width - 34;
	if (!plot_lines_range(plot, true, &low, &high))
		return false;
	plot_ruler_make(&frame->y, &plot->y, low, high, 5);
	if (!plot_lines_range(plot, false, &low, &high))
		return false;
	plot_ruler_make(&frame->x, &plot->x, low, high, (size_t)((frame->right - LINES_LEFT) / 80));
	return true;
}

static void put_lines_grid(FILE *file, const struct lines_frame *frame, const struct plot_lines *plot)
{
	char title[256];

	for (size_t i = 0; i < frame->y.n_ticks; i++) {
		double y = LINES_BOTTOM - frame->y.ticks[i].place * (LINES_BOTTOM - LINES_TOP);

		svg_line(file, LINES_LEFT, y, frame->right, y, i == 0 ? "axis" : "grid");
		svg_text(file, LINES_LEFT - 8, y + 4, "soft small end", frame->y.ticks[i].text);
	}
	for (size_t i = 0; i < frame->x.n_ticks; i++) {
		double x = LINES_LEFT + frame->x.ticks[i].place * (frame->right - LINES_LEFT);

		svg_line(file, x, LINES_BOTTOM, x, LINES_BOTTOM + 5, "axis");
		svg_text(file, x, LINES_BOTTOM + 20, "soft small mid", frame->x.ticks[i].text);
	}
	snprintf(title, sizeof(title), *frame->y.unit ? "%s (%s)" : "%s", plot->y.title, frame->y.unit);
	svg_text(file, SVG_EDGE, LINES_TOP - 14, "soft small", title);
	snprintf(title, sizeof(title), *frame->x.unit ? "%s (%s)" : "%s", plot->x.title, frame->x.unit);
	svg_text(file, (LINES_LEFT + frame->right) / 2, LINES_BOTTOM + 40, "soft small mid", title);
}

static void put_path(FILE *file, const struct lines_frame *frame, const struct plot_series *series, size_t index)
{
	bool begun = false;

	if (series->style == PLOT_DOTS)
		return;
	fprintf(file, "<path class=\"line s%zu\" d=\"", index);
	for (size_t i = 0; i < series->n_points; i++) {
		double x = line_x(frame, series->points[i].x), y = line_y(frame, series->points[i].y);

		if (begun && series->style == PLOT_STEP && !isnan(y))
			fprintf(file, "H%.1fV%.1f", x, y);
		else if (!isnan(y))
			fprintf(file, "%s%.1f %.1f", begun ? "L" : "M", x, y);
		begun = !isnan(y);
	}
	fputs("\"/>\n", file);
}

static void put_series(FILE *file, const struct lines_frame *frame, const struct plot_series *series, size_t index)
{
	put_path(file, frame, series, index);
	for (size_t i = 0; i < series->n_points; i++) {
		const struct plot_point *point = &series->points[i];
		double x = line_x(frame, point->x);

		if (!isnan(point->low) && !isnan(point->high))
			fprintf(file, "<path d=\"M%.1f %.1fh8m-4 0V%.1fm-4 0h8\" class=\"line s%zu\"/>\n", x - 4,
				line_y(frame, point->low), line_y(frame, point->high), index);
		if (!isnan(point->y) && series->style != PLOT_STEP)
			svg_mark(file, x, line_y(frame, point->y), index);
	}
}

/** The height of a label, in pixels. */
static double label_height(const struct plot_series *series, const struct lines_frame *frame)
{
	const char *lines[3];

	return (double)svg_wrap(series->label, frame->label_width, lines, 3) * LEGEND_STEP;
}

/** Where a series ends. */
static double end_of(const struct plot_series *series, const struct lines_frame *frame)
{
	for (size_t i = series->n_points; i > 0; i--)
		if (!isnan(series->points[i - 1].y))
			return line_y(frame, series->points[i - 1].y);
	return LINES_TOP;
}

/** A label stands where its line ends, or as near as the others leave room for it. */
static void place_labels(const struct plot_lines *plot, const struct lines_frame *frame, double *ret_y)
{
	size_t order[PLOT_N_SERIES];
	double edge = 0;

	for (size_t i = 0; i < plot->n_series; i++) {
		size_t at = i;

		ret_y[i] = end_of(&plot->series[i], frame);
		for (; at > 0 && ret_y[order[at - 1]] > ret_y[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (size_t i = 0; i < plot->n_series; i++) {
		double half = label_height(&plot->series[order[i]], frame) / 2;

		ret_y[order[i]] = fmax(ret_y[order[i]], edge + half);
		edge = ret_y[order[i]] + half;
	}
	/* Those that were pushed below the plot push back. */
	edge = LINES_BOTTOM + LEGEND_STEP;
	for (size_t i = plot->n_series; i > 0; i--) {
		double half = label_height(&plot->series[order[i - 1]], frame) / 2;

		ret_y[order[i - 1]] = fmin(ret_y[order[i - 1]], edge - half);
		edge = ret_y[order[i - 1]] - half;
	}
}

static void put_label(FILE *file, const struct lines_frame *frame, const struct plot_series *series, size_t index,
		      double y)
{
	if (series->style == PLOT_STEP)
		fprintf(file, "<path class=\"line s%zu\" d=\"M%.1f %.1fh14\"/>\n", index, frame->right + 8, y);
	else
		svg_mark(file, frame->right + 15, y, index);
	svg_wrapped(file, frame->right + 27, y, "code", series->label, frame->label_width);
}

double plot_lines_height(const struct plot_lines *plot)
{
	return plot->n_series ? LINES_HEIGHT : SVG_TOP;
}

void plot_lines_svg(FILE *file, const struct plot_lines *plot, const struct plot_place *place)
{
	struct lines_frame frame;
	double label_y[PLOT_N_SERIES];

	svg_begin(file, place, plot_lines_height(plot), plot->title, plot->subtitle, plot->description);
	if (make_lines_frame(plot, &frame)) {
		put_lines_grid(file, &frame, plot);
		place_labels(plot, &frame, label_y);
		for (size_t i = 0; i < plot->n_series; i++) {
			put_series(file, &frame, &plot->series[i], i);
			put_label(file, &frame, &plot->series[i], i, label_y[i]);
		}
	}
	svg_end(file);
}
