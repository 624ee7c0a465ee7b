/* SPDX-License-Identifier: MIT */
#include "nearest-word.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define LENGTH_MAX 40
#define PREFIX_MIN 3

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/** Edits from one word to the other, in any case: a letter more, less, another, or two neighbours swapped. */
static unsigned int distance(const char *a, size_t la, const char *b, size_t lb)
{
	unsigned int rows[3][LENGTH_MAX + 1];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= lb; j++)
		above[j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int *oldest = before;

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = above[j - 1] + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);
			row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && strncasecmp(&a[i - 1], &b[j - 2], 1) == 0 &&
			    strncasecmp(&a[i - 2], &b[j - 1], 1) == 0)
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[lb];
}

const char *nearest_word(const char *word, const char *const *words)
{
	size_t length = strlen(word);
	unsigned int bound = (unsigned int)(length / 4);
	const char *nearest = NULL, *begun = NULL;

	if (length > LENGTH_MAX)
		return NULL;
	for (; *words; words++) {
		size_t other = strlen(*words);
		unsigned int far = other <= LENGTH_MAX ? distance(word, length, *words, other) : UINT_MAX;

		if (far <= bound && (!nearest || far < bound)) {
			bound = far;
			nearest = *words;
		}
		if (!begun && length >= PREFIX_MIN && strncasecmp(word, *words, length) == 0)
			begun = *words;
	}
	return nearest ? nearest : begun;
}
