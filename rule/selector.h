/* SPDX-License-Identifier: MIT */
/*
 * Selectors: expressions that pick sockets.
 *
 *   all | PID | PID:FD | tcp udp ... listening ... | KEY op VALUE | OPTION op VALUE
 *   op: = != < <= > >= ~     and, or, not, ( )
 */
#ifndef RULE_SELECTOR_H
#define RULE_SELECTOR_H

#include "facts.h"

struct selector;

/** Why a selector is wrong. what is an English text, to be translated; hint may be NULL. */
struct selector_error {
	size_t at;     /* offset in the text */
	size_t length; /* of the bad word */
	const char *what;
	const char *hint;
	char meant[96];             /* what was probably meant, ready to be typed; "": who knows */
	struct sockopt_error value; /* problem != 0: a wrong value of an option */
};

/**
 * @brief Reads a selector.
 * @param ret_selector to be freed with selector_free()
 * @param ret_error filled in on failure
 * @return 0, -EINVAL, -ENOMEM
 */
int selector_parse(const char *text, struct selector **ret_selector, struct selector_error *ret_error);

void selector_free(struct selector *selector);

/** Does it pick this socket? What cannot be known of a socket (an unreadable option) does not pick it. */
bool selector_matches(const struct selector *selector, const struct facts *facts);

/** Does it mean every socket: all, or what comes to the same (not not all, all or tcp)? */
bool selector_is_all(const struct selector *selector);

/** Can it only match sockets that one of these processes hold? Returns how many pids were stored, 0: any. */
size_t selector_pids(const struct selector *selector, pid_t *ret, size_t max);

/** Does it look at options? */
bool selector_has_options(const struct selector *selector);

/** Does it look at what /proc alone tells of a holder: its user, its cgroup? */
bool selector_has_process(const struct selector *selector);

#endif
