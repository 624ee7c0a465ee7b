/* SPDX-License-Identifier: MIT */
/*
 * A link between two hosts of our own (network namespaces), as slow, long and lossy as it is asked to be.
 *
 * Three engines: a plain cable (veth), the kernel's netem where it has it, and one of our own in user space: a TUN
 * device in each host, and a thread a direction between them. What a link promises is tried by calibrate.h.
 */
#ifndef LAB_LAB_LINK_H
#define LAB_LAB_LINK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <arena-peer.h>
#include <link-spec.h>

struct link;

enum link_engine {
	LINK_AUTO, /* a cable if the link is plain; netem where it is there and can do all of it; else TUN */
	LINK_CABLE,
	LINK_NETEM,
	LINK_TUN,
};

enum link_direction { LINK_THERE, /* from client to server */
		      LINK_BACK,
		      LINK_DIRECTIONS };

struct link_ends {
	struct arena_hosts hosts;               /* here is the client's, there the server's */
	struct sockaddr_storage client, server; /* IPv4, port 0 */
};

/**
 * Since the link was opened (TUN: or changed). A segment is what fits into the MTU; a packet may be many of them (GSO).
 * Engines other than TUN count packets as they come, and what is dropped for whatever reason as dropped_queue.
 */
struct link_counts {
	uint64_t packets, segments, bytes; /* delivered; bytes of IP, the headers of each segment counted */
	uint64_t dropped_queue;            /* segments */
	uint64_t dropped_loss;             /* segments */
	uint64_t reordered;                /* segments */
	uint64_t queued_most;              /* bytes */
};

/**
 * @brief Makes the second host and the link to it.
 *
 * The calling process is in a network namespace of its own (arena_enter()), which becomes the client's host. One link
 * a namespace.
 * @param why filled in on failure with what went wrong: English, to be translated, a constant; may be NULL
 * @return 0 or -errno: -EOPNOTSUPP, the engine cannot do what is asked
 */
int link_open(const struct link_spec *spec, enum link_engine engine, struct link **ret, const char **why);

const struct link_ends *link_ends(const struct link *link);

const struct link_spec *link_spec(const struct link *link);

/** The engine that it was opened with; never LINK_AUTO. */
enum link_engine link_engine(const struct link *link);
const char *link_engine_word(enum link_engine engine);

/**
 * @brief Another rate, delay, loss or queue while it runs. What is queued or under way is dropped.
 * @return 0 or -errno: -EOPNOTSUPP, this engine cannot do that, or the MTU is another one
 */
int link_change(struct link *link, const struct link_spec *spec);

void link_counts(const struct link *link, enum link_direction direction, struct link_counts *ret);

/** The second host goes with it, once no socket is left there. */
void link_close(struct link *link);

#endif
