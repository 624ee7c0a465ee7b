/* SPDX-License-Identifier: MIT */
/* Checks on calls in C source. Pure. */
#ifndef RULE_CHECK_CODE_H
#define RULE_CHECK_CODE_H

#include "check.h"
#include "code-call.h"

/** Does a check find something with a call? */
bool check_code_finds(const struct check *check, const struct code_call *call, struct check_finding *ret);

/** Does a comment ("sockopt: ignore P18, P19") say that a check is not wanted here? */
bool check_is_ignored(const struct check *check, const char *line);

#endif
