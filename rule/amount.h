/* SPDX-License-Identifier: MIT */
/* A quantity of a command line, read as an option of its unit reads its value: 80ms, 64KiB, 1Gbit/s. Pure. */
#ifndef RULE_AMOUNT_H
#define RULE_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <sockopt.h>

/** The option that it would be. Errors point to it. Holds pointers into itself: do not copy. */
struct amount {
	struct sockopt_field field;
	struct sockopt_type type;
	struct sockopt_range range;
	struct sockopt_option option;
};

/**
 * @brief Reads a quantity of this range.
 * @param name in the words of errors, such as "--rate"
 * @param ret_error valid as long as *amount
 * @return false: it is none; *ret is as it was
 */
bool amount_read(struct amount *amount, const char *name, enum sockopt_unit unit, struct sockopt_range range,
		 const char *text, int64_t *ret, struct sockopt_error *ret_error);

/** @return false: it is no such quantity, or out of range; *ret is as it was */
bool amount_parse(enum sockopt_unit unit, int64_t least, int64_t most, const char *text, int64_t *ret);

#endif
