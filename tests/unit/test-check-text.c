/* SPDX-License-Identifier: MIT */
#include <check-text.h>

#include "test.h"

static const struct check_program holes[] = {
	{ .source = "TCP_KEEPIDLE", .dimension = CHECK_TIME },
	{ .source = "SO_RCVBUF", .dimension = CHECK_BYTES },
	{ .source = "group", .dimension = CHECK_PLAIN },
};

static const struct check check = { .id = "P1", .holes = holes, .n_holes = COUNT(holes) };

static const struct check_finding finding = {
	.check = &check,
	.numbers = { { true, 7200000000 }, { true, 425984 }, { .known = false } },
};

static const char *filled(const char *text, const struct check_finding *with, enum check_text_form form)
{
	static char buffer[256];
	size_t needed = check_text_fill(&check, text, with, form, "12:3", buffer, sizeof(buffer));

	assert_int_equal(needed, strlen(buffer));
	return buffer;
}

static void holes_become_numbers_with_their_units(void **state)
{
	assert_string_equal(filled("after {0} of {1}", &finding, CHECK_TEXT_PROSE), "after 7200s of 416 KiB");
	assert_string_equal(filled("{0}{1}", &finding, CHECK_TEXT_COMMAND), "7200s425984");
	assert_string_equal(filled("{2} sockets", &finding, CHECK_TEXT_PROSE), "? sockets");
	assert_string_equal(filled("set {socket} X={0}", &finding, CHECK_TEXT_COMMAND), "set 12:3 X=7200s");
}

static void without_a_finding_they_become_what_is_asked(void **state)
{
	assert_string_equal(filled("after {0} of {1}", NULL, CHECK_TEXT_PROSE), "after {TCP_KEEPIDLE} of {SO_RCVBUF}");
}

static void other_braces_stay(void **state)
{
	assert_string_equal(filled("{ {3} {x} {0 {socke} {", &finding, CHECK_TEXT_PROSE), "{ {3} {x} {0 {socke} {");
	assert_string_equal(filled("", &finding, CHECK_TEXT_PROSE), "");
}

static void a_text_that_does_not_fit_is_cut(void **state)
{
	char small[8] = "xxxxxxx";

	assert_int_equal(check_text_fill(&check, "after {0}", &finding, CHECK_TEXT_PROSE, NULL, small, sizeof(small)), 11);
	assert_string_equal(small, "after 7");
	assert_int_equal(check_text_fill(&check, "{socket}", NULL, CHECK_TEXT_PROSE, NULL, small, 0), 6);
	assert_string_equal(small, "after 7");
}

/* A hole that is written and not there would stay as braces. */
static void every_text_of_every_check_is_filled(void **state)
{
	char text[4096];

	for (size_t i = 0; i < check_count; i++) {
		const struct check *one = &check_table[i];
		const struct check_finding nothing = { .check = one };
		const char *texts[] = { one->why.en, one->why.es, one->advice.en, one->advice.es, one->cure[CHECK_LIVE] };

		for (size_t k = 0; k < COUNT(texts); k++) {
			if (!texts[k])
				continue;
			assert_true(check_text_fill(one, texts[k], &nothing, CHECK_TEXT_PROSE, "1:2", text, sizeof(text)) < 1024);
			assert_null(strpbrk(text, "{}"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes_become_numbers_with_their_units),
		cmocka_unit_test(without_a_finding_they_become_what_is_asked),
		cmocka_unit_test(other_braces_stay),
		cmocka_unit_test(a_text_that_does_not_fit_is_cut),
		cmocka_unit_test(every_text_of_every_check_is_filled),
	};

	return RUN_TESTS(tests);
}
