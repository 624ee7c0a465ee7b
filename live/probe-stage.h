/* SPDX-License-Identifier: MIT */
/* A throw-away socket, brought to a state. */
#ifndef LIVE_PROBE_STAGE_H
#define LIVE_PROBE_STAGE_H

#include "probe-kinds.h"
#include "probe-report.h"

struct stage {
	int fd; /* the socket that is looked at */
	const struct kind *kind;
	int others[3];       /* what it needs: listener, peer; -1: none */
	const char *problem; /* what could not be done */
	int error;
	bool lacks; /* a preparation fails because this kernel is built without it */
};

/** Prepared sockets get the assignments that the entry's example needs first. */
enum stage_manner { STAGE_BARE,
		    STAGE_PREPARED };

/**
 * @brief A new socket of this kind in this state (one of enum sockopt_state; 0: a fresh one).
 *
 * Preparations that do not apply to the kind are left out.
 * @return 0, or -errno with ret->problem; stage_end() is due in either case
 */
int stage_begin(const struct kind *kind, const struct sockopt_option *option, enum stage_manner manner,
		unsigned state, struct stage *ret);

/** As stage_begin(), in the state in which the example can be set, prepared. */
int stage_for_example(const struct kind *kind, const struct sockopt_option *option, struct stage *ret);

/** Does something connect to such a socket that listens, on this machine? @return 0, or the errno why not, positive */
int stage_connects(const struct kind *kind);

void stage_end(struct stage *stage);

/** Makes a bound socket listen. @return 0 or -errno */
int stage_listen(const struct kind *kind, int fd);

/** Connects a new socket of this kind to a listener and accepts. @return 0 or -errno: -ETIMEDOUT if nothing came */
int stage_accept(const struct kind *kind, int listener, int *ret_client, int *ret_accepted);

/** Can a socket of this kind be in this state? */
bool stage_possible(const struct kind *kind, unsigned state);

/**
 * @brief The errno with which, says the catalogue, get or set is refused in a state (0: a fresh socket).
 * @return positive, or 0 if it is not refused
 */
int stage_refuses(const struct sockopt_option *option, const struct kind *kind, enum sockopt_access access,
		  unsigned state);

/** Reports that nothing can be probed, since the stage could not be made. */
void stage_cannot(struct report *report, const struct stage *stage);

/** The same, or that set failed with this error on a stage that could be made. */
void stage_cannot_set(struct report *report, const struct stage *stage, int error);

/** "listening" for SOCKOPT_LISTENING. */
const char *stage_word(unsigned state);

#endif
