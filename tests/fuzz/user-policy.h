/* SPDX-License-Identifier: MIT */
/* What the programs of `run` and `apply` decide of a selector (bpf/policy-test.h), in user space. */
#ifndef FUZZ_USER_POLICY_H
#define FUZZ_USER_POLICY_H

#include <stdbool.h>

#include <facts.h>
#include <policy-compile.h>

/** Does the selector of the program's first action pick this socket, whose first holder is at work? */
bool user_policy_fits(const struct policy_program *program, const struct facts *facts);

#endif
