/* SPDX-License-Identifier: MIT */
/* An experiment for a terminal, and as a picture. */

#include "measure-view.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>

#include "color.h"
#include "measure-plots.h"
#include "text.h"

enum { GAP = 2 };

/* ---- the table ---- */

struct widths {
	size_t variant, median, interval;
};

static void widen(size_t *width, const char *text)
{
	size_t own = text_width(text);

	*width = own > *width ? own : *width;
}

static struct widths measure_widths(const struct experiment *experiment)
{
	struct widths widths = { 0 };
	char text[MEASURE_WORDS_SIZE];

	for (size_t i = 0; i < experiment->n_variants; i++) {
		const struct variant *variant = &experiment->variants[i];

		widen(&widths.variant, variant->text);
		for (unsigned int m = 0; m < METRIC_COUNT; m++) {
			const struct interval *summary = &variant->summary[m];

			if (!experiment_has(experiment, (enum metric)m))
				continue;
			widen(&widths.median, measure_number((enum metric)m, summary->middle, text, sizeof(text)));
			widen(&widths.interval, measure_interval((enum metric)m, summary, text, sizeof(text)));
		}
	}
	return widths;
}

static void put_padded(FILE *file, const char *text, size_t width)
{
	fprintf(file, "%s%*s", text, (int)(width - text_width(text) + GAP), "");
}

static enum color color_of(enum plot_standing standing)
{
	return standing == PLOT_BETTER ? COLOR_NAME : standing == PLOT_WORSE ? COLOR_BAD :
									       COLOR_OFF;
}

static void put_row(FILE *file, const struct experiment *experiment, size_t index, enum metric metric,
		    const struct widths *widths)
{
	const struct variant *variant = &experiment->variants[index];
	char text[MEASURE_WORDS_SIZE], note[MEASURE_WORDS_SIZE];

	fprintf(file, "%*s", GAP, "");
	put_padded(file, variant->text, widths->variant);
	measure_number(metric, variant->summary[metric].middle, text, sizeof(text));
	fprintf(file, "%*s%s", (int)(widths->median - text_width(text)), "", color_out(COLOR_VALUE));
	put_padded(file, text, text_width(text));
	fputs(color_out(COLOR_OFF), file);
	measure_interval(metric, &variant->summary[metric], text, sizeof(text));
	measure_note(experiment, index, metric, note, sizeof(note));
	put_padded(file, text, *note ? widths->interval : text_width(text));
	fprintf(file, "%s%s%s\n", color_out(color_of(measure_standing(experiment, index, metric))), note,
		color_out(COLOR_OFF));
}

static void put_table(FILE *file, const struct experiment *experiment)
{
	struct widths widths = measure_widths(experiment);
	char title[MEASURE_WORDS_SIZE];

	for (unsigned int m = 0; m < METRIC_COUNT; m++) {
		if (!experiment_has(experiment, (enum metric)m))
			continue;
		fprintf(file, "%s%s%s  %s%s%s\n", color_out(COLOR_HEADING),
			measure_metric_title(experiment, (enum metric)m, title, sizeof(title)), color_out(COLOR_OFF),
			color_out(COLOR_DIM),
			metric_info((enum metric)m)->higher_is_better ? _("higher is better") : _("lower is better"),
			color_out(COLOR_OFF));
		for (size_t i = 0; i < experiment->n_variants; i++)
			put_row(file, experiment, i, (enum metric)m, &widths);
	}
}

/* ---- what else is to be said ---- */

/** A sentence, filled to the screen. */
__attribute__((format(printf, 2, 3))) static void put_line(FILE *file, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_fill(file, text, 0, text_screen_width());
}

static void put_remarks(FILE *file, const struct experiment *experiment)
{
	unsigned int least = experiment_least_rounds(experiment->n_variants, experiment->metrics);

	for (size_t i = 0; i < experiment->n_variants; i++) {
		const struct variant *variant = &experiment->variants[i];

		if (variant->failed)
			put_line(file, _("%s: %u of %u runs failed"), variant->text, variant->failed, experiment->n_rounds);
		if (variant->limited)
			put_line(file, _("%s: in %u of %u runs the load's own processes were the limit, not the link"),
				 variant->text, variant->limited, experiment->n_rounds);
	}
	if (experiment->n_variants > 1 && experiment->n_rounds < least)
		put_line(file, _("To call an effect one, so many variants and metrics need %u rounds."), least);
}

/* ---- plots ---- */

static void put_plots(FILE *file, const struct experiment *experiment)
{
	const struct plot_screen screen = { .width = text_screen_width(), .utf8 = text_is_utf8() };
	struct measure_bars bars;
	struct measure_lines lines;

	if (measure_bars_make(experiment, measure_main_metric(experiment), &bars) == 0) {
		plot_bars_text(file, &bars.plot, &screen);
		measure_bars_free(&bars);
		fputc('\n', file);
	}
	if (measure_percentiles_make(experiment, &lines) == 0) {
		plot_lines_text(file, &lines.plot, &screen);
		measure_lines_free(&lines);
		fputc('\n', file);
	}
}

void measure_view_text(FILE *file, const struct experiment *experiment)
{
	put_plots(file, experiment);
	put_table(file, experiment);
	put_remarks(file, experiment);
}

int measure_view_svg(FILE *file, const struct experiment *experiment)
{
	struct measure_lines sweep = { 0 }, percentiles = { 0 };
	struct measure_bars bars = { 0 };
	char title[2 * MEASURE_WORDS_SIZE];
	enum metric main = measure_main_metric(experiment);
	bool has_sweep = measure_sweep_make(experiment, main, &sweep) == 0;
	bool has_percentiles = measure_percentiles_make(experiment, &percentiles) == 0;
	int r = measure_bars_make(experiment, main, &bars);
	double y = 0, height = r < 0 ? 0 : plot_bars_height(&bars.plot);

	height += has_sweep ? plot_lines_height(&sweep.plot) : 0;
	height += has_percentiles ? plot_lines_height(&percentiles.plot) : 0;
	if (r == 0) {
		snprintf(title, sizeof(title), "%s: %s", experiment->load, experiment->link ? experiment->link : "");
		plot_sheet_begin(file, height, title, bars.description);
		plot_bars_svg(file, &bars.plot, &(struct plot_place){ "bars", 0 });
		y = plot_bars_height(&bars.plot);
	}
	if (r == 0 && has_sweep) {
		plot_lines_svg(file, &sweep.plot, &(struct plot_place){ "sweep", y });
		y += plot_lines_height(&sweep.plot);
	}
	if (r == 0 && has_percentiles)
		plot_lines_svg(file, &percentiles.plot, &(struct plot_place){ "percentiles", y });
	if (r == 0)
		plot_sheet_end(file);
	measure_bars_free(&bars);
	measure_lines_free(&sweep);
	measure_lines_free(&percentiles);
	return r;
}
