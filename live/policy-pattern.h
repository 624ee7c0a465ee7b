/* SPDX-License-Identifier: MIT */
/* Patterns for the kernel's side. Private to policy-*.c. */
#ifndef LIVE_POLICY_PATTERN_H
#define LIVE_POLICY_PATTERN_H

#include <stdbool.h>

#include <policy-pattern-bytes.h>

/**
 * @brief Makes the automaton of a pattern.
 * @param is_glob as fnmatch(3) reads it; else every character is itself
 * @return 0, -E2BIG
 */
int policy_pattern_make(const char *text, bool is_glob, struct policy_pattern *ret);

#endif
