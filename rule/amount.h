/* SPDX-License-Identifier: MIT */
/* A quantity of a command line, read as an option of its unit reads its value: 80ms, 64KiB, 1Gbit/s. Pure. */
#ifndef RULE_AMOUNT_H
#define RULE_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <sockopt.h>

/** @return false: it is no such quantity, or out of range; *ret is as it was */
bool amount_parse(enum sockopt_unit unit, int64_t least, int64_t most, const char *text, int64_t *ret);

#endif
