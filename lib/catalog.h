/* SPDX-License-Identifier: MIT */
/* The generated tables, declared. Private to lib/. */
#ifndef LIB_CATALOG_H
#define LIB_CATALOG_H

#include "sockopt.h"

struct catalog_name {
	const char *name; /* lower case: a name or an alias */
	uint16_t option;  /* index into options */
};

struct catalog {
	const struct sockopt_option *options;
	size_t n_options;
	const struct sockopt_level *levels;
	size_t n_levels;
	const struct catalog_name *names; /* sorted */
	size_t n_names;
};

extern const struct catalog catalog_tables;

#endif
