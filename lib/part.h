/* SPDX-License-Identifier: MIT */
/* The fields of a struct by name. Private to lib/. */
#ifndef LIB_PART_H
#define LIB_PART_H

#include "parse.h"

/**
 * The field of this name; without the prefix that all have (rtt for tcpi_rtt); by the last part of it (version for
 * info.version) if no other field ends so. NULL: there is none.
 */
const struct sockopt_field *part_field(const struct sockopt_type *type, struct word name);

#endif
