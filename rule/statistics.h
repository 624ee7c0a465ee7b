/* SPDX-License-Identifier: MIT */
/*
 * Medians, and what one sample is beside another, without a guess at how the numbers are distributed. Pure.
 *
 * Runs of a network are few, skewed, and some are far out: no mean, no standard deviation. What is used instead is
 * exact for any distribution and any number of runs:
 *   the interval of a median from order statistics (the sign test; Hollander, Wolfe, Chicken, Nonparametric
 *   Statistical Methods, 3rd ed., section 3.6);
 *   the ratio of two samples as the Hodges-Lehmann shift of their logarithms, the median of all the ratios of a
 *   number of the one to a number of the other, with the interval that the Mann-Whitney test gives (same, sections
 *   4.2 and 4.3). Both samples being of one distribution, the interval leaves 1 out in no more runs than it was
 *   asked for, whatever that distribution is.
 */
#ifndef RULE_STATISTICS_H
#define RULE_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What lies in the middle, and the bounds: NAN if there are too few numbers to name any. */
struct interval {
	double middle, low, high;
};

/** Samples of at most so many numbers are compared exactly; of larger ones the normal approximation is good enough. */
#define STATISTICS_EXACT_MAX 60

/** Numbers that are NAN are left out of everything here. @return how many are left, sorted, in ret */
size_t statistics_sort(const double *samples, size_t n, double *ret);

/** Of numbers in order; NAN of none. */
double statistics_median(const double *sorted, size_t n);

/**
 * @brief The median and its interval.
 * @param risk that the interval misses it: 0.05
 * @return false: there is no number, all of *ret is NAN
 */
bool statistics_interval(const double *sorted, size_t n, double risk, struct interval *ret);

/**
 * @brief What the numbers of `sample` are to those of `base`: 2 is twice as much.
 *
 * None may be negative. 0 to 0 is 1, and a number to 0 is infinite.
 * @return false: one has no numbers, or memory is short; all of *ret is NAN
 */
bool statistics_ratio(const double *sample, size_t n, const double *base, size_t n_base, double risk,
		      struct interval *ret);

/** The runs of each of two variants from which on statistics_ratio() can name bounds at this risk. */
unsigned int statistics_least(double risk);

/** splitmix64: a row of numbers that is the same on every machine. */
uint64_t statistics_random(uint64_t *state);

/** Puts 0 to n - 1 into an order that chance chooses, each with equal probability. */
void statistics_shuffle(uint64_t *state, size_t *ret, size_t n);

#endif
