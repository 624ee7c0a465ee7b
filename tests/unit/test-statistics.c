/* SPDX-License-Identifier: MIT */
#include <experiment.h>
#include <math.h>

#include "test.h"

static double median_of(const double *samples, size_t n)
{
	double sorted[16];

	return statistics_median(sorted, statistics_sort(samples, n, sorted));
}

static void the_median_is_in_the_middle_and_failed_runs_do_not_count(void **state)
{
	assert_true(isnan(median_of(NULL, 0)));
	assert_true(median_of((double[]){ 3, 1, 2 }, 3) == 2);
	assert_true(median_of((double[]){ 4, NAN, 1, 2, 3, NAN }, 6) == 2.5);
	assert_true(median_of((double[]){ INFINITY, INFINITY }, 2) == INFINITY);
}

/* Hollander, Wolfe, Chicken, table of the binomial: of 6 none is left out, of 9 one, of 10 one, of 12 two, of 20 five. */
static void the_interval_of_a_median_is_the_sign_tests(void **state)
{
	static const struct {
		size_t n;
		double low, high;
	} known[] = { { 6, 1, 6 }, { 8, 1, 8 }, { 9, 2, 8 }, { 10, 2, 9 }, { 12, 3, 10 }, { 20, 6, 15 }, { 100, 40, 61 } };
	struct interval found;
	double sorted[100];

	for (size_t i = 0; i < COUNT(sorted); i++)
		sorted[i] = (double)i + 1;
	for (size_t i = 0; i < COUNT(known); i++) {
		assert_true(statistics_interval(sorted, known[i].n, 0.05, &found));
		assert_true(found.low == known[i].low && found.high == known[i].high);
	}
	assert_true(statistics_interval(sorted, 5, 0.05, &found) && isnan(found.low) && isnan(found.high));
	assert_false(statistics_interval(sorted, 0, 0.05, &found));
}

/**
 * Critical values of the Mann-Whitney U at 5 %, two-sided, as any table of it has them: U <= 2 of 5 and 5, 5 of 6 and
 * 6, 23 of 10 and 10, 8 of 5 and 10, 127 of 20 and 20. The ratio number U + 1 of the sorted ones is the lower bound.
 */
static void the_interval_of_a_ratio_is_mann_whitneys(void **state)
{
	static const struct {
		size_t n, n_base, critical;
	} known[] = { { 5, 5, 2 }, { 6, 6, 5 }, { 10, 10, 23 }, { 5, 10, 8 }, { 20, 20, 127 } };

	for (size_t i = 0; i < COUNT(known); i++) {
		double sample[20], base[20], ratios[400], sorted[400];
		size_t n = 0;
		struct interval found;

		for (size_t k = 0; k < 20; k++) {
			sample[k] = pow(1.1, (double)k);
			base[k] = pow(1.37, (double)k);
		}
		for (size_t k = 0; k < known[i].n; k++)
			for (size_t j = 0; j < known[i].n_base; j++)
				ratios[n++] = sample[k] / base[j];
		statistics_sort(ratios, n, sorted);
		assert_true(statistics_ratio(sample, known[i].n, base, known[i].n_base, 0.05, &found));
		assert_true(found.low == sorted[known[i].critical]);
		assert_true(found.high == sorted[n - 1 - known[i].critical]);
	}
}

static void the_approximation_joins_the_exact_distribution(void **state)
{
	double sample[STATISTICS_EXACT_MAX + 1];
	struct interval exact, near;

	for (size_t i = 0; i < COUNT(sample); i++)
		sample[i] = 1 + (double)i / 1000;
	statistics_ratio(sample, COUNT(sample) - 1, sample, COUNT(sample) - 1, 0.01, &exact);
	statistics_ratio(sample, COUNT(sample), sample, COUNT(sample), 0.01, &near);
	assert_true(fabs(exact.low / near.low - 1) < 0.001);
	assert_true(fabs(exact.high / near.high - 1) < 0.001);
}

