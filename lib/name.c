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

/** Most names have another length, and need not be looked at. */
static bool fits(const char *name, const char *word, size_t length)
{
	size_t whole = strlen(name);

	if (whole < length)
		return false;
	return (whole == length || without_prefix(name) == name + whole - length) &&
	       name_equal(name + whole - length, word, length);
}

bool name_fits(const struct sockopt_option *option, const char *word, size_t length)
{
	if (fits(option->name, word, length))
		return true;
	for (const char *const *alias = option->aliases; *alias; alias++)
		if (fits(*alias, word, length))
			return true;
	return false;
}
