/* SPDX-License-Identifier: MIT */
/* A selector as tests for the kernel's side. Private to policy-*.c. */
#ifndef LIVE_POLICY_SELECTOR_H
#define LIVE_POLICY_SELECTOR_H

#include "policy-compile.h"

/** What a selector asks, beside addresses and kinds. */
struct policy_asks {
	bool process;     /* who made the call */
	bool types;       /* what is read from the kernel's structs */
	bool bound_state; /* bound or unbound: not known of sockets other than IP */
};

/**
 * @brief Appends the tests of a selector.
 * @return 0, -EOPNOTSUPP and fills what, word and hint of *ret_refusal
 */
int policy_compile_selector(const struct selector *selector, unsigned sees, struct policy_program *program,
			    struct policy_asks *ret_asks, struct policy_refusal *ret_refusal);

#endif