static void a_ratio_to_nothing_is_infinite_and_nothing_to_nothing_is_one(void **state)
{
	static const double none[6], some[6] = { 1, 2, 3, 4, 5, 6 };
	struct interval found;

	assert_true(statistics_ratio(none, 6, none, 6, 0.05, &found));
	assert_true(found.middle == 1 && found.low == 1 && found.high == 1);
	assert_true(statistics_ratio(some, 6, none, 6, 0.05, &found));
	assert_true(found.low == INFINITY && found.middle == INFINITY);
	assert_true(statistics_ratio(none, 6, some, 6, 0.05, &found));
	assert_true(found.high == 0 && found.middle == 0);
	assert_false(statistics_ratio(none, 0, some, 6, 0.05, &found));
	assert_true(isnan(found.middle));
}

static void too_few_runs_name_no_bounds(void **state)
{
	static const double low[4] = { 1, 2, 3, 4 }, high[4] = { 10, 20, 30, 40 };
	struct interval found;

	assert_int_equal(statistics_least(0.05), 4);
	assert_int_equal(statistics_least(0.01), 5);
	assert_int_equal(statistics_least(0.05 / 8), 6);
	assert_true(statistics_ratio(high, 3, low, 3, 0.05, &found));
	assert_true(isnan(found.low) && isnan(found.high) && found.middle > 1);
	assert_true(statistics_ratio(high, 4, low, 4, 0.05, &found));
	assert_true(found.low == 2.5 && found.high == 40);
}

static void a_shuffle_has_every_order_alike(void **state)
{
	unsigned int seen[27] = { 0 };
	uint64_t seed = 7;

	for (int i = 0; i < 6000; i++) {
		size_t order[3];

		statistics_shuffle(&seed, order, 3);
		assert_true(order[0] != order[1] && order[1] != order[2] && order[0] != order[2]);
		seen[order[0] * 9 + order[1] * 3 + order[2]]++;
	}
	for (size_t i = 0; i < COUNT(seen); i++)
		assert_true(seen[i] == 0 || (seen[i] > 850 && seen[i] < 1150));
}

/* ---- experiments that are made up ---- */

