/* SPDX-License-Identifier: MIT */
/* What was seen of a socket so far. */

#include "run-memory.h"

#include <stdlib.h>
#include <string.h>

/*
 * A table of sets: a cookie has a row, and in it the place of the one that came first is taken when all are.
 * A default is due moments after the program set its options; a table that is never full does not need to
 * know when a socket is closed, which no call tells.
 */
#define ROWS 8192
#define PLACES 4
#define OPTIONS_MAX 12

struct seen {
	uint64_t cookie; /* 0: free */
	unsigned past;
	unsigned n_options;
	struct {
		int level, number;
	} options[OPTIONS_MAX];
};

struct run_memory {
	struct seen seen[ROWS][PLACES];
	unsigned char next[ROWS];
};

struct run_memory *run_memory_new(void)
{
	return calloc(1, sizeof(struct run_memory));
}

void run_memory_free(struct run_memory *memory)
{
	free(memory);
}

static size_t row_of(uint64_t cookie)
{
	return (size_t)((cookie * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % ROWS;
}

static const struct seen *find(const struct run_memory *memory, uint64_t cookie)
{
	const struct seen *row = memory->seen[row_of(cookie)];

	for (size_t i = 0; i < PLACES; i++)
		if (row[i].cookie == cookie)
			return &row[i];
	return NULL;
}

static struct seen *find_or_make(struct run_memory *memory, uint64_t cookie)
{
	size_t row = row_of(cookie);
	struct seen *place;

	for (size_t i = 0; i < PLACES; i++)
		if (memory->seen[row][i].cookie == cookie)
			return &memory->seen[row][i];
	place = &memory->seen[row][memory->next[row]];
	memory->next[row] = (unsigned char)((memory->next[row] + 1) % PLACES);
	*place = (struct seen){ .cookie = cookie };
	return place;
}

unsigned run_memory_past(const struct run_memory *memory, uint64_t cookie)
{
	const struct seen *seen = find(memory, cookie);

	return seen ? seen->past : 0;
}

void run_memory_pass(struct run_memory *memory, uint64_t cookie, unsigned moments)
{
	find_or_make(memory, cookie)->past |= moments;
}

static bool has_set(const struct seen *seen, int level, int number)
{
	for (size_t i = 0; i < seen->n_options; i++)
		if (seen->options[i].level == level && seen->options[i].number == number)
			return true;
	return false;
}

bool run_memory_was_set(const struct run_memory *memory, uint64_t cookie, int level, int number)
{
	const struct seen *seen = find(memory, cookie);

	return seen && has_set(seen, level, number);
}

void run_memory_set(struct run_memory *memory, uint64_t cookie, int level, int number)
{
	struct seen *seen = find_or_make(memory, cookie);

	if (has_set(seen, level, number) || seen->n_options == OPTIONS_MAX)
		return;
	seen->options[seen->n_options].level = level;
	seen->options[seen->n_options++].number = number;
}

void run_memory_inherit(struct run_memory *memory, uint64_t listener, uint64_t accepted,
			const struct sockopt_kind *kind)
{
	const struct seen *found = find(memory, listener);
	struct seen from;

	if (!found)
		return;
	from = *found; /* making a place may take its own */
	run_memory_pass(memory, accepted, from.past);
	for (size_t i = 0; i < from.n_options; i++) {
		const struct sockopt_option *option =
			sockopt_find_number_on(kind, from.options[i].level, from.options[i].number, SOCKOPT_SET);

		if (!option || option->inherits == SOCKOPT_INHERITED || option->inherits == SOCKOPT_ADJUSTED)
			run_memory_set(memory, accepted, from.options[i].level, from.options[i].number);
	}
}
