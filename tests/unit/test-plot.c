/* SPDX-License-Identifier: MIT */
#include <math.h>

#include <plot-ruler.h>
#include <text.h>

#include "wanted.h"

static const struct plot_screen screen = { .width = 78, .utf8 = true }, plain = { .width = 78 };

static void numbers_have_three_digits_and_their_unit(void **state)
{
	static const struct {
		enum plot_unit unit;
		double number;
		const char *wanted;
	} rows[] = {
		{ PLOT_BIT_RATE, 941.4e6, "941 Mbit/s" },
		{ PLOT_BIT_RATE, 999.7e6, "1 Gbit/s" },
		{ PLOT_BIT_RATE, 0, "0 bit/s" },
		{ PLOT_US, 40312, "40.3 ms" },
		{ PLOT_US, 0.25, "0.25 µs" },
		{ PLOT_US, 2.5e6, "2.5 s" },
		{ PLOT_BYTES, 65536, "64 KiB" },
		{ PLOT_BYTES, 1500, "1.46 KiB" },
		{ PLOT_PER_SECOND, 8510, "8510/s" },
		{ PLOT_PER_SECOND, 1234567, "1.23 M/s" },
		{ PLOT_NUMBER, 12, "12" },
		{ PLOT_NUMBER, 100, "100" },
		{ PLOT_PART, 0.999, "p99.9" },
		{ PLOT_PART, 0.5, "p50" },
		{ PLOT_NUMBER, NAN, "-" },
	};
	char text[PLOT_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(plot_number(rows[i].unit, rows[i].number, text, sizeof(text)), rows[i].wanted);
}

/** The texts of a ruler, joined; and that its places go up, within the ruler. */
static const char *texts_of(const struct plot_axis *axis, double low, double high, size_t about)
{
	static char text[512];
	struct plot_ruler ruler;
	double last = -1;

	plot_ruler_make(&ruler, axis, low, high, about);
	*text = '\0';
	for (size_t i = 0; i < ruler.n_ticks; i++) {
		assert_true(ruler.ticks[i].place > last && ruler.ticks[i].place <= 1 + 1e-9);
		last = ruler.ticks[i].place;
		strcat(strcat(text, i ? " " : ""), ruler.ticks[i].text);
	}
	assert_true(plot_ruler_place(&ruler, low) >= -1e-9 && plot_ruler_place(&ruler, high) <= 1 + 1e-9);
	return *ruler.unit ? strcat(strcat(text, " | "), ruler.unit) : text;
}

static void rulers_have_round_numbers(void **state)
{
	static const struct {
		struct plot_axis axis;
		double low, high;
		size_t about;
		const char *wanted;
	} rows[] = {
		{ { "", PLOT_BIT_RATE, PLOT_LINEAR }, 41e6, 941e6, 5, "0 200 400 600 800 1000 | Mbit/s" },
		{ { "", PLOT_BYTES, PLOT_LINEAR }, 0, 3.2 * (1 << 20), 4, "0 1 2 3 4 | MiB" },
		{ { "", PLOT_NUMBER, PLOT_LINEAR }, 0, 0, 4, "0 0.5 1" },
		{ { "", PLOT_BYTES, PLOT_LOG }, 65536, 4 << 20, 6, "64 KiB 128 KiB 256 KiB 512 KiB 1 MiB 2 MiB 4 MiB" },
		{ { "", PLOT_BYTES, PLOT_LOG }, 4096, 16 << 20, 5, "4 KiB 16 KiB 64 KiB 256 KiB 1 MiB 4 MiB 16 MiB" },
		{ { "", PLOT_US, PLOT_LOG }, 90, 42000, 5, "10 µs 100 µs 1 ms 10 ms 100 ms" },
		{ { "", PLOT_US, PLOT_LOG }, 100, 1000, 5, "100 µs 200 µs 500 µs 1 ms" },
		{ { "", PLOT_US, PLOT_LOG }, 0, 1000, 5, "0 0.2 0.4 0.6 0.8 1 | ms" },
		{ { "", PLOT_PART, PLOT_NINES }, 0.5, 0.999, 5, "p50 p90 p99 p99.9" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(texts_of(&rows[i].axis, rows[i].low, rows[i].high, rows[i].about), rows[i].wanted);
}

static double full[] = { 612e6, 598e6, 630e6, 621e6, 607e6, NAN, 615e6 };
static double half[] = { 41.1e6, 41.0e6, 41.3e6, 41.2e6, 41.1e6, 41.2e6, 41.2e6 };
static double more[] = { 940e6, 921e6, 944e6, 930e6, 936e6, 941e6, 900e6 };

static const struct plot_bar rates[] = {
	{ "default", NULL, 613e6, 598e6, 630e6, full, COUNT(full), PLOT_FIRST },
	{ "SO_RCVBUF=64KiB", "×0.07 (0.065 … 0.069)", 41.2e6, 41e6, 41.3e6, half, COUNT(half), PLOT_WORSE },
	{ "SO_RCVBUF=4MiB", "×1.53 (1.48 … 1.58)", 936e6, 900e6, 944e6, more, COUNT(more), PLOT_BETTER },
	{ "TCP_NODELAY=on", "no difference", 610e6, 560e6, 640e6, NULL, 0, PLOT_SAME },
	{ "TCP_ULP=<none> & \"more\"", "failed", NAN, NAN, NAN, NULL, 0, PLOT_SAME },
};
static const struct plot_bars throughput = {
	"Throughput", "higher is better", "Five variants and their throughput.", { "throughput", PLOT_BIT_RATE, PLOT_LINEAR }, rates, COUNT(rates)
};

static const struct plot_bar delays[] = {
	{ "default", NULL, 40800, 40100, 42000, NULL, 0, PLOT_FIRST },
	{ "TCP_NODELAY=on TCP_QUICKACK=on SO_BUSY_POLL=50us", "×0.002 (0.001 … 0.003)", 81, 60, 120, NULL, 0, PLOT_BETTER },
};
static const struct plot_bars latency = {
	"Latency, median", "lower is better", NULL, { "latency", PLOT_US, PLOT_LOG }, delays, COUNT(delays)
};

static const struct plot_point slow[] = { { 0.5, 220, 210, 240 }, { 0.9, 40100, NAN, NAN }, { 0.99, 41000, 40900, 41200 }, { 0.999, 44000, 43000, 52000 } };
static const struct plot_point fast[] = { { 0.5, 180, 175, 190 }, { 0.9, 210, NAN, NAN }, { 0.99, 350, 300, 420 }, { 0.999, 900, 700, 1500 } };
static const struct plot_series delay_series[] = {
	{ "default", PLOT_LINE, slow, COUNT(slow) },
	{ "TCP_NODELAY=on", PLOT_LINE, fast, COUNT(fast) },
};
static const struct plot_lines percentiles = {
	"Latency", "lower is better", NULL, { "percentile", PLOT_PART, PLOT_NINES }, { "latency", PLOT_US, PLOT_LOG }, delay_series, COUNT(delay_series)
};

static const struct plot_point tried[] = { { 1, 610e6, NAN, NAN }, { 2, 41e6, NAN, NAN }, { 3, 720e6, NAN, NAN }, { 4, 650e6, NAN, NAN }, { 5, 930e6, NAN, NAN }, { 6, 905e6, NAN, NAN } };
static const struct plot_point best[] = { { 1, 610e6, NAN, NAN }, { 3, 720e6, NAN, NAN }, { 5, 930e6, NAN, NAN }, { 6, 930e6, NAN, NAN } };
static const struct plot_series path_series[] = {
	{ "tried", PLOT_DOTS, tried, COUNT(tried) },
	{ "best so far", PLOT_STEP, best, COUNT(best) },
};
static const struct plot_lines path = {
	"The path", "to the best", NULL, { "runs", PLOT_NUMBER, PLOT_LINEAR }, { "throughput", PLOT_BIT_RATE, PLOT_LINEAR }, path_series, COUNT(path_series)
};

static void assert_drawn(const char *name, const struct plot_bars *bars, const struct plot_lines *lines,
			 const struct plot_screen *on)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	if (bars && on)
		plot_bars_text(file, bars, on);
	else if (bars)
		plot_bars_svg(file, bars, NULL);
	else if (on)
		plot_lines_text(file, lines, on);
	else
		plot_lines_svg(file, lines, NULL);
	fclose(file);
	assert_file(name, text);
	/* No line is wider than the screen. */
	for (char *line = on ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
		assert_in_range(text_width(line), 0, on->width);
	free(text);
}

static void bars_are_drawn_with_their_intervals(void **state)
{
	assert_drawn("bars.txt", &throughput, NULL, &screen);
	assert_drawn("bars-ascii.txt", &throughput, NULL, &plain);
	assert_drawn("bars.svg", &throughput, NULL, NULL);
}

static void a_logarithmic_axis_has_points_for_bars(void **state)
{
	assert_drawn("points.txt", &latency, NULL, &screen);
	assert_drawn("points.svg", &latency, NULL, NULL);
}

static void percentiles_are_as_far_apart_as_their_nines(void **state)
{
	assert_drawn("percentiles.txt", NULL, &percentiles, &screen);
	assert_drawn("percentiles-ascii.txt", NULL, &percentiles, &plain);
	assert_drawn("percentiles.svg", NULL, &percentiles, NULL);
}

static void a_path_holds_until_the_next_step(void **state)
{
	assert_drawn("path.txt", NULL, &path, &screen);
	assert_drawn("path.svg", NULL, &path, NULL);
}

static void a_plot_without_numbers_is_drawn_empty(void **state)
{
	static const struct plot_bars none = { "Nothing", NULL, NULL, { "", PLOT_US, PLOT_LINEAR }, &rates[4], 1 };
	static const struct plot_lines no_lines = { "Nothing", NULL, NULL, { "", PLOT_US, PLOT_LOG }, { "", PLOT_US, PLOT_LOG }, NULL, 0 };

	assert_drawn("empty-bars.txt", &none, NULL, &screen);
	assert_drawn("empty-lines.txt", NULL, &no_lines, &screen);
	assert_drawn("empty-lines.svg", NULL, &no_lines, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_three_digits_and_their_unit),
		cmocka_unit_test(rulers_have_round_numbers),
		cmocka_unit_test(bars_are_drawn_with_their_intervals),
		cmocka_unit_test(a_logarithmic_axis_has_points_for_bars),
		cmocka_unit_test(percentiles_are_as_far_apart_as_their_nines),
		cmocka_unit_test(a_path_holds_until_the_next_step),
		cmocka_unit_test(a_plot_without_numbers_is_drawn_empty),
	};

	return RUN_TESTS(tests);
}
