/* SPDX-License-Identifier: MIT */
/* CoDel, after the pseudo-code of RFC 8289, 5. */

#include "codel.h"

#include <math.h>

#define TARGET_NS INT64_C(5000000)
#define INTERVAL_NS INT64_C(100000000)

void codel_init(struct codel *codel, int64_t packet, int64_t packet_ns)
{
	*codel = (struct codel){ .target_ns = TARGET_NS, .packet = packet };
	/* RFC 8289, 4.4: on a slow link one packet alone waits longer for the one before it. */
	if (codel->target_ns < packet_ns * 3 / 2)
		codel->target_ns = packet_ns * 3 / 2;
}

static int64_t control_law(int64_t since_ns, uint32_t count)
{
	return since_ns + (int64_t)((double)INTERVAL_NS / sqrt(count));
}

/** Has everything waited longer than the target for a whole interval? */
static bool is_too_long(struct codel *codel, int64_t waited_ns, int64_t now_ns, int64_t left)
{
	if (waited_ns < codel->target_ns || left <= codel->packet) {
		codel->first_above_ns = 0;
		return false;
	}
	if (codel->first_above_ns == 0) {
		codel->first_above_ns = now_ns + INTERVAL_NS;
		return false;
	}
	return now_ns >= codel->first_above_ns;
}

bool codel_drops(struct codel *codel, int64_t waited_ns, int64_t now_ns, int64_t left)
{
	bool too_long = is_too_long(codel, waited_ns, now_ns, left);
	uint32_t since_last;

	if (codel->dropping) {
		if (!too_long) {
			codel->dropping = false;
			return false;
		}
		if (now_ns < codel->drop_next_ns)
			return false;
		codel->count++;
		codel->drop_next_ns = control_law(codel->drop_next_ns, codel->count);
		return true;
	}
	if (!too_long)
		return false;
	/* It goes on at the pace of the last time if that was a short while ago. */
	since_last = codel->count - codel->last_count;
	codel->dropping = true;
	codel->count = since_last > 1 && now_ns - codel->drop_next_ns < 16 * INTERVAL_NS ? since_last : 1;
	codel->drop_next_ns = control_law(now_ns, codel->count);
	codel->last_count = codel->count;
	return true;
}
