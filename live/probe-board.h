/* SPDX-License-Identifier: MIT */
/* What the probing child and its parent share: the result, and where the child is. */
#ifndef LIVE_PROBE_BOARD_H
#define LIVE_PROBE_BOARD_H

#include <stdatomic.h>

#include "probe-run.h"

/** What the child does before it looks at options, each once in its life; the sockets' follow, one for each kind. */
enum { PROBE_AT_NETWORK,
       PROBE_AT_PROGRAM,
       PROBE_AT_GET,
       PROBE_AT_SET,
       PROBE_AT_OPEN,
       PROBE_AT_CONNECT = PROBE_AT_OPEN + PROBE_KINDS_MAX,
       PROBE_AT_OPTIONS = PROBE_AT_CONNECT + PROBE_KINDS_MAX,
       PROBE_N_AT };

struct probe_board {
	struct probe_result result; /* its pointers lead into this memory */
	atomic_uint at;             /* one of PROBE_AT_x: what is being tried */
	atomic_uint ticks;          /* grows as long as something goes on */
	atomic_size_t option, step; /* with PROBE_AT_OPTIONS: which option, and what of it */
	atomic_bool connected;      /* which kinds can be connected is known */
	atomic_bool finished;
	int ended[PROBE_AT_OPTIONS]; /* outcome of what was the end of a child before; 0: nothing */
};

/** The child: goes on where the board stands, and ends the process. */
_Noreturn void probe_child(const struct probe_request *request, struct probe_board *board, pid_t parent);

/** Measuring: the steps of an option, one of them, and one that was the end of the child. */
size_t probe_measure_steps(void);
void probe_measure_begin(struct probe_result *result);
void probe_measure_step(const struct probe_result *result, size_t option, size_t step);
void probe_measure_ended(struct probe_result *result, size_t option, size_t step, int outcome);

/** One step: a group of facts against the catalogue. @return false: the option's other steps are to be left out */
bool probe_verify_step(const struct probe_result *result, const struct sockopt_option *option, size_t step);

/** A step was the end of the child, or brought it to a halt. */
void probe_verify_ended(struct probe_board *board, const struct sockopt_option *option, size_t step, int outcome);

#endif
