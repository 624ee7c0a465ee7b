/* SPDX-License-Identifier: MIT */
#include "test.h"

static void text_is_in_the_language_that_was_asked_for(void **state)
{
	struct sockopt_text text = { "yes", "sí" };

	assert_string_equal(sockopt_text(text, "es"), "sí");
	assert_string_equal(sockopt_text(text, "es_AR.UTF-8"), "sí");
	assert_string_equal(sockopt_text(text, "en"), "yes");
}

static void text_is_english_for_any_other_language(void **state)
{
	static const char *const others[] = { "de", "e", "", "C", "POSIX", "ES" };
	struct sockopt_text text = { "yes", "sí" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_string_equal(sockopt_text(text, others[i]), "yes");
	assert_string_equal(sockopt_text(text, NULL), "yes");
}

static void text_is_null_only_if_there_is_none(void **state)
{
	assert_null(sockopt_text((struct sockopt_text){ NULL, NULL }, "en"));
	assert_null(sockopt_text((struct sockopt_text){ NULL, NULL }, "es"));
	assert_string_equal(sockopt_text((struct sockopt_text){ "yes", NULL }, "es"), "yes");
}

static void check_both(const char *name, struct sockopt_text text)
{
	if (!text.en != !text.es)
		fail_msg("%s: a text in one language only: %s", name, text.en ? text.en : text.es);
	if (text.en && (!*text.en || !*text.es))
		fail_msg("%s: an empty text", name);
}

static void every_text_of_the_catalogue_is_in_both_languages(void **state)
{
	for (size_t i = 0; sockopt_at(i); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		assert_non_null(option->summary.en);
		assert_non_null(option->description.en);
		check_both(option->name, option->summary);
		check_both(option->name, option->description);
		check_both(option->name, option->late);
		check_both(option->name, option->privilege.when);
		check_both(option->name, option->danger.why);
		check_both(option->name, option->transform.note);
		check_both(option->name, option->read_effect.why);
		check_both(option->name, option->unverified);
		check_both(option->name, option->unprobed);
		for (size_t k = 0; k < option->n_changes; k++)
			check_both(option->name, option->changes[k].what);
		for (size_t k = 0; k < option->n_elsewhere; k++)
			check_both(option->name, option->elsewhere[k].note);
		for (size_t k = 0; k < option->n_refused; k++)
			check_both(option->name, option->refused[k].unless);
	}
	for (size_t i = 0; sockopt_level_at(i); i++)
		check_both(sockopt_level_at(i)->name, sockopt_level_at(i)->summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_in_the_language_that_was_asked_for),
		cmocka_unit_test(text_is_english_for_any_other_language),
		cmocka_unit_test(text_is_null_only_if_there_is_none),
		cmocka_unit_test(every_text_of_the_catalogue_is_in_both_languages),
	};

	return RUN_TESTS(tests);
}
