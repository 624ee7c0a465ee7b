/* SPDX-License-Identifier: MIT */
/* What of an experiment is drawn. */

#include "measure-plots.h"

#include <errno.h>
#include <math.h>
#include <sockopt.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define MANY_TIMES 30 /* on one axis from 0, the lesser would not be seen */

static void put_subtitle(const struct experiment *experiment, bool higher_is_better, char *ret, size_t size)
{
	snprintf(ret, size, ngettext("%s; median of %u run, 95 %% interval", "%s; median of %u runs, 95 %% interval", experiment->n_rounds),
		 higher_is_better ? _("higher is better") : _("lower is better"), experiment->n_rounds);
}

/** The first letter as it begins a line; what is no ASCII letter stays. */
static void capitalize(char *text)
{
	if (*text >= 'a' && *text <= 'z')
		*text = (char)(*text - 'a' + 'A');
}

/** The title of an axis: on one that has no 0, twice as far is not twice as much. */
static void put_axis(const char *title, enum plot_scale scale, char *ret, size_t size)
{
	if (scale == PLOT_LOG)
		snprintf(ret, size, _("%s, logarithmic"), title);
	else
		snprintf(ret, size, "%s", title);
}

/* ---- bars ---- */

static enum plot_scale scale_for(const struct experiment *experiment, enum metric metric)
{
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < experiment->n_variants; i++) {
		double middle = experiment->variants[i].summary[metric].middle;

		least = fmin(least, middle);
		most = fmax(most, middle);
	}
	return least > 0 && most > least * MANY_TIMES ? PLOT_LOG : PLOT_LINEAR;
}

static void describe(struct measure_bars *bars)
{
	size_t used = 0;
	char number[64];

	for (size_t i = 0; i < bars->plot.n_bars && used < sizeof(bars->description); i++) {
		const struct plot_bar *bar = &bars->bars[i];

		plot_number(bars->plot.axis.unit, bar->middle, number, sizeof(number));
		used += (size_t)snprintf(bars->description + used, sizeof(bars->description) - used, "%s%s: %s%s%s",
					 i ? "; " : "", bar->label, number, bar->note ? ", " : "",
					 bar->note ? bar->note : "");
	}
}

int measure_bars_make(const struct experiment *experiment, enum metric metric, struct measure_bars *ret)
{
	size_t n = experiment->n_variants;

	*ret = (struct measure_bars){ .bars = calloc(n, sizeof(*ret->bars)), .notes = calloc(n, sizeof(*ret->notes)) };
	if (!ret->bars || !ret->notes) {
		measure_bars_free(ret);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		const struct variant *variant = &experiment->variants[i];
		const struct interval *summary = &variant->summary[metric];

		measure_note(experiment, i, metric, ret->notes[i], sizeof(ret->notes[i]));
		ret->bars[i] = (struct plot_bar){
			.label = variant->text,
			.note = *ret->notes[i] ? ret->notes[i] : NULL,
			.middle = summary->middle,
			.low = summary->low,
			.high = summary->high,
			.samples = variant->samples[metric],
			.n_samples = variant->samples[metric] ? experiment->n_rounds : 0,
			.standing = measure_standing(experiment, i, metric),
		};
	}
	measure_metric_title(experiment, metric, ret->title, sizeof(ret->title));
	put_axis(ret->title, scale_for(experiment, metric), ret->axis, sizeof(ret->axis));
	capitalize(ret->title);
	put_subtitle(experiment, metric_info(metric)->higher_is_better, ret->subtitle, sizeof(ret->subtitle));
	ret->plot = (struct plot_bars){
		.title = ret->title,
		.subtitle = ret->subtitle,
		.description = ret->description,
		.axis = { ret->axis, measure_unit(metric), scale_for(experiment, metric) },
		.bars = ret->bars,
		.n_bars = n,
	};
	describe(ret);
	return 0;
}

void measure_bars_free(struct measure_bars *bars)
{
	free(bars->bars);
	free(bars->notes);
	bars->bars = NULL;
	bars->notes = NULL;
}

/* ---- lines ---- */

static int make_room(size_t n_series, size_t n_points, struct measure_lines *ret)
{
	*ret = (struct measure_lines){ .series = calloc(n_series, sizeof(*ret->series)),
				       .points = calloc(n_points, sizeof(*ret->points)) };
	if (ret->series && ret->points)
		return 0;
	measure_lines_free(ret);
	return -ENOMEM;
}

void measure_lines_free(struct measure_lines *lines)
{
	free(lines->series);
	free(lines->points);
	lines->series = NULL;
	lines->points = NULL;
}

