/* SPDX-License-Identifier: MIT */
/* The options of a variant for the sockets of a built-in load: worked out once, then set at each socket's moment. */
#ifndef LAB_PLAN_H
#define LAB_PLAN_H

#include <rule.h>

#define PLAN_MAX 32 /* options at one moment */

struct plan_step {
	const struct sockopt_option *option;
	const struct rule_action *action;
};

/** Zero: nothing is set. */
struct plan {
	struct plan_step steps[RULE_N_MOMENTS][PLAN_MAX]; /* of socket, bind, listen, connect, accept */
	size_t n[RULE_N_MOMENTS];
};

/** The same decisions as those of `run`, for a kind of socket. Borrows the rules. */
void plan_make(const struct rules *rules, const struct sockopt_kind *kind, struct plan *ret);

/** @return 0, or the -errno of the first that cannot be set, whose text is put into *ret_what */
int plan_apply(const struct plan *plan, int fd, enum sockopt_moment moment, const char **ret_what);

/** Is this action made at any moment? */
bool plan_has(const struct plan *plan, const struct rule_action *action);

#endif
