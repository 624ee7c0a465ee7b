/* SPDX-License-Identifier: MIT */
#include <fnmatch.h>
#include <policy-pattern.h>

#include "test.h"

static struct policy_pattern pattern;

static bool fits(const char *text)
{
	struct policy_pattern_run run;

	pattern_begin(&run);
	for (const char *at = text; *at; at++)
		pattern_step(&pattern, &run, (unsigned char)*at);
	return pattern_fits(&pattern, &run);
}

static void it_fits_what_fnmatch_fits(void **state)
{
	// clang-format off
	static const char *const patterns[] = {
		"", "*", "?", "a", "a*", "*a", "*a*", "a?c", "**", "*?", "?*?", "a*b*c", "[abc]", "[a-c]x", "[!a]", "[]]", "[]a]*",
		"[^a-c]", "[[:digit:]]*", "[a", "[", "a[", "\\*", "\\?x", "\\", "*/x.service", "/s.slice/*", "/*/*.scope", "*ab*ab",
	};
	static const char *const texts[] = {
		"", "a", "b", "c", "ab", "abc", "axc", "ax", "]", "]a", "[", "[a", "*", "?x", "\\", "7", "7up", "cx", "abab", "ababa",
		"abcabc", "/s.slice/x.service", "/s.slice/", "/s.slice", "/a/b.scope", "/a.scope", "/a/b/c.scope", "nginx", "aXbYc",
	};
	// clang-format on

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		assert_int_equal(policy_pattern_make(patterns[i], true, &pattern), 0);
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			if (fits(texts[k]) != (fnmatch(patterns[i], texts[k], 0) == 0))
				fail_msg("'%s' on '%s': %d", patterns[i], texts[k], fits(texts[k]));
	}
}

static void a_text_is_no_pattern(void **state)
{
	assert_int_equal(policy_pattern_make("a*[b]", false, &pattern), 0);
	assert_true(fits("a*[b]"));
	assert_false(fits("axb"));
	assert_false(fits("a*[b]x"));
	assert_false(fits("a*[b"));
}

static void it_may_have_as_many_places_as_there_are_states(void **state)
{
	char text[POLICY_PATTERN_STATES + 1];

	memset(text, 'x', sizeof(text));
	text[POLICY_PATTERN_STATES - 1] = '\0';
	assert_int_equal(policy_pattern_make(text, false, &pattern), 0);
	assert_true(fits(text));
	text[70] = 'y';
	assert_false(fits(text));
	text[POLICY_PATTERN_STATES - 1] = 'x';
	text[POLICY_PATTERN_STATES] = '\0';
	assert_int_equal(policy_pattern_make(text, false, &pattern), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_fits_what_fnmatch_fits),
		cmocka_unit_test(a_text_is_no_pattern),
		cmocka_unit_test(it_may_have_as_many_places_as_there_are_states),
	};

	return cmocka_run_group_tests_name("policy-pattern", tests, NULL, NULL);
}
