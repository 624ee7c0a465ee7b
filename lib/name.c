/* SPDX-License-Identifier: MIT */
/* How names of options are compared. Locale plays no part: names are ASCII. */

#include "name.h"

#include <string.h>

static int fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	return c == '-' ? '_' : (unsigned char)c;
}

int name_compare(const char *name, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		int difference = fold(name[i]) - fold(word[i]);

		if (difference != 0)
			return difference;
		if (name[i] == '\0')
			return 0;
	}
	return name[length] == '\0' ? 0 : 1;
}

bool name_equal(const char *name, const char *word, size_t length)
{
	return name_compare(name, word, length) == 0;
}

/** TCP_NODELAY -> NODELAY: what stands after the first underscore. */
static const char *without_prefix(const char *name)
{
	const char *underscore = strchr(name, '_');

	return underscore && underscore[1] ? underscore + 1 : name;
}

bool name_fits(const struct sockopt_option *option, const char *word, size_t length)
{
	if (name_equal(option->name, word, length) ||
	    name_equal(without_prefix(option->name), word, length))
		return true;

	for (const char *const *alias = option->aliases; *alias; alias++)
		if (name_equal(*alias, word, length) || name_equal(without_prefix(*alias), word, length))
			return true;
	return false;
}