int measure_percentiles_make(const struct experiment *experiment, struct measure_lines *ret)
{
	static const struct {
		enum metric metric;
		double part;
	} parts[] = { { METRIC_P50, 0.5 }, { METRIC_P99, 0.99 }, { METRIC_P999, 0.999 } };
	enum { N_PARTS = sizeof(parts) / sizeof(parts[0]) };
	size_t n = experiment->n_variants;

	for (size_t i = 0; i < N_PARTS; i++)
		if (!experiment_has(experiment, parts[i].metric))
			return -ENOENT;
	if (n > PLOT_N_SERIES)
		return -ENOENT;
	if (make_room(n, n * N_PARTS, ret) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct variant *variant = &experiment->variants[i];

		for (size_t k = 0; k < N_PARTS; k++) {
			const struct interval *summary = &variant->summary[parts[k].metric];

			ret->points[i * N_PARTS + k] =
				(struct plot_point){ parts[k].part, summary->middle, summary->low, summary->high };
		}
		ret->series[i] = (struct plot_series){ variant->text, PLOT_LINE, &ret->points[i * N_PARTS], N_PARTS };
	}
	put_axis(_("latency"), PLOT_LOG, ret->axis, sizeof(ret->axis));
	put_subtitle(experiment, false, ret->subtitle, sizeof(ret->subtitle));
	ret->plot = (struct plot_lines){
		.title = _("Latency by percentile"),
		.subtitle = ret->subtitle,
		.x = { _("percentile"), PLOT_PART, PLOT_NINES },
		.y = { ret->axis, PLOT_US, PLOT_LOG },
		.series = ret->series,
		.n_series = n,
	};
	return 0;
}

/** The number that a variant's only assignment gives to an option; NULL: it is none. */
static const struct sockopt_option *number_of(const char *text, double *ret)
{
	struct sockopt_assignment assignment;
	struct sockopt_error error;
	const struct sockopt_field *field;

	if (strchr(text, ' ') || sockopt_parse_assignment(text, &assignment, NULL, &error) < 0 ||
	    !sockopt_is_number(assignment.option->type))
		return NULL;
	field = &assignment.option->type->fields[0];
	if (field->look != SOCKOPT_LOOK_NUMBER)
		return NULL;
	*ret = (double)sockopt_field_number(field, assignment.value.bytes, 0);
	return assignment.option;
}

/** The option whose values the variants but the first are, if they are at least three numbers of one. */
static const struct sockopt_option *swept(const struct experiment *experiment)
{
	const struct sockopt_option *option = NULL;
	double number;

	for (size_t i = 1; i < experiment->n_variants; i++) {
		const struct sockopt_option *own = number_of(experiment->variants[i].text, &number);

		if (!own || (option && own != option))
			return NULL;
		option = own;
	}
	return experiment->n_variants > 3 ? option : NULL;
}

static enum plot_unit unit_of(const struct sockopt_option *option)
{
	switch (option->type->fields[0].unit) {
	case SOCKOPT_UNIT_BYTES: return PLOT_BYTES;
	case SOCKOPT_UNIT_US: return PLOT_US;
	default: return PLOT_NUMBER;
	}
}

static int by_x(const void *a, const void *b)
{
	const struct plot_point *left = a, *right = b;

	return (left->x > right->x) - (left->x < right->x);
}

int measure_sweep_make(const struct experiment *experiment, enum metric metric, struct measure_lines *ret)
{
	const struct sockopt_option *option = swept(experiment);
	const struct interval *first = &experiment->variants[0].summary[metric];
	size_t n = experiment->n_variants - 1;
	struct plot_point *base;
	char title[MEASURE_WORDS_SIZE];
	bool is_wide;

	if (!option)
		return -ENOENT;
	if (make_room(2, n + 2, ret) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct interval *summary = &experiment->variants[i + 1].summary[metric];

		number_of(experiment->variants[i + 1].text, &ret->points[i].x);
		ret->points[i].y = summary->middle;
		ret->points[i].low = summary->low;
		ret->points[i].high = summary->high;
	}
	qsort(ret->points, n, sizeof(*ret->points), by_x);
	/* What it is without the option: from end to end. */
	base = &ret->points[n];
	base[0] = (struct plot_point){ ret->points[0].x, first->middle, NAN, NAN };
	base[1] = (struct plot_point){ ret->points[n - 1].x, first->middle, first->low, first->high };
	ret->series[0] = (struct plot_series){ option->name, PLOT_LINE, ret->points, n };
	ret->series[1] = (struct plot_series){ experiment->variants[0].text, PLOT_STEP, base, 2 };
	is_wide = ret->points[0].x > 0 && ret->points[n - 1].x > 4 * ret->points[0].x;
	measure_metric_title(experiment, metric, title, sizeof(title));
	snprintf(ret->title, sizeof(ret->title), _("%s over %s"), title, option->name);
	capitalize(ret->title);
	put_axis(title, scale_for(experiment, metric), ret->axis, sizeof(ret->axis));
	put_subtitle(experiment, metric_info(metric)->higher_is_better, ret->subtitle, sizeof(ret->subtitle));
	ret->plot = (struct plot_lines){
		.title = ret->title,
		.subtitle = ret->subtitle,
		.x = { option->name, unit_of(option), is_wide ? PLOT_LOG : PLOT_LINEAR },
		.y = { ret->axis, measure_unit(metric), scale_for(experiment, metric) },
		.series = ret->series,
		.n_series = 2,
	};
	return 0;
}
