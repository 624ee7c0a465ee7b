/* SPDX-License-Identifier: MIT */
/* A search where every measurement is noisy. */

#include "option-search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "process-model.h"

#define CARE 0.5         /* in logarithms: what gives less than 60 % of the best is all the same */
#define NOISE_GUESS 0.04 /* of a run, in logarithms, until there are repetitions */
#define NOISE_LEAST 0.004
#define HOPE 3       /* standard deviations above what is believed: what could be */
#define SIMPLER 0.03 /* what one value less is worth */
#define WORTH 0.01   /* a gain of a hundredth is not worth another run */

/** What was measured of a point: its scores are logarithms. */
struct tally {
	double sum, squares;
	unsigned int n;
	bool failed;
};

struct search {
	struct search_space space;
	size_t n_points, n_first, asked;
	unsigned int budget, n_told;
	uint64_t random;
	struct tally *tallies;
	uint16_t *order; /* of all points, random: in which they are measured first */
	struct process_model model;
};

size_t search_grid(const struct search_space *space)
{
	size_t n = 1;

	for (size_t i = 0; i < space->n_options; i++)
		if (__builtin_mul_overflow(n, space->options[i].n_values, &n))
			return SIZE_MAX;
	return n;
}

static void values_of(const struct search_space *space, size_t point, size_t *ret)
{
	for (size_t i = 0; i < space->n_options; i++) {
		ret[i] = point % space->options[i].n_values;
		point /= space->options[i].n_values;
	}
}

/** How far apart the values of an option are in two points: of words 1, of numbers the steps between them. */
static void distances(const void *context, size_t a, size_t b, double *ret)
{
	const struct search_space *space = context;

	for (size_t i = 0; i < space->n_options; i++) {
		size_t n = space->options[i].n_values, left = a % n, right = b % n;

		a /= n;
		b /= n;
		if (left == right)
			ret[i] = 0;
		else if (!space->options[i].ordered || left == 0 || right == 0)
			ret[i] = 1;
		else
			ret[i] = left > right ? (double)(left - right) : (double)(right - left);
	}
}

int search_new(const struct search_space *space, unsigned int budget, uint64_t seed, struct search **ret)
{
	size_t n = search_grid(space), *shuffled;
	struct search *search;

	if (n == 0 || space->n_options == 0 || space->n_options > SEARCH_OPTIONS_MAX)
		return -EINVAL;
	if (n > SEARCH_POINTS_MAX)
		return -E2BIG;
	search = calloc(1, sizeof(*search));
	shuffled = calloc(n, sizeof(*shuffled));
	if (search) {
		search->tallies = calloc(n, sizeof(*search->tallies));
		search->order = calloc(n, sizeof(*search->order));
	}
	if (!search || !shuffled || !search->tallies || !search->order) {
		free(shuffled);
		search_free(search);
		return -ENOMEM;
	}
	search->space = *space;
	search->n_points = n;
	search->budget = budget < SEARCH_RUNS_MAX ? budget : SEARCH_RUNS_MAX;
	search->random = seed;
	statistics_shuffle(&search->random, shuffled, n);
	for (size_t i = 0; i < n; i++)
		search->order[i] = (uint16_t)shuffled[i];
	free(shuffled);
	process_model_init(&search->model, space->n_options, distances, &search->space);
	*ret = search;
	return 0;
}

void search_free(struct search *search)
{
	if (!search)
		return;
	free(search->tallies);
	free(search->order);
	process_model_free(&search->model);
	free(search);
}

/* ---- what is believed ---- */

static double mean_of(const struct tally *tally)
{
	return tally->sum / tally->n;
}

/**
 * The variance of repeated runs, pooled over the points that are not far from the best; a guess weighs in as three
 * repetitions do. How much a bad combination varies, of which often hardly anything goes through, says nothing of the
 * good ones.
 */
static double noise_of(const struct search *search, double best)
{
	double squares = 3 * NOISE_GUESS * NOISE_GUESS, freedom = 3;

	for (size_t i = 0; i < search->n_points; i++) {
		const struct tally *tally = &search->tallies[i];

		if (tally->n < 2 || mean_of(tally) < best - CARE)
			continue;
		squares += fmax(tally->squares - tally->sum * tally->sum / tally->n, 0);
		freedom += tally->n - 1;
	}
	return fmax(squares / freedom, NOISE_LEAST * NOISE_LEAST);
}

/** Fits the model to what was told. @return false: nothing was, or memory is short */
static bool believe(struct search *search)
{
	struct process_measured measured[SEARCH_RUNS_MAX];
	double best = -INFINITY, noise;
	size_t n = 0;

	for (size_t i = 0; i < search->n_points; i++)
		if (search->tallies[i].n)
			best = fmax(best, mean_of(&search->tallies[i]));
	noise = noise_of(search, best);
	for (size_t i = 0; i < search->n_points; i++) {
		const struct tally *tally = &search->tallies[i];

		if (tally->n > 0)
			measured[n++] = (struct process_measured){
				.point = i,
				.score = fmax(mean_of(tally), best - CARE),
				.variance = noise / tally->n,
			};
	}
	return n && process_model_fit(&search->model, measured, n) == 0;
}

enum which { ANY,
	     MEASURED,
	     UNMEASURED };

