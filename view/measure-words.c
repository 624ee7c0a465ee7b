/* SPDX-License-Identifier: MIT */
/* An experiment in words and numbers for people. */

#include "measure-words.h"

#include <math.h>
#include <string.h>

#include "text.h"

const char *measure_metric_title(const struct experiment *experiment, enum metric metric, char *ret, size_t size)
{
	static const char *const works[] = {
		[WORK_MIB] = N_("processor time for a MiB"),
		[WORK_TRANSACTION] = N_("processor time for a transaction"),
		[WORK_CONNECTION] = N_("processor time for a connection"),
		[WORK_DATAGRAM] = N_("processor time for a datagram"),
		[WORK_RUN] = N_("processor time of a run"),
	};

	if (metric == METRIC_CPU)
		snprintf(ret, size, "%s", _(works[experiment->work]));
	else if (metric == METRIC_FIGURE && experiment->figure)
		text_escape(experiment->figure, ret, size);
	else
		snprintf(ret, size, "%s", _(metric_info(metric)->title));
	return ret;
}

enum plot_unit measure_unit(enum metric metric)
{
	static const enum plot_unit units[] = {
		[METRIC_BITS_PER_SECOND] = PLOT_BIT_RATE,
		[METRIC_PER_SECOND] = PLOT_PER_SECOND,
		[METRIC_MICROSECONDS] = PLOT_US,
		[METRIC_SEGMENTS] = PLOT_NUMBER,
		[METRIC_BYTES] = PLOT_BYTES,
		[METRIC_PERCENT] = PLOT_PERCENT,
		[METRIC_NUMBER] = PLOT_NUMBER,
	};

	return units[metric_info(metric)->unit];
}

enum metric measure_main_metric(const struct experiment *experiment)
{
	static const enum metric order[] = { METRIC_FIGURE, METRIC_CONNECTIONS, METRIC_TRANSACTIONS, METRIC_THROUGHPUT,
					     METRIC_P50, METRIC_DURATION };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (experiment_has(experiment, order[i]))
			return order[i];
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		if (experiment_has(experiment, (enum metric)m))
			return (enum metric)m;
	return METRIC_THROUGHPUT;
}

enum plot_standing measure_standing(const struct experiment *experiment, size_t variant, enum metric metric)
{
	const struct effect *effect = &experiment->variants[variant].effect[metric];

	if (variant == 0)
		return PLOT_FIRST;
	if (!effect->is_one)
		return PLOT_SAME;
	return (effect->ratio.low > 1) == metric_info(metric)->higher_is_better ? PLOT_BETTER : PLOT_WORSE;
}

const char *measure_number(enum metric metric, double number, char *ret, size_t size)
{
	return plot_number(measure_unit(metric), number, ret, size);
}

const char *measure_interval(enum metric metric, const struct interval *interval, char *ret, size_t size)
{
	char low[64], high[64], *unit;

	*ret = '\0';
	if (isnan(interval->low) || isnan(interval->high))
		return ret;
	measure_number(metric, interval->low, low, sizeof(low));
	measure_number(metric, interval->high, high, sizeof(high));
	/* the unit once, if it is the same */
	unit = strchr(low, ' ');
	if (unit && strchr(high, ' ') && strcmp(unit, strchr(high, ' ')) == 0)
		*unit = '\0';
	snprintf(ret, size, "%s … %s", low, high);
	return ret;
}

/** Three digits, in full: 0.00582, 1.53, 12.4, 153 */
static const char *ratio_text(double ratio, char *ret, size_t size)
{
	if (isinf(ratio))
		snprintf(ret, size, "∞");
	else
		snprintf(ret, size, ratio >= 99.95 ? "%.0f" : "%.3g", ratio);
	return ret;
}

const char *measure_note(const struct experiment *experiment, size_t variant, enum metric metric, char *ret,
			 size_t size)
{
	const struct variant *of = &experiment->variants[variant];
	const struct effect *effect = &of->effect[metric];
	char middle[24], low[24], high[24];

	*ret = '\0';
	if (isnan(of->summary[metric].middle)) {
		snprintf(ret, size, "%s", of->failed == experiment->n_rounds ? _("failed") : _("none"));
		return ret;
	}
	if (variant == 0)
		return ret;
	if (isnan(effect->ratio.low) || isnan(effect->ratio.high)) {
		snprintf(ret, size, "%s", isnan(effect->ratio.middle) ? "" : _("too few runs to compare"));
		return ret;
	}
	ratio_text(effect->ratio.middle, middle, sizeof(middle));
	ratio_text(effect->ratio.low, low, sizeof(low));
	ratio_text(effect->ratio.high, high, sizeof(high));
	if (effect->is_one)
		snprintf(ret, size, "×%s (%s … %s)", middle, low, high);
	else
		snprintf(ret, size, _("no difference (%s … %s)"), low, high);
	return ret;
}
