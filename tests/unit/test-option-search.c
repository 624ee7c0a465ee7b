/* SPDX-License-Identifier: MIT */
#include <math.h>

#include <option-search.h>

#include "test.h"

/* The exhaustive search is every combination five times; ours has a fifth of its runs. */
enum { EXHAUSTIVE_ROUNDS = 5,
       N_SEEDS = 10 };

/** What a combination truly gives. */
typedef double surface(const size_t *values);

static double least(double a, double b)
{
	return a < b ? a : b;
}

/** Two buffers, of which the lesser counts, tuned by itself at first; one option that does nothing; one that costs. */
static double buffers(const size_t *values)
{
	static const double windows[] = { 0.8, 0.06, 0.12, 0.25, 0.5, 1.0 };

	return 1000 * least(windows[values[0]], windows[values[1]]) * (values[3] == 2 ? 0.9 : 1);
}

/** A congestion control that is better only with a buffer that is large enough, and worse without. */
static double mixed(const size_t *values)
{
	double window = values[0] == 0 ? 0.6 : least(1, 0.1 * (double)(1 << values[0]));

	if (values[2] == 1)
		return 500 * (window > 0.7 ? 1.6 : 0.5);
	return 500 * window * (values[1] ? 1.05 : 1) * (values[3] ? 0.97 : 1);
}

/** The best lies in the middle of two numbers. */
static double hill(const size_t *values)
{
	double x = (double)values[0] - 3, y = (double)values[1] - 2;

	return 20000 * exp(-0.08 * x * x - 0.05 * y * y - 0.02 * x * y) * (values[2] ? 1.1 : 1);
}

/** Nothing matters. */
static double flat(const size_t *values)
{
	(void)values;
	return 7;
}

/** One combination alone is good. */
static double needle(const size_t *values)
{
	return values[0] == 1 && values[1] == 1 ? 200 : 100;
}

/** A latency: one over it is the score. */
static double latency(const size_t *values)
{
	double us = values[0] ? 60 : 40000;

	us -= values[1] ? 5.0 * (double)values[1] : 0;
	return 1 / (us * (values[2] ? 1.3 : 1));
}

/** Most of it hardly lets anything through: what is measured there varies by a factor, not by percents. */
static double trickle(const size_t *values)
{
	return values[2] == 2 && values[0] != 1 && values[1] != 1 ? 100 * (values[0] ? 0.8 : 1) * (values[1] ? 0.7 : 1) : 8;
}

static const struct {
	const char *name;
	surface *of;
	struct search_space space;
} surfaces[] = {
	{ "buffers", buffers, { 4, { { 6, true }, { 6, true }, { 2, false }, { 3, false } } } },
	{ "mixed", mixed, { 4, { { 6, true }, { 2, false }, { 3, false }, { 2, false } } } },
	{ "hill", hill, { 3, { { 8, true }, { 6, true }, { 2, false } } } },
	{ "flat", flat, { 3, { { 4, true }, { 4, true }, { 3, false } } } },
	{ "needle", needle, { 3, { { 2, false }, { 2, false }, { 6, true } } } },
	{ "trickle", trickle, { 3, { { 4, true }, { 4, true }, { 3, false } } } },
	{ "latency", latency, { 3, { { 2, false }, { 5, true }, { 2, false } } } },
};

static double uniform(uint64_t *state)
{
	return ((double)(statistics_random(state) >> 11) + 0.5) / 9007199254740992.0;
}

/** What a run measures: five percent around the truth, and one in twenty is far too low. */
static double measure(double truth, uint64_t *state)
{
	double normal = sqrt(-2 * log(uniform(state))) * cos(2 * M_PI * uniform(state));

	return truth * exp((truth == 8 ? 0.5 : 0.05) * normal) * (uniform(state) < 0.05 ? 0.7 : 1);
}

static double best_of(size_t index)
{
	const struct search_space *space = &surfaces[index].space;
	double best = 0;

	for (size_t point = 0; point < search_grid(space); point++) {
		size_t values[SEARCH_OPTIONS_MAX] = { 0 }, rest = point;

		for (size_t i = 0; i < space->n_options; i++) {
			values[i] = rest % space->options[i].n_values;
			rest /= space->options[i].n_values;
		}
		best = fmax(best, surfaces[index].of(values));
	}
	return best;
}

