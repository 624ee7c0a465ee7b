/* SPDX-License-Identifier: MIT */
#include <math.h>

#include <measure-plots.h>
#include <measure-view.h>
#include <report.h>

#include "wanted.h"

enum { N_ROUNDS = 12 };

/** Numbers around a middle, the same ones on every machine. */
static void fill(double *samples, double middle, double spread, uint64_t seed)
{
	for (int i = 0; i < N_ROUNDS; i++) {
		double part = (double)(random_next(&seed) >> 11) / 9007199254740992.0;

		samples[i] = middle * (1 + spread * (2 * part - 1));
	}
}

static void make(struct experiment *experiment, const char *const *texts, size_t n, uint32_t metrics)
{
	assert_int_equal(experiment_make(texts, n, N_ROUNDS, metrics, experiment), 0);
	experiment->load = "bulk";
	experiment->link = "rate=1Gbit/s rtt=100ms";
	experiment->seconds = 3;
	experiment->seed = 7;
	experiment->environment = (struct experiment_environment){
		.kernel = "6.18.5",
		.machine = "x86_64",
		.processor = "A \"processor\"",
		.version = "0.1.0",
		.begun = "2026-11-26T22:30:00Z",
		.n_processors = 2,
		.load_average = 0.4,
		.command = "sockopt measure SO_RCVBUF=64KiB --link 'rate=1Gbit/s rtt=100ms' --load bulk",
		.emulation = "tun",
	};
}

static void make_sweep(struct experiment *experiment)
{
	static const char *const texts[] = { "default", "SO_RCVBUF=64KiB", "SO_RCVBUF=256KiB", "SO_RCVBUF=1MiB", "SO_RCVBUF=16MiB" };
	static const double rates[] = { 873e6, 5.1e6, 20.6e6, 82e6, 871e6 }, memories[] = { 21e6, 130e3, 520e3, 2.1e6, 31e6 };

	make(experiment, texts, COUNT(texts), 1U << METRIC_THROUGHPUT | 1U << METRIC_CPU | 1U << METRIC_RETRANSMITS | 1U << METRIC_MEMORY);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct variant *variant = &experiment->variants[i];

		fill(variant->samples[METRIC_THROUGHPUT], rates[i], 0.03, 1 + i);
		fill(variant->samples[METRIC_CPU], 900, 0.2, 11 + i);
		fill(variant->samples[METRIC_MEMORY], memories[i], 0.05, 21 + i);
		for (int k = 0; k < N_ROUNDS; k++)
			variant->samples[METRIC_RETRANSMITS][k] = i == 0 ? 40 + k : 0;
	}
	experiment->variants[2].samples[METRIC_THROUGHPUT][3] = NAN;
	experiment->variants[2].failed = 1;
	experiment->variants[0].limited = 2;
	assert_int_equal(experiment_conclude(experiment), 0);
}

static void make_latencies(struct experiment *experiment, double factor)
{
	static const char *const texts[] = { "default", "TCP_NODELAY=on" };
	static const enum metric latencies[] = { METRIC_P50, METRIC_P99, METRIC_P999 };

	make(experiment, texts, COUNT(texts), 1U << METRIC_TRANSACTIONS | 1U << METRIC_P50 | 1U << METRIC_P99 | 1U << METRIC_P999 | 1U << METRIC_CPU);
	experiment->load = "rr";
	experiment->work = WORK_TRANSACTION;
	for (size_t i = 0; i < COUNT(texts); i++) {
		fill(experiment->variants[i].samples[METRIC_TRANSACTIONS], i ? 24000 * factor : 24000, 0.05, 31 + i);
		fill(experiment->variants[i].samples[METRIC_CPU], 11, 0.05, 41 + i);
		for (size_t k = 0; k < COUNT(latencies); k++)
			fill(experiment->variants[i].samples[latencies[k]], (i ? 40 : 41 * factor) * pow(8, (double)k), 0.1, 51 + i + k);
	}
	assert_int_equal(experiment_conclude(experiment), 0);
}

static void assert_told(const char *name, const struct experiment *experiment, void (*tell)(FILE *file, const struct experiment *experiment))
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	assert_non_null(file);
	tell(file, experiment);
	fclose(file);
	assert_file(name, text);
	free(text);
}

static void tell_svg(FILE *file, const struct experiment *experiment)
{
	assert_int_equal(measure_view_svg(file, experiment), 0);
}

static void an_experiment_is_told_with_its_intervals_and_effects(void **state)
{
	struct experiment experiment;

	setenv("COLUMNS", "100", 1);
	make_sweep(&experiment);
	assert_told("sweep.txt", &experiment, measure_view_text);
	assert_told("sweep.json", &experiment, measure_view_json);
	assert_told("sweep.svg", &experiment, tell_svg);
	experiment_free(&experiment);
	make_latencies(&experiment, 3);
	assert_told("latency.txt", &experiment, measure_view_text);
	assert_told("latency.svg", &experiment, tell_svg);
	experiment_free(&experiment);
}

static void what_is_better_is_the_metrics_own(void **state)
{
	struct experiment experiment;

	make_sweep(&experiment);
	assert_int_equal(measure_standing(&experiment, 0, METRIC_THROUGHPUT), PLOT_FIRST);
	assert_int_equal(measure_standing(&experiment, 1, METRIC_THROUGHPUT), PLOT_WORSE);
	assert_int_equal(measure_standing(&experiment, 4, METRIC_THROUGHPUT), PLOT_SAME);
	assert_int_equal(measure_standing(&experiment, 1, METRIC_MEMORY), PLOT_BETTER);
	assert_int_equal(measure_standing(&experiment, 4, METRIC_MEMORY), PLOT_WORSE);
	assert_int_equal(measure_standing(&experiment, 1, METRIC_CPU), PLOT_SAME);
	experiment_free(&experiment);
}

