/* SPDX-License-Identifier: MIT */
/* Does a link keep what it says? Asked and got, on this machine, now. */
#ifndef LAB_CALIBRATE_H
#define LAB_CALIBRATE_H

#include <stdbool.h>

#include "lab-link.h"

/** What is off by more is not promised. */
#define CALIBRATE_TOLERANCE 0.02

/** One direction. What was not asked for is 0, and kept. */
struct calibration_way {
	double rate;                            /* bit/s of IP when it is kept full; loss and reordering put aside */
	double delay_us, delay_low, delay_high; /* median, 5th and 95th of a hundred, of single datagrams */
	double loss;                            /* share of the segments */
	uint64_t segments;                      /* of which it is the share */
	bool keeps_rate, keeps_loss;
	bool was_starved; /* the machine could not send as fast as the rate that was asked for */
};

struct calibration {
	enum link_engine engine;
	struct link_spec spec;
	struct calibration_way ways[LINK_DIRECTIONS];
	double rtt_us; /* both medians */
	bool keeps_rtt;
	bool kept; /* all of it */
};

/**
 * @brief Sends datagrams both ways, for some seconds, and compares what came with what was asked for.
 *
 * There is no other traffic on the link, and afterwards it is as it was. The calling thread is in the client's host.
 * @return 0 or -errno
 */
int calibrate(struct link *link, struct calibration *ret);

/** What of it is kept: fills in rtt_us and the bool members from spec and what was seen. */
void calibration_judge(struct calibration *seen);

#endif
