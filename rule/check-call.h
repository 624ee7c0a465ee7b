/* SPDX-License-Identifier: MIT */
/* Checks on system calls that were seen. Pure. */
#ifndef RULE_CHECK_CALL_H
#define RULE_CHECK_CALL_H

#include "call.h"
#include "check.h"
#include "selector.h"

/**
 * @brief Does a check find something with a call?
 * @param selector of check->socket; NULL: any socket
 */
bool check_call_finds(const struct check *check, const struct selector *selector, const struct call *call,
		      struct check_finding *ret);

#endif
