/* SPDX-License-Identifier: MIT */
/* What was seen of a socket so far, by its cookie. The oldest are forgotten. */
#ifndef LIVE_RUN_MEMORY_H
#define LIVE_RUN_MEMORY_H

#include <sockopt.h>

struct run_memory;

/** @return NULL if there is no memory */
struct run_memory *run_memory_new(void);
void run_memory_free(struct run_memory *memory);

/** Moments that the socket has come to. */
unsigned run_memory_past(const struct run_memory *memory, uint64_t cookie);
void run_memory_pass(struct run_memory *memory, uint64_t cookie, unsigned moments);

/** Options that the program has set. */
bool run_memory_was_set(const struct run_memory *memory, uint64_t cookie, int level, int number);
void run_memory_set(struct run_memory *memory, uint64_t cookie, int level, int number);

/** The accepted socket has come to what the listener has, and has what was set of it and is inherited. */
void run_memory_inherit(struct run_memory *memory, uint64_t listener, uint64_t accepted,
			const struct sockopt_kind *kind);

#endif
