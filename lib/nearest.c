/* SPDX-License-Identifier: MIT */
/* The entries nearest to a mistyped name. */

#include <string.h>

#include "catalog.h"
#include "name.h"

#define WORD_MAX 48

struct word {
	size_t length;
	uint32_t letters;
	uint64_t places[256]; /* of each letter, small: at which of the word's places it stands, a bit each */
};

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/** Which letters there are: a bit each, capitals and small ones alike (some share theirs with a digit). */
static uint32_t letters_of(const char *text)
{
	uint32_t letters = 0;

	for (; *text; text++)
		letters |= 1U << (*text & 31);
	return letters;
}

/** @param length at most WORD_MAX */
static void read_word(const char *text, size_t length, struct word *ret)
{
	*ret = (struct word){ .length = length, .letters = letters_of(text) };
	for (size_t i = 0; i < length; i++)
		ret->places[lower(text[i])] |= UINT64_C(1) << i;
}

/** Of two sets of letters: how many does the first have that the second lacks? Of twos, of fours, of eights. */
static unsigned int count_more(uint32_t letters, uint32_t others)
{
	uint32_t more = letters & ~others;

	more -= more >> 1 & 0x55555555;
	more = (more & 0x33333333) + (more >> 2 & 0x33333333);
	return ((more + (more >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

/**
 * Levenshtein's distance: letters to insert, drop or replace. A column of his table at a time: neighbours in it differ
 * by one at most, so that a bit each says where it goes up and where down (Myers 1999, as Hyyro writes it).
 */
static unsigned int count_edits(const struct word *word, const char *name)
{
	uint64_t up = ~UINT64_C(0), down = 0, last = UINT64_C(1) << (word->length - 1);
	unsigned int edits = (unsigned int)word->length;

	for (; *name; name++) {
		uint64_t same = word->places[lower(*name)] | down;
		uint64_t kept = (((same & up) + up) ^ up) | same; /* equal to the field before in the diagonal */
		uint64_t right_up = down | ~(kept | up), right_down = up & kept;

		edits += (right_up & last) != 0;
		edits -= (right_down & last) != 0;
		right_up = right_up << 1 | 1;
		up = right_down << 1 | ~(kept | right_up);
		down = right_up & kept;
	}
	return edits;
}

/**
 * The distance, if it is at most the bound; else any greater number. Most names are too long, too short, or have too
 * many letters that the word lacks: an edit adds one letter at most, and takes one at most.
 */
static unsigned int distance(const struct word *word, const char *name, unsigned int bound)
{
	size_t length = strlen(name);
	uint32_t letters;

	if (length > word->length + bound || word->length > length + bound)
		return bound + 1;
	letters = letters_of(name);
	if (count_more(letters, word->letters) > bound || count_more(word->letters, letters) > bound)
		return bound + 1;
	return count_edits(word, name);
}

static unsigned int distance_of(const struct sockopt_option *option, const struct word *word, unsigned int bound)
{
	const char *short_name = strchr(option->name, '_');
	unsigned int full = distance(word, option->name, bound);
	unsigned int bare = short_name ? distance(word, short_name + 1, bound) : bound + 1;

	return full < bare ? full : bare;
}

/** Those that another system has under this very name: TCP_KEEPALIVE of macOS is TCP_KEEPIDLE. */
static size_t elsewhere(const char *name, const struct sockopt_option **ret, size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < catalog_tables.n_options && found < max; i++) {
		const struct sockopt_option *option = &catalog_tables.options[i];

		for (size_t k = 0; k < option->n_elsewhere; k++)
			if (option->elsewhere[k].name && name_equal(option->elsewhere[k].name, name, strlen(name))) {
				ret[found++] = option;
				break;
			}
	}
	return found;
}

size_t sockopt_nearest(const char *name, const struct sockopt_option **ret, size_t max)
{
	size_t length = strlen(name), found = name_matches(name, ret, max);
	/* A short word is near to everything: it may miss one letter if it has two, a long one a quarter of them. */
	unsigned int bound = length < 2 ? 0 : length < 4 ? 1 :
							   (unsigned int)(length / 4 + 1);
	struct word word;

	if (found || max == 0 || length == 0 || length > WORD_MAX)
		return found;
	found = elsewhere(name, ret, max);
	if (found)
		return found;
	read_word(name, length, &word);
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
