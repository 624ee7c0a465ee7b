/* SPDX-License-Identifier: MIT */
/* How names of options are compared: any case, '-' like '_', prefix or not. Private to lib/. */
#ifndef LIB_NAME_H
#define LIB_NAME_H

#include "sockopt.h"

/** Orders as strcmp(3): a NUL-terminated name against length characters, in lower case. */
int name_compare(const char *name, const char *word, size_t length);

bool name_equal(const char *name, const char *word, size_t length);

/** Is the word the option's name or alias, with or without its prefix? */
bool name_fits(const struct sockopt_option *option, const char *word, size_t length);

/** Is the word the level's name, key or alias? */
bool level_has_name(const struct sockopt_level *level, const char *word, size_t length);

/** Is it one of the catalogue, and not made or copied for numbers? */
bool is_entry(const struct sockopt_option *option);

/** The options that a word fits, twins once; returns how many of at most max. */
size_t name_matches(const char *name, const struct sockopt_option **ret, size_t max);

#endif
