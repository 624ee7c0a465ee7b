/* SPDX-License-Identifier: MIT */
/* Times by the million, in steps that grow with them. */

#include "latency.h"

#include <math.h>

/** Below LATENCY_FINE each number has a step of its own; above, each power of two has that many. */
static size_t step_of(uint64_t ns)
{
	unsigned int power;

	if (ns < LATENCY_FINE)
		return (size_t)ns;
	power = 63U - (unsigned int)__builtin_clzll(ns) - LATENCY_FINE_BITS;
	return (size_t)(power + 1) * LATENCY_FINE + (size_t)((ns >> power) - LATENCY_FINE);
}

/** The middle of a step. */
static double value_of(size_t step)
{
	size_t power = step / LATENCY_FINE;

	if (power == 0)
		return (double)step;
	return ldexp((double)(step % LATENCY_FINE + LATENCY_FINE) + 0.5, (int)power - 1);
}

void latency_add(struct latency *latency, uint64_t ns)
{
	latency->counts[step_of(ns)]++;
	latency->total++;
}

double latency_quantile(const struct latency *latency, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)latency->total), seen = 0;

	/* The greatest of a few is no 99.9th percentile. */
	if (latency->total == 0 || (double)latency->total * (1 - share) < 1 - 1e-9)
		return NAN;
	for (size_t i = 0; i < LATENCY_STEPS; i++) {
		seen += latency->counts[i];
		if (seen >= rank)
			return value_of(i);
	}
	return NAN;
}
