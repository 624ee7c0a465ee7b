/* SPDX-License-Identifier: MIT */
/* Which sockets of a pass were met, and those that several descriptors lead to, until all of them were met. */
#ifndef LIVE_GATHER_H
#define LIVE_GATHER_H

#include <facts.h>
#include <record.h>

/** The cookies of the sockets that were met: eight bytes each, and as much again at most. */
struct gather_seen {
	uint64_t *table; /* open addressing; 0: free */
	size_t size;     /* a power of two */
	size_t n;
};

/** @return 1 if it is new, 0 if it was there, -ENOMEM */
int gather_see(struct gather_seen *seen, uint64_t cookie);
bool gather_was_seen(const struct gather_seen *seen, uint64_t cookie);

/** A socket with several descriptors: a copy of the first record, and the holders so far. */
struct gather_shared {
	struct socket_record *record;
	struct facts_holder *holders; /* their strings are owned */
	size_t n_holders, room;
};

/** All of them, in the order in which they were met. */
struct gather {
	struct gather_shared *list;
	size_t n, room;
	uint32_t *table; /* cookie -> place in list + 1 */
	size_t table_size;
};

/**
 * @brief Adds a holder of a socket, if it is not there; the socket too, if it is the first.
 * @param holder its strings are copied
 * @return 0 or -ENOMEM
 */
int gather_add(struct gather *gather, const struct socket_record *record, const struct facts_holder *holder);

/** Is it one of them? */
bool gather_has(const struct gather *gather, uint64_t cookie);

void gather_done(struct gather *gather);
void gather_seen_done(struct gather_seen *seen);

#endif
