/* SPDX-License-Identifier: MIT */
/* CoDel, RFC 8289: drops from a queue in which everything has waited too long for some time. Pure. */
#ifndef LAB_CODEL_H
#define LAB_CODEL_H

#include <stdbool.h>
#include <stdint.h>

struct codel {
	int64_t target_ns, packet;
	int64_t first_above_ns; /* 0: the wait was below the target */
	int64_t drop_next_ns;
	uint32_t count, last_count;
	bool dropping;
};

/** @param packet bytes of a full packet; packet_ns: what it takes on the link: no wait is shorter */
void codel_init(struct codel *codel, int64_t packet, int64_t packet_ns);

/**
 * @brief Asked once of each segment that leaves the queue.
 * @param waited_ns how long it was there
 * @param left bytes that are left in the queue
 */
bool codel_drops(struct codel *codel, int64_t waited_ns, int64_t now_ns, int64_t left);

#endif
