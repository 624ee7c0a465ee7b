/* SPDX-License-Identifier: MIT */
/* A report of an experiment. */

#include "report.h"

#include <errno.h>

#include "markup.h"
#include "measure-plots.h"
#include "report-parts.h"
#include "text.h"

static void put_head(FILE *file, const struct experiment *experiment)
{
	fprintf(file, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", text_language());
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", file);
	markup_text(file, experiment->variants[experiment->n_variants - 1].text);
	fputs(": ", file);
	markup_text(file, experiment->load);
	fprintf(file, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<main>\n", report_styles(), plot_svg_styles());
}

/** "bulk over rate=1Gbit/s rtt=100ms" */
static void put_heading(FILE *file, const struct experiment *experiment)
{
	fputs("<h1>", file);
	for (size_t i = 1; i < experiment->n_variants && i < 4; i++) {
		fputs(i > 1 ? ", <code>" : "<code>", file);
		markup_text(file, experiment->variants[i].text);
		fputs("</code>", file);
	}
	fputs(experiment->n_variants > 4 ? ", …</h1>\n" : "</h1>\n", file);
	fprintf(file, "<p class=\"lead\">%s <code>", _("Load:"));
	markup_text(file, experiment->load);
	fprintf(file, "</code>. %s <code>", _("Link:"));
	markup_text(file, experiment->link && *experiment->link ? experiment->link : "-");
	fputs("</code>.</p>\n", file);
}

static void begin_figure(FILE *file, const char *title)
{
	/* What may scroll on a phone must be reached by the keyboard, and have a name. */
	fputs("<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"", file);
	markup_text(file, title);
	fputs("\">\n", file);
}

static void end_figure(FILE *file)
{
	fputs("</div>\n", file);
}

static int put_bars(FILE *file, const struct experiment *experiment, enum metric metric)
{
	struct measure_bars bars;
	char id[32];
	int r = measure_bars_make(experiment, metric, &bars);

	if (r < 0)
		return r;
	snprintf(id, sizeof(id), "bars-%u", (unsigned int)metric);
	begin_figure(file, bars.title);
	plot_bars_svg(file, &bars.plot, &(struct plot_place){ id, 0 });
	end_figure(file);
	measure_bars_free(&bars);
	return 0;
}

/** -ENOENT of what was made means that there is no such plot. */
static int put_lines(FILE *file, int made, struct measure_lines *lines, const char *id)
{
	if (made < 0)
		return made == -ENOENT ? 0 : made;
	begin_figure(file, lines->plot.title);
	plot_lines_svg(file, &lines->plot, &(struct plot_place){ id, 0 });
	end_figure(file);
	measure_lines_free(lines);
	return 0;
}

static int put_first_plots(FILE *file, const struct experiment *experiment)
{
	enum metric main = measure_main_metric(experiment);
	struct measure_lines lines;
	int r = put_bars(file, experiment, main);

	if (r == 0)
		r = put_lines(file, measure_sweep_make(experiment, main, &lines), &lines, "sweep");
	if (r == 0)
		r = put_lines(file, measure_percentiles_make(experiment, &lines), &lines, "percentiles");
	return r;
}

/** Those that the first plots did not show. */
static int put_other_plots(FILE *file, const struct experiment *experiment)
{
	int r = 0;

	for (unsigned int m = 0; r == 0 && m < METRIC_COUNT; m++)
		if (experiment_has(experiment, (enum metric)m) && (enum metric)m != measure_main_metric(experiment))
			r = put_bars(file, experiment, (enum metric)m);
	return r;
}

static void put_path(FILE *file, const struct report_path *path)
{
	report_element(file, "h2", path->heading);
	report_element(file, "p", path->words);
	begin_figure(file, path->plot->title);
	plot_lines_svg(file, path->plot, &(struct plot_place){ "path", 0 });
	end_figure(file);
}

int report_write(FILE *file, const struct experiment *experiment, const struct report_path *path)
{
	int r;

	put_head(file, experiment);
	put_heading(file, experiment);
	report_effects(file, experiment);
	r = put_first_plots(file, experiment);
	if (r < 0)
		return r;
	if (path)
		put_path(file, path);
	report_element(file, "h2", _("All that was measured"));
	report_table(file, experiment);
	r = put_other_plots(file, experiment);
	if (r < 0)
		return r;
	report_samples(file, experiment);
	report_element(file, "h2", _("How it was measured"));
	report_method(file, experiment);
	report_element(file, "h2", _("Where, and how to repeat it"));
	report_environment(file, experiment);
	fputs("</main>\n", file);
	report_data(file, experiment);
	fputs("</body>\n</html>\n", file);
	return 0;
}