static double uniform(uint64_t *seed)
{
	return ((double)(statistics_random(seed) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
	return sqrt(-2 * log(uniform(seed))) * cos(2 * acos(-1) * uniform(seed));
}

/** A run as networks have them: skewed, with one in ten far out; kind 1: whole numbers, mostly 0, as losses are. */
static double run(uint64_t *seed, int kind)
{
	double value = exp(0.05 * normal(seed)) * (uniform(seed) < 0.1 ? 0.6 : 1);

	return kind ? floor(-log(uniform(seed)) * 1.5) : value;
}

#define MASK (1U << METRIC_THROUGHPUT | 1U << METRIC_P50 | 1U << METRIC_P99 | 1U << METRIC_RETRANSMITS)

/** @return how many experiments of so many called an effect; ratio: what the last variant does to the throughput */
static unsigned int experiments_with_effect(unsigned int experiments, size_t n_variants, unsigned int rounds,
					    double ratio)
{
	static const char *const texts[] = { "default", "A=1", "A=2", "A=3" };
	unsigned int called = 0;
	uint64_t seed = 20261126;

	for (unsigned int e = 0; e < experiments; e++) {
		struct experiment experiment;
		bool any = false;

		assert_int_equal(experiment_make(texts, n_variants, rounds, MASK, &experiment), 0);
		for (size_t v = 0; v < n_variants; v++)
			for (unsigned int m = 0; m < METRIC_COUNT; m++)
				for (unsigned int r = 0; r < rounds && experiment_has(&experiment, m); r++)
					experiment.variants[v].samples[m][r] =
						run(&seed, m == METRIC_RETRANSMITS) *
						(v == n_variants - 1 && m == METRIC_THROUGHPUT ? ratio : 1);
		assert_int_equal(experiment_conclude(&experiment), 0);
		if (ratio != 1) {
			any = experiment.variants[n_variants - 1].effect[METRIC_THROUGHPUT].is_one;
		} else {
			for (size_t v = 1; v < n_variants; v++)
				for (unsigned int m = 0; m < METRIC_COUNT; m++)
					any |= experiment.variants[v].effect[m].is_one;
		}
		called += any;
		experiment_free(&experiment);
	}
	return called;
}

/* Of 2000 experiments 100 would be 5 %, and 129 is three deviations above: what it must not pass. */
static void where_nothing_has_an_effect_one_experiment_of_twenty_calls_one_at_most(void **state)
{
	unsigned int two = experiments_with_effect(2000, 2, 10, 1), four = experiments_with_effect(2000, 4, 8, 1);

	print_message("# of 2000 each: %u and %u\n", two, four);
	assert_true(two <= 100);
	assert_true(four <= 100);
	assert_true(two + four > 20); /* it is not just blind */
}

static void what_has_an_effect_is_found(void **state)
{
	assert_true(experiments_with_effect(200, 2, 20, 1.2) > 190);
	assert_true(experiments_with_effect(200, 2, 20, 1.1) > 170);
	/* of ten rounds two can be far out, which hides what is less */
	assert_true(experiments_with_effect(200, 2, 10, 1.2) > 150);
	assert_true(experiments_with_effect(200, 4, 12, 0.5) > 190);
	assert_int_equal(experiments_with_effect(200, 2, 4, 2), 0); /* too few rounds to call anything */
}

static void an_experiment_says_how_many_rounds_it_needs(void **state)
{
	static const char *const texts[] = { "default", "A=1" };
	unsigned int least = experiment_least_rounds(2, MASK);

	assert_int_equal(least, 5);
	for (unsigned int rounds = least - 1; rounds <= least; rounds++) {
		struct experiment experiment;

		assert_int_equal(experiment_make(texts, 2, rounds, MASK, &experiment), 0);
		for (unsigned int r = 0; r < rounds; r++) {
			experiment.variants[0].samples[METRIC_P50][r] = 40 + r;
			experiment.variants[1].samples[METRIC_P50][r] = 4 + 0.1 * r;
		}
		assert_int_equal(experiment_conclude(&experiment), 0);
		assert_int_equal(experiment.variants[1].effect[METRIC_P50].is_one, rounds == least);
		assert_true(fabs(experiment.variants[1].effect[METRIC_P50].ratio.middle - 0.1) < 0.01);
		/* without a sample there is neither */
		assert_false(experiment.variants[1].effect[METRIC_P99].is_one);
		assert_true(isnan(experiment.variants[1].summary[METRIC_P99].middle));
		experiment_free(&experiment);
	}
}

static void every_metric_has_a_name_of_its_own(void **state)
{
	for (unsigned int m = 0; m < METRIC_COUNT; m++) {
		assert_non_null(metric_info(m)->name);
		assert_non_null(metric_info(m)->title);
		for (unsigned int k = 0; k < m; k++)
			assert_string_not_equal(metric_info(m)->name, metric_info(k)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_median_is_in_the_middle_and_failed_runs_do_not_count),
		cmocka_unit_test(the_interval_of_a_median_is_the_sign_tests),
		cmocka_unit_test(the_interval_of_a_ratio_is_mann_whitneys),
		cmocka_unit_test(the_approximation_joins_the_exact_distribution),
		cmocka_unit_test(a_ratio_to_nothing_is_infinite_and_nothing_to_nothing_is_one),
		cmocka_unit_test(too_few_runs_name_no_bounds),
		cmocka_unit_test(a_shuffle_has_every_order_alike),
		cmocka_unit_test(where_nothing_has_an_effect_one_experiment_of_twenty_calls_one_at_most),
		cmocka_unit_test(what_has_an_effect_is_found),
		cmocka_unit_test(an_experiment_says_how_many_rounds_it_needs),
		cmocka_unit_test(every_metric_has_a_name_of_its_own),
	};

	return RUN_TESTS(tests);
}
