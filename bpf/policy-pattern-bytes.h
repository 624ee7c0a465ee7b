/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Patterns as in fnmatch(3), and plain texts, as an automaton of which all states are one bit each:
 * live/policy-pattern.c makes it, the kernel's side runs it, a byte at a time and without a branch.
 */
#ifndef BPF_POLICY_PATTERN_BYTES_H
#define BPF_POLICY_PATTERN_BYTES_H

#include <linux/types.h>

#define POLICY_PATTERNS_MAX 16
#define POLICY_PATTERN_STATES 128

/** State n: the next byte is compared with what the pattern has in the nth place. The last state: it fits. */
struct policy_pattern {
	__u64 accepts[256][2]; /* of each byte: the states that go on to the next one with it */
	__u64 stays[2];        /* states before which there is a '*': any byte leaves them as they are */
	__u32 last;
	__u32 unused;
};

struct policy_pattern_run {
	__u64 states[2];
};

static inline __attribute__((always_inline)) void pattern_begin(struct policy_pattern_run *run)
{
	run->states[0] = 1;
	run->states[1] = 0;
}

static inline __attribute__((always_inline)) void pattern_step(const volatile struct policy_pattern *pattern,
							       struct policy_pattern_run *run, __u8 byte)
{
	__u64 low = run->states[0] & pattern->accepts[byte][0];
	__u64 high = run->states[1] & pattern->accepts[byte][1];

	run->states[1] = high << 1 | low >> 63 | (run->states[1] & pattern->stays[1]);
	run->states[0] = low << 1 | (run->states[0] & pattern->stays[0]);
}

static inline __attribute__((always_inline)) __u32 pattern_fits(const volatile struct policy_pattern *pattern,
								const struct policy_pattern_run *run)
{
	__u32 last = pattern->last;

	return (last < 64 ? run->states[0] >> (last & 63) : run->states[1] >> (last & 63)) & 1;
}

#endif
