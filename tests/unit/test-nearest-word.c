/* SPDX-License-Identifier: MIT */
#include <nearest-word.h>

#include "test.h"

static const char *const commands[] = { "set", "show", "undo", "explain", "measure", "netns", NULL };

static void the_word_that_was_meant(void **state)
{
	static const struct {
		const char *word, *meant;
	} cases[] = {
		{ "shwo", "show" },      /* swapped */
		{ "udno", "undo" },      /* swapped */
		{ "sets", "set" },       /* too many */
		{ "explan", "explain" }, /* missing */
		{ "exqlain", "explain" },
		{ "SHOW", "show" },      /* another case */
		{ "exp", "explain" },    /* cut short */
		{ "maesrue", NULL },     /* two swaps of seven letters */
		{ "measuremnet", NULL }, /* four letters more than any */
		{ "ex", NULL },          /* too short to tell */
		{ "st", NULL },
		{ "", NULL },
		{ "nginx", NULL },
		{ "a-word-that-is-longer-than-any-that-could-be-meant", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *meant = nearest_word(cases[i].word, commands);

		if (!meant != !cases[i].meant || (meant && strcmp(meant, cases[i].meant) != 0))
			fail_msg("'%s': %s, not %s", cases[i].word, meant ? meant : "nothing",
				 cases[i].meant ? cases[i].meant : "nothing");
	}
}

static void the_nearest_of_several_wins_and_of_equals_the_first(void **state)
{
	static const char *const words[] = { "listener", "listening", "listenint", NULL };

	assert_string_equal(nearest_word("listenine", words), "listening");
	assert_string_equal(nearest_word("listen", words), "listener");
	assert_string_equal(nearest_word("listenint", words), "listenint");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_word_that_was_meant),
		cmocka_unit_test(the_nearest_of_several_wins_and_of_equals_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
