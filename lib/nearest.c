/* SPDX-License-Identifier: MIT */
/* The entries nearest to a mistyped name. */

#include <string.h>

#include "catalog.h"
#include "name.h"

#define WORD_MAX 48

struct word {
	const char *text;
	size_t length;
	uint32_t letters;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/** Which letters there are: a bit each, capitals and small ones alike (some share theirs with a digit). */
static uint32_t letters_of(const char *text)
{
	uint32_t letters = 0;

	for (; *text; text++)
		letters |= 1U << (*text & 31);
	return letters;
}

static struct word word_of(const char *text)
{
	return (struct word){ text, strlen(text), letters_of(text) };
}

/** Of two sets of letters: does the first have more than so many that the second lacks? */
static bool has_more(uint32_t letters, uint32_t others, unsigned int bound)
{
	unsigned int n = 0;

	for (uint32_t rest = letters & ~others; rest; rest &= rest - 1)
		n++;
	return n > bound;
}

/** Levenshtein: letters to insert, drop or replace; given up when it cannot be within the bound. */
static unsigned int count_edits(const struct word *a, const char *b, size_t lb, unsigned int bound)
{
	unsigned int row[WORD_MAX + 1];

	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= a->length; i++) {
		unsigned int diagonal = row[0];
		unsigned int nearest = (unsigned int)i;
		char c = lower(a->text[i - 1]);

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned int above = row[j];
			unsigned int same = c != lower(b[j - 1]);

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + same);
			diagonal = above;
			nearest = row[j] < nearest ? row[j] : nearest;
		}
		if (nearest > bound)
			return nearest;
	}
	return row[lb];
}

/**
 * The distance, if it is at most the bound; else any greater number. Most names are too long, too short, or have too
 * many letters that the word lacks: an edit adds one letter at most, and takes one at most.
 */
static unsigned int distance(const struct word *word, const char *name, unsigned int bound)
{
	size_t length = strlen(name);
	uint32_t letters;

	if (length > WORD_MAX || length > word->length + bound || word->length > length + bound)
		return bound + 1;
	letters = letters_of(name);
	if (has_more(letters, word->letters, bound) || has_more(word->letters, letters, bound))
		return bound + 1;
	return count_edits(word, name, length, bound);
}

static unsigned int distance_of(const struct sockopt_option *option, const struct word *word, unsigned int bound)
{
	const char *short_name = strchr(option->name, '_');
	unsigned int full = distance(word, option->name, bound);
	unsigned int bare = short_name ? distance(word, short_name + 1, bound) : bound + 1;

	return full < bare ? full : bare;
}

size_t sockopt_nearest(const char *name, const struct sockopt_option **ret, size_t max)
{
	const struct word word = word_of(name);
	/* A short word is near to everything: it may miss one letter if it has two, a long one a quarter of them. */
	unsigned int bound = word.length < 2 ? 0 : word.length < 4 ? 1 :
								     (unsigned int)(word.length / 4 + 1);
	size_t found = name_matches(name, ret, max);

	if (found || max == 0 || word.length > WORD_MAX)
		return found;
	for (size_t i = 0; i < catalog_tables.n_options; i++) {
		const struct sockopt_option *option = &catalog_tables.options[i];
		unsigned int far = distance_of(option, &word, bound);

		/* Nearer than those before: they are forgotten, and so is what is as far as they are. */
		if (far < bound)
			found = 0;
		if (far > bound || found == max)
			continue;
		bound = far;
		if (found == 0 || strcmp(ret[found - 1]->name, option->name) != 0)
			ret[found++] = option;
	}
	return found;
}