static void what_cannot_be_compared_is_not_called_the_same(void **state)
{
	static const char *const texts[] = { "default", "TCP_NODELAY=on", "TCP_CONGESTION=bbr" };
	struct experiment experiment;
	char note[MEASURE_WORDS_SIZE];

	make(&experiment, texts, COUNT(texts), 1U << METRIC_THROUGHPUT);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 2; k++)
			experiment.variants[k].samples[METRIC_THROUGHPUT][i] = 1e6 * (i + 1);
	experiment.variants[2].failed = N_ROUNDS;
	assert_int_equal(experiment_conclude(&experiment), 0);
	assert_string_equal(measure_note(&experiment, 0, METRIC_THROUGHPUT, note, sizeof(note)), "");
	assert_string_equal(measure_note(&experiment, 1, METRIC_THROUGHPUT, note, sizeof(note)), "too few runs to compare");
	assert_string_equal(measure_note(&experiment, 2, METRIC_THROUGHPUT, note, sizeof(note)), "failed");
	experiment_free(&experiment);
}

static void only_values_of_one_number_are_a_sweep(void **state)
{
	static const char *const mixed[] = { "default", "SO_RCVBUF=64KiB", "SO_SNDBUF=64KiB", "SO_RCVBUF=1MiB" };
	static const char *const words[] = { "default", "TCP_CONGESTION=reno", "TCP_CONGESTION=cubic", "TCP_CONGESTION=bbr" };
	static const char *const pairs[] = { "default", "SO_RCVBUF=1KiB TCP_NODELAY=on", "SO_RCVBUF=2KiB TCP_NODELAY=on", "SO_RCVBUF=4KiB TCP_NODELAY=on" };
	const char *const *all[] = { mixed, words, pairs };
	struct experiment experiment;
	struct measure_lines lines;

	for (size_t i = 0; i < COUNT(all); i++) {
		make(&experiment, all[i], 4, 1U << METRIC_THROUGHPUT);
		assert_int_equal(experiment_conclude(&experiment), 0);
		assert_int_equal(measure_sweep_make(&experiment, METRIC_THROUGHPUT, &lines), -ENOENT);
		experiment_free(&experiment);
	}
	make_sweep(&experiment);
	assert_int_equal(measure_sweep_make(&experiment, METRIC_THROUGHPUT, &lines), 0);
	assert_true(lines.points[0].x == 65536 && lines.points[3].x == 16 << 20);
	measure_lines_free(&lines);
	experiment_free(&experiment);
}

/** Every element ends, in the order in which they began, but those that have no end. */
static void assert_nested(const char *html)
{
	char open[32][16];
	size_t depth = 0;

	for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');
		char name[16] = "";

		assert_non_null(end);
		sscanf(at + (at[1] == '/' ? 2 : 1), "%15[a-z0-9!]", name);
		assert_true(*name);
		if (at[1] == '/') {
			assert_true(depth > 0);
			assert_string_equal(name, open[--depth]);
		} else if (end[-1] != '/' && strcmp(name, "meta") != 0 && *name != '!') {
			assert_true(depth < COUNT(open));
			strcpy(open[depth++], name);
		}
	}
	assert_int_equal(depth, 0);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		n++;
	return n;
}

static void a_report_is_one_page_that_nothing_breaks_out_of(void **state)
{
	static const struct plot_point points[] = { { 1, 5e6, NAN, NAN }, { 2, 8e6, NAN, NAN } };
	static const struct plot_series series = { "best", PLOT_STEP, points, COUNT(points) };
	static const struct plot_lines lines = { "Path", NULL, NULL, { "", PLOT_NUMBER, PLOT_LINEAR }, { "", PLOT_NUMBER, PLOT_LINEAR }, &series, 1 };
	static const struct report_path path = { "The <way>", "there & back", &lines };
	struct experiment experiment;
	char *html = NULL;
	size_t length;
	FILE *file = open_memstream(&html, &length);

	assert_non_null(file);
	make_latencies(&experiment, 3);
	experiment.load = "command '</script></title><b>\"&amp;'";
	assert_int_equal(report_write(file, &experiment, &path), 0);
	fclose(file);
	assert_nested(html);
	assert_int_equal(count(html, "<script"), 1);
	assert_int_equal(count(html, "\\u003c/script>"), 1);
	assert_int_equal(count(html, "The &lt;way&gt;"), 1);
	/* Nothing of elsewhere, but the names of namespaces. */
	assert_int_equal(count(html, "http"), count(html, "xmlns=\"http://www.w3.org/2000/svg\""));
	assert_int_equal(count(html, "src="), 0);
	for (const char *at = strstr(html, " id=\""); at; at = strstr(at + 1, " id=\"")) {
		char id[64];

		snprintf(id, sizeof(id), "%.*s\"", (int)strcspn(at + 5, "\"") + 5, at);
		assert_int_equal(count(html, id), 1);
	}
	/* Bars of each metric, the percentiles, the path. */
	assert_int_equal(count(html, "<svg "), 5 + 2);
	free(html);
	experiment_free(&experiment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_experiment_is_told_with_its_intervals_and_effects),
		cmocka_unit_test(what_is_better_is_the_metrics_own),
		cmocka_unit_test(what_cannot_be_compared_is_not_called_the_same),
		cmocka_unit_test(a_report_is_one_page_that_nothing_breaks_out_of),
		cmocka_unit_test(only_values_of_one_number_are_a_sweep),
	};

	return RUN_TESTS(tests);
}
