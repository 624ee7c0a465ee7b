/* SPDX-License-Identifier: MIT */
/* What can be known at a moment, and what still takes effect. Private to rule/. */
#ifndef RULE_MOMENTS_H
#define RULE_MOMENTS_H

#include "rule.h"

#define RULE_ALL_MOMENTS \
	(SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN | SOCKOPT_AT_CONNECT | SOCKOPT_AT_ACCEPT)

struct node;

enum {
	CAN_BE_FALSE = 1,
	CAN_BE_TRUE = 2,
};

/** What a condition can be of some socket of this kind when this moment comes. */
unsigned node_can_be(const struct node *node, enum sockopt_moment moment, const struct sockopt_kind *kind);

/** The moments at which setting the option takes effect on this kind of socket. */
unsigned option_moments(const struct sockopt_option *option, const struct sockopt_kind *kind);

/** What of a rule can never be, and why. Texts are English, to be translated, or NULL. */
struct rule_fault {
	bool of_selector; /* else of the action */
	const char *what;
	const char *hint;
	struct sockopt_text reason;
};

/** Looks whether an action can ever take effect; fills action->moments. @return 0 or -EINVAL */
int rule_check(const struct rule *rule, struct rule_action *action, struct rule_fault *ret_fault);

#endif