/** @return what the found combination truly gives, to the best of all */
static double run_search(size_t index, uint64_t seed, unsigned int budget, unsigned int *ret_runs)
{
	size_t values[SEARCH_OPTIONS_MAX] = { 0 };
	uint64_t noise = seed * 7919 + index;
	struct search *search = NULL;

	assert_int_equal(search_new(&surfaces[index].space, budget, seed, &search), 0);
	while (search_next(search, values))
		search_tell(search, measure(surfaces[index].of(values), &noise));
	assert_true(search_best(search, values, NULL));
	*ret_runs = search_runs(search);
	search_free(search);
	return surfaces[index].of(values) / best_of(index);
}

static void a_fifth_of_the_runs_finds_95_percent_of_the_best(void **state)
{
	unsigned int all_good = 0;

	for (size_t i = 0; i < COUNT(surfaces); i++) {
		size_t n = search_grid(&surfaces[i].space);
		unsigned int budget = (unsigned int)(n * EXHAUSTIVE_ROUNDS / 5), runs, all = 0, good = 0;

		for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
			double part = run_search(i, seed, budget, &runs);

			good += part >= 0.95;
			all += runs;
			assert_true(runs <= budget);
		}
		print_message("# %s: %zu combinations, %u of %d searches found 95 %% of the best, with %.1f %% of the runs\n",
			      surfaces[i].name, n, good, N_SEEDS, 100.0 * all / N_SEEDS / (double)(n * EXHAUSTIVE_ROUNDS));
		assert_true(good * 10 >= N_SEEDS * 8);
		all_good += good;
	}
	/* The seeds are fixed: so is what comes out. */
	assert_true(all_good * 20 >= COUNT(surfaces) * N_SEEDS * 19);
}

static void what_failed_is_not_tried_again_and_never_the_best(void **state)
{
	static const struct search_space space = { 2, { { 3, false }, { 3, true } } };
	size_t values[SEARCH_OPTIONS_MAX], tries[3][3] = { 0 };
	struct interval score;
	struct search *search;

	assert_int_equal(search_new(&space, 60, 5, &search), 0);
	assert_false(search_best(search, values, NULL));
	while (search_next(search, values)) {
		tries[values[0]][values[1]]++;
		search_tell(search, values[0] == 1 ? NAN : (double)values[0] + 1);
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(tries[1][i] <= 1);
	assert_true(search_best(search, values, &score));
	assert_int_equal(values[0], 2);
	assert_true(score.low < 3 && score.high > 3);
	assert_true(search_runs(search) <= 60);
	search_free(search);
}

/** Of options that do nothing none is set; of those that do something, it is. */
static void the_simplest_leaves_out_what_does_nothing(void **state)
{
	static const struct search_space space = { 3, { { 2, false }, { 3, true }, { 2, false } } };
	size_t values[SEARCH_OPTIONS_MAX];
	uint64_t noise = 3;
	struct search *search;

	assert_int_equal(search_new(&space, 60, 5, &search), 0);
	assert_false(search_simplest(search, values));
	while (search_next(search, values))
		search_tell(search, (values[0] ? 200 : 100) * (1 + 0.02 * uniform(&noise)));
	assert_true(search_simplest(search, values));
	assert_int_equal(values[0], 1);
	assert_int_equal(values[1], 0);
	assert_int_equal(values[2], 0);
	search_free(search);
}

static void a_search_in_which_all_fails_ends(void **state)
{
	static const struct search_space space = { 1, { { 4, false } } };
	size_t values[SEARCH_OPTIONS_MAX];
	struct search *search;

	assert_int_equal(search_new(&space, 100, 5, &search), 0);
	while (search_next(search, values))
		search_tell(search, NAN);
	assert_int_equal(search_runs(search), 4);
	assert_false(search_best(search, values, NULL));
	search_free(search);
}

static void a_space_that_is_none_or_too_large_is_refused(void **state)
{
	static const struct search_space none = { 0, { { 0 } } }, empty = { 1, { { 0 } } };
	static const struct search_space large = { 4, { { 20, true }, { 20, true }, { 20, true }, { 20, true } } };
	struct search *search = NULL;

	assert_int_equal(search_new(&none, 10, 1, &search), -EINVAL);
	assert_int_equal(search_new(&empty, 10, 1, &search), -EINVAL);
	assert_int_equal(search_new(&large, 10, 1, &search), -E2BIG);
	assert_null(search);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fifth_of_the_runs_finds_95_percent_of_the_best),
		cmocka_unit_test(what_failed_is_not_tried_again_and_never_the_best),
		cmocka_unit_test(the_simplest_leaves_out_what_does_nothing),
		cmocka_unit_test(a_search_in_which_all_fails_ends),
		cmocka_unit_test(a_space_that_is_none_or_too_large_is_refused),
	};

	return RUN_TESTS(tests);
}
