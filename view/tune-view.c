/* SPDX-License-Identifier: MIT */
/* A search for the best values. */

#include "tune-view.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "color.h"
#include "json.h"
#include "measure-view.h"
#include "measure-words.h"
#include "text.h"

struct path {
	struct plot_lines plot;
	struct plot_series series[2];
	struct plot_point *points;
	char subtitle[MEASURE_WORDS_SIZE];
};

static int make_path(const struct tune_result *result, struct path *ret)
{
	size_t n = result->n_steps;
	struct plot_point *points = calloc(2 * n + 1, sizeof(*points));

	if (!points)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		points[i] = (struct plot_point){ (double)(i + 1), result->steps[i].best, NAN, NAN };
		points[n + i] = (struct plot_point){ (double)(i + 1), result->steps[i].value, NAN, NAN };
	}
	*ret = (struct path){ .points = points };
	ret->series[0] = (struct plot_series){ _("best so far"), PLOT_STEP, points, n };
	ret->series[1] = (struct plot_series){ _("a run"), PLOT_DOTS, points + n, n };
	snprintf(ret->subtitle, sizeof(ret->subtitle), "%s",
		 metric_info(result->metric)->higher_is_better ? _("higher is better") : _("lower is better"));
	ret->plot = (struct plot_lines){
		.title = _("The search"),
		.subtitle = ret->subtitle,
		.x = { _("runs"), PLOT_NUMBER, PLOT_LINEAR },
		.y = { _(metric_info(result->metric)->title), measure_unit(result->metric), PLOT_LINEAR },
		.series = ret->series,
		.n_series = 2,
	};
	return 0;
}

static void put_words(const struct tune_result *result, char *ret, size_t size)
{
	snprintf(ret, size, _("%zu runs of one of %zu combinations each. An exhaustive search of five runs each would have taken %zu."),
		 result->n_steps, result->n_combinations, result->n_combinations * 5);
}

bool tune_view_is_better(const struct tune_result *result)
{
	return measure_standing(result->experiment, 1, result->metric) == PLOT_BETTER;
}

void tune_view_text(FILE *file, const struct tune_result *result)
{
	const struct plot_screen screen = { .width = text_screen_width(), .utf8 = text_is_utf8() };
	struct path path;
	char words[256];

	if (make_path(result, &path) == 0) {
		plot_lines_text(file, &path.plot, &screen);
		free(path.points);
	}
	put_words(result, words, sizeof(words));
	text_fill(file, words, 0, text_screen_width());
	fputc('\n', file);
	if (!result->found) {
		fprintf(file, "%s\n", _("Nothing that was tried is better than the defaults."));
		return;
	}
	fprintf(file, "%s %s%s%s\n\n", _("Found:"), color_out(COLOR_NAME), result->found, color_out(COLOR_OFF));
	measure_view_text(file, result->experiment);
	if (!tune_view_is_better(result))
		text_fill(file, _("Measured in turn with the defaults it is not better beyond chance: leave the defaults."), 0,
			  text_screen_width());
}

void tune_view_json(FILE *file, const struct tune_result *result)
{
	struct json json = { .file = file };

	json_object(&json, NULL);
	json_string(&json, "goal", result->goal);
	json_string(&json, "metric", metric_info(result->metric)->name);
	json_unsigned(&json, "combinations", result->n_combinations);
	json_array(&json, "path");
	for (size_t i = 0; i < result->n_steps; i++) {
		json_object(&json, NULL);
		json_text(&json, "options", result->steps[i].variant);
		json_double(&json, "value", result->steps[i].value);
		json_double(&json, "best", result->steps[i].best);
		json_end_object(&json);
	}
	json_end_array(&json);
	if (result->found)
		json_text(&json, "found", result->found);
	else
		json_null(&json, "found");
	if (result->found)
		measure_json(&json, "experiment", result->experiment);
	else
		json_null(&json, "experiment");
	json_end_object(&json);
	json_line(&json);
}

int tune_view_svg(FILE *file, const struct tune_result *result)
{
	struct path path;
	int r = make_path(result, &path);

	if (r < 0)
		return r;
	plot_lines_svg(file, &path.plot, NULL);
	free(path.points);
	return 0;
}

int tune_view_report(FILE *file, const struct tune_result *result)
{
	struct report_path in_report = { .heading = _("The search") };
	struct path path;
	char words[256];
	int r = make_path(result, &path);

	if (r < 0)
		return r;
	put_words(result, words, sizeof(words));
	in_report.words = words;
	in_report.plot = &path.plot;
	r = report_write(file, result->experiment, &in_report);
	free(path.points);
	return r;
}

/** A comment of the file: what would end it does not come from others' words. */
static void put_comment(FILE *file, const char *text)
{
	char safe[1024];

	text_escape(text, safe, sizeof(safe));
	fprintf(file, "# %s\n", safe);
}

void tune_view_profile(FILE *file, const struct tune_result *result)
{
	const struct experiment *experiment = result->experiment;
	char note[MEASURE_WORDS_SIZE], line[512];

	measure_note(experiment, 1, result->metric, note, sizeof(note));
	snprintf(line, sizeof(line), "en: tuned for %s: %s %s", result->goal, metric_info(result->metric)->title, note);
	put_comment(file, line);
	snprintf(line, sizeof(line), "es: ajustado para %s: %s %s", result->goal, metric_info(result->metric)->title, note);
	put_comment(file, line);
	fputs("#\n", file);
	put_comment(file, experiment->environment.command ? experiment->environment.command : "sockopt tune");
	snprintf(line, sizeof(line), "%s, %s", experiment->environment.kernel ? experiment->environment.kernel : "-",
		 experiment->environment.begun ? experiment->environment.begun : "-");
	put_comment(file, line);
	fprintf(file, "\ntcp: %s\n", result->found);
}
