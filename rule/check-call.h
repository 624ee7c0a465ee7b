/* SPDX-License-Identifier: MIT */
/* Checks on system calls that were seen. Pure. */
#ifndef RULE_CHECK_CALL_H
#define RULE_CHECK_CALL_H

#include "call.h"
#include "check.h"
#include "selector.h"

/** What a call does not tell of itself. */
struct call_context {
	bool follows_accept; /* call_history_see() tells */
	/** A sysctl of the network namespace of the call's socket; NULL: nothing is known of the machine. */
	int (*sysctl)(const struct call *call, const char *name, int64_t *ret);
};

/** So many threads are remembered; of those beyond the one that was seen longest ago is forgotten. */
#define CALL_HISTORY_MAX 64

/** What each thread did with sockets last; begins as zeros. */
struct call_history {
	struct {
		pid_t tid;
		int accepted_on; /* the descriptor of accept(2); -1: it was another call */
		uint64_t order;
	} threads[CALL_HISTORY_MAX];
	uint64_t n;
};

/** Takes a call in. @return did the same thread accept a connection on this very descriptor just before? */
bool call_history_see(struct call_history *history, const struct call *call);

/**
 * @brief Does a check find something with a call?
 * @param selector of check->socket; NULL: any socket
 */
bool check_call_finds(const struct check *check, const struct selector *selector, const struct call *call,
		      const struct call_context *known, struct check_finding *ret);

#endif
