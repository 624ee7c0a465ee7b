/* SPDX-License-Identifier: MIT */
/* Medians and ratios of few numbers, by their order alone. */

#include "statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

size_t statistics_sort(const double *samples, size_t n, double *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(samples[i]))
			ret[count++] = samples[i];
	qsort(ret, count, sizeof(double), compare);
	return count;
}

double statistics_median(const double *sorted, size_t n)
{
	if (n == 0)
		return NAN;
	/* Two that are alike are not added: they may be infinite. */
	if (n % 2 || sorted[n / 2 - 1] == sorted[n / 2])
		return sorted[n / 2];
	return (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/**
 * How many numbers may be left out at each end: the largest k with P(B < k) <= risk / 2, where B counts heads in n
 * throws of a coin.
 */
static size_t outside_median(size_t n, double risk)
{
	double logarithm = -(double)n * log(2), sum = 0;
	size_t k = 0;

	for (; k < n; k++) {
		sum += exp(logarithm);
		if (sum > risk / 2)
			break;
		logarithm += log((double)(n - k) / (double)(k + 1));
	}
	return k;
}

bool statistics_interval(const double *sorted, size_t n, double risk, struct interval *ret)
{
	size_t k = outside_median(n, risk);

	*ret = (struct interval){ statistics_median(sorted, n), NAN, NAN };
	if (k > 0) {
		ret->low = sorted[k - 1];
		ret->high = sorted[n - k];
	}
	return n > 0;
}

/* ---- the Mann-Whitney distribution ---- */

/**
 * In how many of the orders of m + n numbers the first m stand before the others u times in all, for each u: the
 * recursion of Mann and Whitney (1947), W(m, n, u) = W(m - 1, n, u - n) + W(m, n - 1, u). Probabilities instead of
 * counts, so that nothing overflows: each order ends with a number of the first sample with m / (m + n).
 */
static double *distribution(size_t m, size_t n)
{
	size_t width = m * n + 1;
	double *rows = calloc((m + 1) * width, sizeof(double)); /* W(i, j, .) for all i, as j grows */

	if (!rows)
		return NULL;
	for (size_t i = 0; i <= m; i++)
		rows[i * width] = 1;
	for (size_t j = 1; j <= n; j++)
		for (size_t i = 1; i <= m; i++) {
			double *row = rows + i * width, *before = row - width;
			double last = (double)i / (double)(i + j);

			for (size_t u = i * j + 1; u-- > 0;)
				row[u] = row[u] * (1 - last) + (u >= j ? before[u - j] * last : 0);
		}
	memmove(rows, rows + m * width, width * sizeof(double));
	return rows;
}

/** The largest k with P(U < k) <= risk / 2: so many of the ratios may be left out at each end. -1: no memory */
static long outside_exact(size_t m, size_t n, double risk)
{
	double *chances = distribution(m, n), sum = 0;
	size_t k = 0;

	if (!chances)
		return -1;
	for (; k < m * n; k++) {
		sum += chances[k];
		if (sum > risk / 2)
			break;
	}
	free(chances);
	return (long)k;
}

/** The standard normal's upper quantile, by bisection of erfc(3). */
static double normal_quantile(double tail)
{
	double low = 0, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (erfc(middle / sqrt(2)) / 2 > tail)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static long outside_ratios(size_t m, size_t n, double risk)
{
	double mean = (double)m * (double)n / 2, deviation = sqrt(mean * (double)(m + n + 1) / 6);
	double k;

	if (m <= STATISTICS_EXACT_MAX && n <= STATISTICS_EXACT_MAX)
		return outside_exact(m, n, risk);
	k = floor(mean - 0.5 - normal_quantile(risk / 2) * deviation);
	return k > 0 ? (long)k : 0;
}

unsigned int statistics_least(double risk)
{
	double chance = 1; /* of the one order in which every number of the one is before all of the other */
	unsigned int n = 0;

	while (chance > risk / 2) {
		n++;
		chance *= (double)n / (2 * (2 * (double)n - 1));
	}
	return n;
}

static double ratio_of(double number, double base)
{
	return number == base ? 1 : number / base;
}

bool statistics_ratio(const double *sample, size_t n, const double *base, size_t n_base, double risk,
		      struct interval *ret)
{
	double *numbers = calloc(n + n_base + n * n_base + 1, sizeof(double));
	double *bases = numbers ? numbers + n : NULL, *ratios = bases ? bases + n_base : NULL;
	size_t count, total;
	long k;

	*ret = (struct interval){ NAN, NAN, NAN };
	if (!numbers)
		return false;
	n = statistics_sort(sample, n, numbers);
	n_base = statistics_sort(base, n_base, bases);
	count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n_base; j++)
			ratios[count++] = ratio_of(numbers[i], bases[j]);
	total = statistics_sort(ratios, count, ratios);
	k = total ? outside_ratios(n, n_base, risk) : -1;
	if (k >= 0) {
		ret->middle = sqrt(ratios[(total - 1) / 2] * ratios[total / 2]);
		/* 0 times infinity: it is anything */
		if (isnan(ret->middle))
			ret->middle = 1;
	}
	if (k > 0) {
		ret->low = ratios[k - 1];
		ret->high = ratios[total - (size_t)k];
	}
	free(numbers);
	return k >= 0;
}

/* ---- chance ---- */

uint64_t statistics_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

/** Below n, without the bias of a bare remainder. */
static size_t random_below(uint64_t *state, size_t n)
{
	uint64_t most = UINT64_MAX - UINT64_MAX % n, number;

	do
		number = statistics_random(state);
	while (number >= most);
	return (size_t)(number % n);
}

void statistics_shuffle(uint64_t *state, size_t *ret, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t other = random_below(state, i + 1);

		if (other != i)
			ret[i] = ret[other];
		ret[other] = i;
	}
}
