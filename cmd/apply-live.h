/* SPDX-License-Identifier: MIT */
/* Rules, and the sockets that are there already. */
#ifndef CMD_APPLY_LIVE_H
#define CMD_APPLY_LIVE_H

#include <rule.h>
#include <stdbool.h>

struct apply_live {
	const struct rules *rules;
	const char *cgroup;  /* sockets of processes in it and below it; NULL: all */
	const char *command; /* for the journal */
	bool dry_run;
	bool json;
};

/**
 * @brief Changes the sockets that differ from what the rules say, as `set` does; dry_run: lists them.
 * @return the exit status; EXIT_DONE if there is none, too
 */
int apply_live(const struct apply_live *wish);

#endif
