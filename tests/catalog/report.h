/* SPDX-License-Identifier: MIT */
/* Facts as they are found, printed as TAP: one test line for an option and a group of facts. */
#ifndef CATALOG_REPORT_H
#define CATALOG_REPORT_H

#include <sockopt.h>

/** The facts of one group on one option, while they are probed. */
struct report {
	const struct sockopt_option *option;
	const char *group;
	unsigned probed;
	unsigned contradicted;
	const struct sockopt_change *change; /* a newer kernel's, before which this group's facts do not hold; or NULL */
	unsigned differs;                    /* facts that do not, as it says */
	const char *aside;                   /* sockets with rules of their own, of which the catalogue does not tell; or NULL */
	char reason[200];                    /* why something could not be probed; the first one */
};

struct report report_begin(const struct sockopt_option *option, const char *group);

/**
 * @brief One fact was probed. If it does not hold, the text says what was seen instead.
 *
 * On an option that the catalogue calls unverified or unprobed a fact that does not hold is one that
 * cannot be probed here: the catalogue has said why. So is one on sockets that are set aside,
 * one of an option for which a plain user lacks the capability, and one that a kernel newer than
 * this brought.
 * @return holds
 */
bool report_fact(struct report *report, bool holds, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** Something that cannot be probed on this kernel, and why. */
void report_cannot(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Prints the test line; nothing for a group on which the catalogue says nothing. */
void report_end(const struct report *report);

/** Prints the plan and the counts. @return the exit status */
int report_finish(void);

/** "TCP_NODELAY", with the level before it where the name alone is not enough. */
const char *report_name(const struct sockopt_option *option);

/** "EINVAL" for 22 and for -22; "success" for 0. */
const char *report_errno(int error);

#endif
