/* SPDX-License-Identifier: MIT */
/* The numbers in a value's bytes. Private to lib/. */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include "sockopt.h"

/** The field of this name, or NULL. */
const struct sockopt_field *number_field(const struct sockopt_type *type, const char *name);

/** Is it a number at all (no address, string or bytes)? As sockopt_is_number(), of any field. */
bool number_is(const struct sockopt_field *field);

/** The bytes of a socket address of this family; 0: not one of IPv4 or IPv6. */
size_t sockaddr_size(int family);

/** The least and greatest number that the field's bytes can hold. */
void number_limits(const struct sockopt_field *field, int64_t *ret_least, int64_t *ret_greatest);

/** Writes a number into a field (an element of an array); excess bits are cut. */
void number_store(const struct sockopt_field *field, void *bytes, size_t index, int64_t number);

#endif
