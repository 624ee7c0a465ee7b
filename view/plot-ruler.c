/* SPDX-License-Identifier: MIT */
/* Axes: ranges, round numbers, places. */

#include "plot-ruler.h"

#include <math.h>
#include <string.h>

struct scaled_unit {
	double factor;
	const char *name;
};

enum { N_FACTORS = 4 };

/** Greatest first; the last is for everything below. */
static const struct scaled_unit units[][N_FACTORS] = {
	[PLOT_NUMBER] = { { 1e9, "G" }, { 1e6, "M" }, { 1e4, NULL }, { 1, "" } },
	[PLOT_PER_SECOND] = { { 1e9, "G/s" }, { 1e6, "M/s" }, { 1e4, NULL }, { 1, "/s" } },
	[PLOT_BIT_RATE] = { { 1e9, "Gbit/s" }, { 1e6, "Mbit/s" }, { 1e3, "kbit/s" }, { 1, "bit/s" } },
	[PLOT_BYTES] = { { 1 << 30, "GiB" }, { 1 << 20, "MiB" }, { 1 << 10, "KiB" }, { 1, "B" } },
	[PLOT_US] = { { 1e6, "s" }, { 1e3, "ms" }, { 1, "µs" }, { 1, "µs" } },
	[PLOT_PERCENT] = { { 1, "%" }, { 1, "%" }, { 1, "%" }, { 1, "%" } },
	[PLOT_PART] = { { 1, "" }, { 1, "" }, { 1, "" }, { 1, "" } },
};

/** The unit in which a number has one to three digits before the point. */
static const struct scaled_unit *unit_for(enum plot_unit unit, double number)
{
	for (size_t i = 0; i < N_FACTORS; i++)
		if (units[unit][i].name && fabs(number) >= units[unit][i].factor)
			return &units[unit][i];
	return &units[unit][N_FACTORS - 1];
}

static const char *percentile(double part, char *ret, size_t size)
{
	/* 0.999 as a double is a little less or more: 12 digits are more than any percentile has. */
	snprintf(ret, size, "p%.12g", round(part * 1e10) / 1e8);
	return ret;
}

const char *plot_number(enum plot_unit unit, double number, char *ret, size_t size)
{
	/* What rounds up to the next unit stands in it: 999.6 kbit/s is 1 Mbit/s. */
	const struct scaled_unit *in = unit_for(unit, number * (1 + 5e-4));
	double scaled = number / in->factor;
	int digits = fabs(scaled) >= 99.95 ? 0 : fabs(scaled) >= 9.995 ? 1 :
									 2;
	char text[64];

	if (isnan(number)) {
		snprintf(ret, size, "-");
		return ret;
	}
	if (unit == PLOT_PART)
		return percentile(number, ret, size);
	snprintf(text, sizeof(text), "%.*f", digits, scaled);
	/* 64.0 is 64, also because a round number is mostly one that was set */
	for (size_t i = strlen(text); digits && i > 0 && (text[i - 1] == '0' || text[i - 1] == '.'); i--) {
		bool was_point = text[i - 1] == '.';

		text[i - 1] = '\0';
		if (was_point)
			break;
	}
	snprintf(ret, size, "%s%s%s", text, in->name[0] && in->name[0] != '/' && unit != PLOT_NUMBER ? " " : "", in->name);
	return ret;
}

static double scaled_place(enum plot_scale scale, double number)
{
	switch (scale) {
	case PLOT_LOG: return log10(number);
	case PLOT_NINES: return -log10(1 - number);
	default: return number;
	}
}

double plot_ruler_place(const struct plot_ruler *ruler, double number)
{
	double width = ruler->high - ruler->low;

	return width > 0 ? (scaled_place(ruler->scale, number) - ruler->low) / width : 0.5;
}

static struct plot_tick *add_tick(struct plot_ruler *ruler, double number)
{
	struct plot_tick *tick = &ruler->ticks[ruler->n_ticks];

	if (ruler->n_ticks == PLOT_N_TICKS)
		return NULL;
	ruler->n_ticks++;
	tick->place = plot_ruler_place(ruler, number);
	return tick;
}

/** The least of 1, 2, 5, 10, … that is not less. */
static double round_up(double step)
{
	double ten = pow(10, floor(log10(step)));

	return step <= ten * 1.000001 ? ten : step <= 2 * ten ? 2 * ten :
				      step <= 5 * ten         ? 5 * ten :
								10 * ten;
}