/** The point with the highest bound, so many deviations above what is believed. */
static bool find_highest(struct search *search, double deviations, enum which which, size_t but, size_t *ret,
			 double *ret_bound)
{
	double highest = -INFINITY;
	bool found = false;

	for (size_t i = 0; i < search->n_points; i++) {
		struct process_belief belief;
		size_t point = search->order[i];

		if (point == but || search->tallies[point].failed || (which == MEASURED && !search->tallies[point].n) ||
		    (which == UNMEASURED && search->tallies[point].n))
			continue;
		process_model_believe(&search->model, point, &belief);
		if (belief.mean + deviations * belief.deviation <= highest)
			continue;
		highest = belief.mean + deviations * belief.deviation;
		*ret = point;
		found = true;
	}
	*ret_bound = highest;
	return found;
}

/* ---- what to measure ---- */

/** The default twice, then points at random: as many as tell a little of every option. */
static bool next_of_first(struct search *search, size_t *ret)
{
	unsigned int n = 4 + 2 * (unsigned int)search->space.n_options;

	n = n < search->budget / 2 ? n : search->budget / 2;
	if (search->n_told < 2) {
		*ret = 0;
		return !search->tallies[0].failed;
	}
	while (search->n_told < n && search->n_first < search->n_points) {
		*ret = search->order[search->n_first++];
		if (*ret != 0 && !search->tallies[*ret].failed)
			return true;
	}
	return false;
}

/** Any that has not failed: all that were measured have. */
static bool next_of_rest(struct search *search, size_t *ret)
{
	for (size_t i = 0; i < search->n_points; i++)
		if (!search->tallies[search->order[i]].failed) {
			*ret = search->order[i];
			return true;
		}
	return false;
}

/**
 * The leader is what is believed to be the best, the challenger what could be better: of the two, the one of which less
 * is known. The end is when no other could be better by what matters.
 */
static bool next_of_two(struct search *search, size_t *ret)
{
	struct process_belief one, two;
	double bound, best;
	size_t leader, challenger;

	if (!find_highest(search, 0, MEASURED, SIZE_MAX, &leader, &best))
		return false;
	*ret = leader;
	if (!find_highest(search, HOPE, ANY, leader, &challenger, &bound))
		return true;
	process_model_believe(&search->model, leader, &one);
	process_model_believe(&search->model, challenger, &two);
	*ret = one.deviation > two.deviation ? leader : challenger;
	if (bound - best >= WORTH)
		return true;
	/* Few measurements are easily believed too much: half of the runs are made in any case, of what is unknown. */
	return search->n_told < search->budget / 2 && find_highest(search, HOPE, UNMEASURED, SIZE_MAX, ret, &bound);
}

bool search_next(struct search *search, size_t ret_values[static SEARCH_OPTIONS_MAX])
{
	size_t point;

	if (search->n_told >= search->budget)
		return false;
	if (!next_of_first(search, &point) && !(believe(search) ? next_of_two : next_of_rest)(search, &point))
		return false;
	search->asked = point;
	values_of(&search->space, point, ret_values);
	return true;
}

void search_tell(struct search *search, double score)
{
	struct tally *tally = &search->tallies[search->asked];

	search->n_told++;
	if (isnan(score) || score <= 0) {
		tally->failed = true;
		return;
	}
	tally->sum += log(score);
	tally->squares += log(score) * log(score);
	tally->n++;
}

unsigned int search_runs(const struct search *search)
{
	return search->n_told;
}

bool search_best(struct search *search, size_t ret_values[static SEARCH_OPTIONS_MAX], struct interval *ret_score)
{
	struct process_belief belief;
	double bound;
	size_t point;

	if (!believe(search) || !find_highest(search, 0, MEASURED, SIZE_MAX, &point, &bound))
		return false;
	values_of(&search->space, point, ret_values);
	process_model_believe(&search->model, point, &belief);
	if (ret_score)
		*ret_score = (struct interval){ exp(belief.mean), exp(belief.mean - 1.96 * belief.deviation),
						exp(belief.mean + 1.96 * belief.deviation) };
	return true;
}

static size_t count_set(const struct search_space *space, size_t point)
{
	size_t values[SEARCH_OPTIONS_MAX], n = 0;

	values_of(space, point, values);
	for (size_t i = 0; i < space->n_options; i++)
		n += values[i] != 0;
	return n;
}

bool search_simplest(struct search *search, size_t ret_values[static SEARCH_OPTIONS_MAX])
{
	struct process_belief best, other;
	double bound;
	size_t point, simplest;

	if (!believe(search) || !find_highest(search, 0, MEASURED, SIZE_MAX, &point, &bound))
		return false;
	simplest = point;
	process_model_believe(&search->model, point, &best);
	for (size_t i = 0; i < search->n_points; i++) {
		const struct tally *tally = &search->tallies[i];

		if (!tally->n || tally->failed || count_set(&search->space, i) >= count_set(&search->space, simplest))
			continue;
		process_model_believe(&search->model, i, &other);
		if (mean_of(tally) >= mean_of(&search->tallies[point]) - 3 * SIMPLER &&
		    best.mean - other.mean <= fmin(hypot(best.deviation, other.deviation), SIMPLER))
			simplest = i;
	}
	values_of(&search->space, simplest, ret_values);
	return true;
}
