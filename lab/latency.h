/* SPDX-License-Identifier: MIT */
/* Times by the million, in little memory: counted in steps of at most 0.8 %. Pure; lies in shared memory. */
#ifndef LAB_LATENCY_H
#define LAB_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#define LATENCY_FINE_BITS 7
#define LATENCY_FINE (1U << LATENCY_FINE_BITS)
#define LATENCY_STEPS ((64 - LATENCY_FINE_BITS + 1) * LATENCY_FINE)

struct latency {
	uint64_t total;
	uint32_t counts[LATENCY_STEPS];
};

void latency_add(struct latency *latency, uint64_t ns);

/** @param share 0.5: the median. @return ns; NAN: there are fewer than one in 1 / (1 - share) */
double latency_quantile(const struct latency *latency, double share);

#endif