static void make_linear(struct plot_ruler *ruler, enum plot_unit unit, double high, size_t about)
{
	const struct scaled_unit *in = unit_for(unit, high);
	double step = round_up(high / in->factor / (double)about);
	size_t n = (size_t)ceil(high / in->factor / step - 1e-6);

	n = n < PLOT_N_TICKS ? n : PLOT_N_TICKS - 1;
	ruler->low = 0;
	ruler->high = (double)n * step * in->factor;
	ruler->unit = in->name;
	for (size_t i = 0; i <= n; i++) {
		struct plot_tick *tick = add_tick(ruler, (double)i * step * in->factor);

		if (tick)
			snprintf(tick->text, sizeof(tick->text), "%.10g", (double)i * step);
	}
}

/** The n-th round number: powers of 2^stride, or of ten, or 1, 2, 5 of each. */
static double round_number(enum plot_unit unit, int stride, int n)
{
	static const double parts[] = { 1, 2, 5 };

	if (unit == PLOT_BYTES)
		return pow(2, (double)n * stride);
	if (stride > 1)
		return pow(10, (double)n * (stride - 1));
	return pow(10, floor(n / 3.0)) * parts[((n % 3) + 3) % 3];
}

/** How many round numbers a range takes, the ends outside; *ret is the first. */
static int count_round(enum plot_unit unit, int stride, double low, double high, int *ret)
{
	int n = -200, first;

	while (round_number(unit, stride, n + 1) <= low * 1.000001)
		n++;
	first = n;
	while (round_number(unit, stride, n) < high * 0.999999)
		n++;
	*ret = first;
	return n - first + 1;
}

static void make_log(struct plot_ruler *ruler, enum plot_unit unit, double low, double high, size_t about)
{
	int stride = 1, first = 0, n = count_round(unit, 1, low, high, &first);

	while (n > (int)about + 2 && stride < 20) {
		stride++;
		n = count_round(unit, stride, low, high, &first);
	}
	ruler->unit = "";
	ruler->low = log10(round_number(unit, stride, first));
	ruler->high = log10(round_number(unit, stride, first + n - 1));
	for (int i = 0; i < n; i++) {
		double number = round_number(unit, stride, first + i);
		struct plot_tick *tick = add_tick(ruler, number);

		if (tick)
			plot_number(unit, number, tick->text, sizeof(tick->text));
	}
}

static void make_nines(struct plot_ruler *ruler, double low, double high)
{
	static const double parts[] = { 0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999 };

	ruler->unit = "";
	ruler->low = scaled_place(PLOT_NINES, low);
	ruler->high = scaled_place(PLOT_NINES, high);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		bool within = parts[i] >= low - 1e-9 && parts[i] <= high + 1e-9;
		struct plot_tick *tick = within ? add_tick(ruler, parts[i]) : NULL;

		if (tick)
			percentile(parts[i], tick->text, sizeof(tick->text));
	}
}

void plot_ruler_make(struct plot_ruler *ret, const struct plot_axis *axis, double low, double high, size_t about)
{
	*ret = (struct plot_ruler){ .scale = axis->scale, .unit = "" };
	if (axis->scale == PLOT_NINES)
		make_nines(ret, low, high);
	else if (axis->scale == PLOT_LOG && low > 0)
		make_log(ret, axis->unit, low, high, about);
	else {
		ret->scale = PLOT_LINEAR;
		make_linear(ret, axis->unit, high > 0 ? high : 1, about);
	}
}

static void extend(double number, double *low, double *high)
{
	/* fmin() and fmax() leave out what is no number */
	*low = fmin(*low, number);
	*high = fmax(*high, number);
}

bool plot_bars_range(const struct plot_bars *plot, bool with_samples, double *ret_low, double *ret_high)
{
	*ret_low = *ret_high = NAN;
	for (size_t i = 0; i < plot->n_bars; i++) {
		const struct plot_bar *bar = &plot->bars[i];

		extend(bar->middle, ret_low, ret_high);
		extend(bar->low, ret_low, ret_high);
		extend(bar->high, ret_low, ret_high);
		for (size_t k = 0; with_samples && k < bar->n_samples; k++)
			extend(bar->samples[k], ret_low, ret_high);
	}
	return !isnan(*ret_high);
}

bool plot_lines_range(const struct plot_lines *plot, bool of_y, double *ret_low, double *ret_high)
{
	*ret_low = *ret_high = NAN;
	for (size_t i = 0; i < plot->n_series; i++)
		for (size_t k = 0; k < plot->series[i].n_points; k++) {
			const struct plot_point *point = &plot->series[i].points[k];

			extend(of_y ? point->y : point->x, ret_low, ret_high);
			if (of_y) {
				extend(point->low, ret_low, ret_high);
				extend(point->high, ret_low, ret_high);
			}
		}
	return !isnan(*ret_high);
}
