/* SPDX-License-Identifier: MIT */
/*
 * A search for the best combination of a few options' values where every measurement is noisy. Pure: it says what to
 * measure next and is told what came out, until its budget of runs is spent or nothing more is to be gained.
 *
 * What it believes is a Gaussian process over the grid of all combinations (Rasmussen, Williams, Gaussian Processes
 * for Machine Learning, 2006, algorithm 2.1 and section 5.4.1): combinations that differ little are alike, and how
 * much each option matters is learned from the measurements, so that one that does nothing costs next to nothing. What
 * is measured next is the leader or its challenger, the upper confidence bound of all others, whichever is less certain
 * (LUCB: Kalyanakrishnan and others, PAC Subset Selection in Stochastic Multi-armed Bandits, 2012).
 */
#ifndef RULE_OPTION_SEARCH_H
#define RULE_OPTION_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statistics.h"

enum { SEARCH_OPTIONS_MAX = 8,
       SEARCH_POINTS_MAX = 4096,
       SEARCH_RUNS_MAX = 400 };

struct search_option {
	size_t n_values; /* the first is the one to begin with: the default */
	bool ordered;    /* neighbours among the values are more alike than others; the first stands apart */
};

struct search_space {
	size_t n_options;
	struct search_option options[SEARCH_OPTIONS_MAX];
};

/** All combinations; SIZE_MAX: more than can be counted. */
size_t search_grid(const struct search_space *space);

struct search;

/**
 * @brief A search of at most so many runs.
 * @return 0, -EINVAL: no option, or one without a value; -E2BIG: a grid of more than SEARCH_POINTS_MAX; -ENOMEM
 */
int search_new(const struct search_space *space, unsigned int budget, uint64_t seed, struct search **ret);

/** @brief What to measure next: an index a value. @return false: the search has ended */
bool search_next(struct search *search, size_t ret_values[static SEARCH_OPTIONS_MAX]);

/** What came out of that: more is better, and more than 0. NAN: it failed, and is not tried again. */
void search_tell(struct search *search, double score);

unsigned int search_runs(const struct search *search);

/**
 * @brief The best of what was measured, by all that was measured.
 * @param ret_score what it is believed to give; NULL: not wanted
 * @return false: nothing has been measured that did not fail
 */
bool search_best(struct search *search, size_t ret_values[static SEARCH_OPTIONS_MAX], struct interval *ret_score);

/**
 * @brief Of what was measured and is not believed to be worse than the best by more than is known of the two, and
 * by 3 % at most, the combination with the fewest values that are not the first of their option.
 */
bool search_simplest(struct search *search, size_t ret_values[static SEARCH_OPTIONS_MAX]);

void search_free(struct search *search);

#endif
