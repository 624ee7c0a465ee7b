/* SPDX-License-Identifier: MIT */
/*
 * One direction of an emulated link: queue, transmitter, delay. Pure: packets and times in, packets and times out.
 *
 *   flow_room() -> the packet is read there -> flow_arrive() -> ... -> flow_due() -> it is delivered -> flow_done()
 *
 * Times are nanoseconds of one clock that never goes back. What happens at a time is worked out when it is asked for,
 * from what had arrived by then, so that a late call changes no decision.
 */
#ifndef LAB_LINK_FLOW_H
#define LAB_LINK_FLOW_H

#include <stdbool.h>

#include "lab-link.h"
#include "segments.h"

#define FLOW_NEVER INT64_MAX
/* More memory than this in one direction is refused. */
#define FLOW_BYTES_MOST (INT64_C(1) << 30)

struct packet {
	struct packet *next; /* in its queue */
	int64_t arrived_ns;
	struct segments segments;
	uint32_t first;      /* of the segments that wait */
	uint32_t end;        /* those from here on found no room */
	uint32_t references; /* its queue, and slices that are under way; 0: its memory may be used again */
	uint32_t span;       /* bytes of memory */
	uint32_t length;     /* of bytes */
	struct virtio_net_hdr offload;
	uint8_t bytes[PACKET_BYTES_MOST];
};

/** Segments of one packet that are delivered together. */
struct slice {
	struct packet *packet;
	uint32_t first, n;
	int64_t due_ns;
};

struct flow;

/** @return 0, -ENOMEM, or -E2BIG: more is under way than memory is given for */
int flow_make(const struct link_spec *spec, uint64_t seed, struct flow **ret);
void flow_free(struct flow *flow);

/** Where the next packet may be read to: offload and bytes; NULL: all memory is in use. */
struct packet *flow_room(struct flow *flow);

/** What flow_room() gave has so many bytes. It is queued, or dropped. */
void flow_arrive(struct flow *flow, uint32_t length, int64_t now_ns);

/** Takes what is to be delivered by now, in order. @return false: nothing yet */
bool flow_due(struct flow *flow, int64_t now_ns, struct slice *ret);

/** The slice was delivered. */
void flow_done(struct flow *flow, const struct slice *slice);

/** When flow_due() may next have something, if nothing arrives before. */
int64_t flow_next(const struct flow *flow);

const struct link_counts *flow_counts(const struct flow *flow);

/** A packet that could not be read, since there was no room. */
void flow_refuse(struct flow *flow);

#endif
