/* SPDX-License-Identifier: MIT */
/* The entries nearest to a mistyped name. */

#include <string.h>

#include "catalog.h"
#include "name.h"

#define WORD_MAX 48
#define FAR 99

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/** Levenshtein: letters to insert, drop or replace. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return FAR;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned int above = row[j];
			unsigned int same = lower(a[i - 1]) != lower(b[j - 1]);

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + same);
			diagonal = above;
		}
	}
	return row[lb];
}

static unsigned int distance_of(const struct sockopt_option *option, const char *name)
{
	const char *short_name = strchr(option->name, '_');
	unsigned int full = distance(option->name, name);
	unsigned int bare = short_name ? distance(short_name + 1, name) : FAR;

	return full < bare ? full : bare;
}

size_t sockopt_nearest(const char *name, const struct sockopt_option **ret, size_t max)
{
	/* A short word is near to everything: it may miss one letter if it has two, a long one a quarter of them. */
	size_t length = strlen(name);
	unsigned int bound = length < 2 ? 0 : length < 4 ? 1 :
							   (unsigned int)(length / 4 + 1);
	size_t found = name_matches(name, ret, max);

	for (unsigned int wanted = 1; found == 0 && wanted <= bound; wanted++) {
		for (size_t i = 0; i < catalog_tables.n_options && found < max; i++) {
			const struct sockopt_option *option = &catalog_tables.options[i];

			if (distance_of(option, name) != wanted)
				continue;
			if (found == 0 || strcmp(ret[found - 1]->name, option->name) != 0)
				ret[found++] = option;
		}
	}
	return found;
}
