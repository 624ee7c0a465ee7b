/* SPDX-License-Identifier: MIT */
#include "json-check.h"

#include <jansson.h>
#include <string.h>

bool json_check(const char *text)
{
	json_t *read = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
	bool valid = read != NULL;

	json_decref(read);
	return valid;
}

char *json_check_string(const char *text, const char *name)
{
	json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *found = json_string_value(json_object_get(read, name));
	char *copy = found ? strdup(found) : NULL;

	json_decref(read);
	return copy;
}
