/* SPDX-License-Identifier: MIT */
/* What leaves by a device, as a packet socket sees it; and connections to the
 * host at the other end of a cable. */
#ifndef CMD_DEMO_WIRE_H
#define CMD_DEMO_WIRE_H

#include <arena-peer.h>
#include <stdint.h>

#include "demo-net.h"
#include "demo.h"

struct demo_segment {
	uint32_t sequence;
	unsigned int data; /* bytes of it */
	bool syn;
};

/** Sees what leaves by the device from now on. @return a descriptor or -errno
 */
int demo_wire_open(const char *device);

/** The next TCP segment that left from a port, without waiting. @return false:
 * there is none yet */
bool demo_wire_next(int wire, uint16_t port, struct demo_segment *ret);

/** Two hosts and a cable, "cable". @return 0 or demo_stop() */
int demo_two_hosts(struct demo_stage *stage, struct arena_hosts *hosts);

/** A connection from here to the host at the other end. @return 0 or
 * demo_stop() */
int demo_across(struct demo_stage *stage, const struct arena_hosts *hosts,
		struct demo_pair *pair);

/** The peer's power is cut: it neither answers nor ends its connections. */
int demo_cut_power(struct demo_stage *stage, const struct arena_hosts *hosts);

/**
 * @brief Shows what the connection still sends until it ends, when that is, and with which error.
 * @return the milliseconds that it took, -1: it did not end in time
 */
double demo_watch(const struct demo_stage *stage, int wire, int fd, int most_ms);

#endif
