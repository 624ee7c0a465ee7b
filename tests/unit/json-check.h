/* SPDX-License-Identifier: MIT */
/* What another reader of JSON makes of a line. Apart, since jansson's names are those of view/json.h. */
#ifndef UNIT_JSON_CHECK_H
#define UNIT_JSON_CHECK_H

#include <stdbool.h>

/** Is it one JSON value, with no name twice? Numbers may be wider than 63 bits. */
bool json_check(const char *text);

/** The string of this name in an object, to be freed; NULL if there is none. */
char *json_check_string(const char *text, const char *name);

#endif
