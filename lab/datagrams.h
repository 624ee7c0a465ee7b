/* SPDX-License-Identifier: MIT */
/* Datagrams over a link, many at a time, and when the kernel saw them come. */
#ifndef LAB_DATAGRAMS_H
#define LAB_DATAGRAMS_H

#include <stdbool.h>

#include "lab-link.h"

/* IPv4 and UDP. */
#define DATAGRAM_HEADER 28

struct datagram_pair {
	int from, to;
};

/** Sockets at both ends of one direction. The thread is in the client's host. @return 0 or -errno */
int datagrams_open(const struct link *link, enum link_direction direction, struct datagram_pair *ret);
void datagrams_close(struct datagram_pair *pair);

/** What is sent: bursts of equal datagrams at a steady pace. */
struct datagram_plan {
	uint32_t payload; /* bytes of each, at least 8 */
	uint32_t burst;   /* how many at a time */
	bool one_piece;   /* a burst is handed over in one piece (GSO) */
	int64_t gap_ns;   /* from one burst to the next */
	uint64_t bursts;
};

struct datagrams_seen {
	uint64_t sent, came, bytes; /* bytes of IP */
	int64_t send_ns;            /* from the first to the end of the last burst */
	int64_t first_ns, last_ns;  /* when the kernel saw them, CLOCK_MONOTONIC */
	uint64_t first_bytes;       /* of those that came with the first */
	int64_t *delays_ns;         /* NULL, or room for one a burst of 1: from its being sent to its being seen */
	size_t n_delays;
};

/** Sends by the plan, and sees what comes until nothing has for quiet_ns. @return 0 or -errno */
int datagrams_send(const struct datagram_pair *pair, const struct datagram_plan *plan, int64_t quiet_ns,
		   struct datagrams_seen *seen);

#endif
