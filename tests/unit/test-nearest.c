/* SPDX-License-Identifier: MIT */
#include <ctype.h>

#include "test.h"

static bool contains(const struct sockopt_option *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i]->name, name) == 0)
			return true;
	return false;
}

static void nearest_finds_a_mistyped_name_first(void **state)
{
	static const struct {
		const char *word, *name;
	} cases[] = {
		{ "TCP_NODELYA", "TCP_NODELAY" },  /* two letters swapped */
		{ "TCP_NODELA", "TCP_NODELAY" },   /* one missing */
		{ "TCP_NODELAYY", "TCP_NODELAY" }, /* one too many */
		{ "tcp_user_timout", "TCP_USER_TIMEOUT" },
		{ "user_timeut", "TCP_USER_TIMEOUT" }, /* without its prefix */
		{ "SO_RCVBUFF", "SO_RCVBUF" },
		{ "TCP_KEEPALIVE", "TCP_KEEPIDLE" }, /* on macOS; not SO_KEEPALIVE */
		{ "so_user_cookie", "SO_MARK" },     /* on FreeBSD */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct sockopt_option *found[4] = { NULL };
		size_t n = sockopt_nearest(cases[i].word, found, 4);

		if (n == 0 || strcmp(found[0]->name, cases[i].name) != 0)
			fail_msg("%s: %s first, not %s", cases[i].word, n ? found[0]->name : "nothing", cases[i].name);
	}
}

static void nearest_gives_all_that_fit_without_their_prefix(void **state)
{
	const struct sockopt_option *found[4];
	size_t n = sockopt_nearest("multicast_if", found, 4);

	assert_int_equal(n, 2);
	assert_true(contains(found, n, "IP_MULTICAST_IF"));
	assert_true(contains(found, n, "IPV6_MULTICAST_IF"));
}

static void nearest_stores_no_more_than_there_is_room_for(void **state)
{
	const struct sockopt_option *found[3] = { NULL };

	assert_int_equal(sockopt_nearest("multicast_if", found, 1), 1);
	assert_null(found[1]);
	assert_int_equal(sockopt_nearest("multicast_if", found, 0), 0);
	assert_int_equal(sockopt_nearest("TCP_NODELAZ", NULL, 0), 0);
}

static void nearest_gives_nothing_for_what_is_near_to_nothing(void **state)
{
	static const char *const far[] = {
		"",
		"x",
		"xyzzy",
		"the_quick_brown_fox",
		"0",
		"a_word_that_is_longer_than_any_name_of_an_option_that_there_will_be",
	};
	const struct sockopt_option *found[4] = { NULL };

	for (size_t i = 0; i < COUNT(far); i++)
		assert_int_equal(sockopt_nearest(far[i], found, 4), 0);
	assert_null(found[0]);
}

static void nearest_names_each_option_once(void **state)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *found[8];
		char word[96];
		size_t n;

		snprintf(word, sizeof(word), "%sX", sockopt_at(i)->name);
		n = sockopt_nearest(word, found, 8);
		assert_true(n > 0);
		for (size_t a = 0; a < n; a++)
			for (size_t b = a + 1; b < n; b++)
				if (strcmp(found[a]->name, found[b]->name) == 0)
					fail_msg("%s: %s is there twice", word, found[a]->name);
	}
}

/** Levenshtein's distance as it is defined, without a short cut. */
static unsigned int plain_distance(const char *a, const char *b)
{
	static unsigned int table[128][128];
	size_t la = strlen(a), lb = strlen(b);

	for (size_t i = 0; i <= la; i++)
		for (size_t j = 0; j <= lb; j++) {
			unsigned int least;

			if (i == 0 || j == 0) {
				table[i][j] = (unsigned int)(i + j);
				continue;
			}
			least = table[i - 1][j - 1] + (tolower(a[i - 1]) != tolower(b[j - 1]));
			least = table[i - 1][j] + 1 < least ? table[i - 1][j] + 1 : least;
			table[i][j] = table[i][j - 1] + 1 < least ? table[i][j - 1] + 1 : least;
		}
	return table[la][lb];
}

/** How far the nearest entry is from a word, with its prefix or without. */
static unsigned int least_distance(const char *word)
{
	unsigned int least = 99;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const char *name = sockopt_at(i)->name, *bare = strchr(name, '_');
		unsigned int full = plain_distance(name, word);
		unsigned int rest = bare ? plain_distance(bare + 1, word) : 99;

		least = full < least ? full : least;
		least = rest < least ? rest : least;
	}
	return least;
}

static void misspell(char *word, unsigned int *seed)
{
	static const char letters[] = "aeZ_19-r";
	size_t length = strlen(word), at;

	*seed = *seed * 1103515245 + 12345;
	at = (*seed >> 16) % length;
	switch (*seed >> 8 & 3) {
	case 0: memmove(word + at, word + at + 1, length - at); break;
	case 1: memmove(word + at + 1, word + at, length - at + 1); break;
	default: word[at] = letters[*seed >> 24 & 7]; break;
	}
}

static void nearest_is_what_a_search_without_short_cuts_finds(void **state)
{
	unsigned int seed = 1;

	for (size_t i = 0; i < sockopt_count(); i += 7) {
		const struct sockopt_option *found[1];
		char word[128];
		unsigned int least, bound;

		snprintf(word, sizeof(word), "%s", sockopt_at(i)->name);
		for (unsigned int edits = 0; edits < 1 + i % 5 && word[0] && word[1]; edits++)
			misspell(word, &seed);
		least = least_distance(word);
		bound = strlen(word) < 2 ? 0 : strlen(word) < 4 ? 1 :
								  (unsigned int)strlen(word) / 4 + 1;
		if (sockopt_nearest(word, found, 1) == 0)
			assert_true(least > bound);
		else if (plain_distance(found[0]->name, word) != least &&
			 plain_distance(strchr(found[0]->name, '_') + 1, word) != least && !sockopt_find(word))
			fail_msg("%s: %s is not the nearest", word, found[0]->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_finds_a_mistyped_name_first),
		cmocka_unit_test(nearest_gives_all_that_fit_without_their_prefix),
		cmocka_unit_test(nearest_stores_no_more_than_there_is_room_for),
		cmocka_unit_test(nearest_gives_nothing_for_what_is_near_to_nothing),
		cmocka_unit_test(nearest_names_each_option_once),
		cmocka_unit_test(nearest_is_what_a_search_without_short_cuts_finds),
	};

	return RUN_TESTS(tests);
}
