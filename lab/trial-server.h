/* SPDX-License-Identifier: MIT */
/* The server of a built-in load alone, on this host, on all its addresses: its client is elsewhere. */
#ifndef LAB_TRIAL_SERVER_H
#define LAB_TRIAL_SERVER_H

#include "trial.h"

struct trial_server {
	struct load_board *board; /* its port, and what it saw */
	struct trial_load load;
	struct trial_place place;
	pid_t pid;
	int control;
};

/** @return 0, or -errno; what failed may be on the board. trial_server_end() in either case */
int trial_server_start(const struct load_spec *spec, int family, const struct rules *rules, struct trial_server *ret);

/** It measures from so long after now on. */
void trial_server_go(struct trial_server *server, int64_t warm_up_ns, int64_t run_ns);

/** Ends the process; then the board has all that it saw. */
void trial_server_stop(struct trial_server *server);

/** Gives the board back. */
void trial_server_end(struct trial_server *server);

#endif
