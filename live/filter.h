/* SPDX-License-Identifier: MIT */
/* The part of a selector that the kernel can decide, as instructions for bpf/judge.h. */
#ifndef LIVE_FILTER_H
#define LIVE_FILTER_H

#include <record.h>
#include <selector.h>
#include <stdbool.h>

struct filter_program {
	struct filter_instruction instructions[FILTER_MAX];
	size_t length;
	bool has_options; /* it looks at values of options */
	bool has_holders; /* it looks at who holds the socket */
};

/** Compiles a selector; NULL: all. What the kernel cannot decide becomes "unknown", and so may all of it. */
void filter_compile(const struct selector *selector, struct filter_program *ret);

/** Can it pick a socket of this kind, in this namespace (0: in any), that no process holds? */
bool filter_may_pick_unheld(const struct filter_program *program, const struct sockopt_kind *kind, uint64_t netns);

#endif
