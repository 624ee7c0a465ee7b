/* SPDX-License-Identifier: MIT */
/* Facts as they are found: counted for each option and group, and what does not hold put down in words. */
#ifndef LIVE_PROBE_REPORT_H
#define LIVE_PROBE_REPORT_H

#include <probe.h>
#include <stdatomic.h>

#define N_(text) text

/** The facts of one group on one option, while they are probed. */
struct report {
	const struct sockopt_option *option;
	unsigned group; /* PROBE_GROUP_x */
	struct probe_claim *claim;
	unsigned noted;    /* bits of enum probe_status: one remark a group is enough, but of contradictions */
	bool inexcusable;  /* not even by the entry: that it says so is what is looked at */
	const char *aside; /* sockets with rules of their own, of which the catalogue does not tell; or NULL */
};

/** Where everything is put from now on, and what grows with each fact: closing alone can take seconds. */
void report_into(struct probe_result *result, atomic_uint *ticks);

struct report report_begin(const struct sockopt_option *option, unsigned group);

/**
 * @brief One fact was probed. If it does not hold, the words say what was seen instead.
 *
 * On an option that the catalogue calls unverified or unprobed a fact that does not hold is one that
 * cannot be probed here: the catalogue has said why. So is one on sockets that are set aside,
 * one of an option for which a plain user lacks the capability, and one that a kernel newer than
 * this brought.
 * @return holds
 */
bool report_fact(struct report *report, bool holds, const struct probe_words *words);

/** One fact that cannot be probed, though there is a socket for it, and why. */
void report_cannot(struct report *report, const struct probe_words *words);

/** There is nothing to be probed on this kernel: no such socket, an option of another version. */
void report_absent(struct report *report, const struct probe_words *words);

/** Not there because the kernel was built without it? Then that is put down. */
bool report_left_out(struct report *report, int error);

/** "EINVAL" for 22 and for -22; "success" for 0; one of a few static buffers. */
const char *report_errno(int error);

/** A number as text; one of a few static buffers. */
const char *report_number(int64_t number);

#endif
