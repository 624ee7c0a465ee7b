/* SPDX-License-Identifier: MIT */
#include <text.h>

#include "test.h"

static const char *escaped(const char *text)
{
	static char safe[512];
	size_t needed = text_escape(text, safe, sizeof(safe));

	assert_int_equal(needed, strlen(safe));
	return safe;
}

static void a_harmless_text_stays_as_it_is(void **state)
{
	static const char *const texts[] = { "", "nginx: worker process", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x98", "a\\b\"c" };

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_string_equal(escaped(texts[i]), texts[i]);
}

static void what_a_terminal_should_not_see_is_escaped(void **state)
{
	static const struct {
		const char *text, *safe;
	} cases[] = {
		{ "\x1b[31m", "\\x1b[31m" },
		{ "a\nb\tc\r", "a\\x0ab\\x09c\\x0d" },
		{ "\x7f", "\\x7f" },
		{ "\xc2\x9b"
		  "31m",
		  "\\xc2\\x9b31m" }, /* a control character beyond ASCII */
		{ "\xe2\x80\xae"
		  "x",
		  "\\xe2\\x80\\xaex" }, /* turns the line's direction around */
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(escaped(cases[i].text), cases[i].safe);
}

static void what_is_no_utf8_is_escaped(void **state)
{
	static const struct {
		const char *text, *safe;
	} cases[] = {
		{ "\xff", "\\xff" },
		{ "\x80", "\\x80" },
		{ "\xc3", "\\xc3" },
		{ "\xc3(", "\\xc3(" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xf0\x9f\x90", "\\xf0\\x9f\\x90" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(escaped(cases[i].text), cases[i].safe);
}

static void a_text_is_cut_between_characters(void **state)
{
	static const char text[] = "a\xc3\xa9\x1b\xe2\x82\xac z";
	char safe[32];
	size_t whole = text_escape(text, NULL, 0);

	for (size_t size = 1; size < sizeof(safe); size++) {
		memset(safe, '#', sizeof(safe));
		assert_int_equal(text_escape(text, safe, size), whole);
		assert_true(strlen(safe) < size);
		for (size_t i = size; i < sizeof(safe); i++)
			assert_int_equal(safe[i], '#');
		if (whole < size)
			continue;
		/* what is there is whole: escaped again it stays */
		assert_int_equal(text_escape(safe, NULL, 0), strlen(safe));
	}
}

static void any_bytes_become_a_text_of_whole_characters(void **state)
{
	uint64_t seed = 99;

	for (int round = 0; round < 20000; round++) {
		char text[24], safe[128];
		size_t length = random_next(&seed) % sizeof(text), needed;

		for (size_t i = 0; i < length; i++)
			text[i] = (char)(random_next(&seed) % 255 + 1);
		text[length] = '\0';
		needed = text_escape(text, safe, sizeof(safe));
		assert_int_equal(needed, strlen(safe));
		for (const unsigned char *at = (const unsigned char *)safe; *at; at++)
			assert_true(*at >= ' ' && *at != 0x7f);
		assert_int_equal(text_escape(safe, text, 0), needed); /* nothing is left to escape */
	}
}

static void the_width_counts_characters(void **state)
{
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("opci\xc3\xb3n"), 6);
}

static char *filled(const char *text, size_t indent, size_t width)
{
	static char out[2048];
	FILE *file = fmemopen(out, sizeof(out), "w");

	assert_non_null(file);
	text_fill(file, text, indent, width);
	fclose(file);
	return out;
}

static void a_paragraph_is_filled_to_the_width(void **state)
{
	assert_string_equal(filled("one two three four", 2, 10), "  one two\n  three\n  four\n");
	assert_string_equal(filled("one two\n\nthree", 0, 80), "one two\n\nthree\n");
	assert_string_equal(filled("one\ntwo", 0, 80), "one two\n");
	assert_string_equal(filled("averylongwordthatfitsnowhere x", 0, 5), "averylongwordthatfitsnowhere\nx\n");
	assert_string_equal(filled("\xc3\xb1\xc3\xb1\xc3\xb1 \xc3\xb1", 0, 5), "\xc3\xb1\xc3\xb1\xc3\xb1 \xc3\xb1\n");
}

static void the_language_is_english_or_spanish(void **state)
{
	assert_true(text_set_language("es"));
	assert_string_equal(text_language(), "es");
	assert_false(text_set_language("fr"));
	assert_false(text_set_language(""));
	assert_string_equal(text_language(), "es");
	assert_true(text_set_language("en"));
	assert_string_equal(text_language(), "en");
}

static void the_screen_is_as_wide_as_columns_says_within_reason(void **state)
{
	setenv("COLUMNS", "100", 1);
	assert_int_equal(text_screen_width(), 100);
	setenv("COLUMNS", "5", 1);
	assert_int_equal(text_screen_width(), 40);
	setenv("COLUMNS", "500", 1);
	assert_int_equal(text_screen_width(), 110);
	setenv("COLUMNS", "-3", 1);
	assert_true(text_screen_width() >= 40 && text_screen_width() <= 110);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_harmless_text_stays_as_it_is),
		cmocka_unit_test(what_a_terminal_should_not_see_is_escaped),
		cmocka_unit_test(what_is_no_utf8_is_escaped),
		cmocka_unit_test(a_text_is_cut_between_characters),
		cmocka_unit_test(any_bytes_become_a_text_of_whole_characters),
		cmocka_unit_test(the_width_counts_characters),
		cmocka_unit_test(a_paragraph_is_filled_to_the_width),
		cmocka_unit_test(the_language_is_english_or_spanish),
		cmocka_unit_test(the_screen_is_as_wide_as_columns_says_within_reason),
	};

	return RUN_TESTS(tests);
}
