/* SPDX-License-Identifier: MIT */
#include <output.h>

#include "test.h"

static void output_counts_what_was_needed_as_snprintf_does(void **state)
{
	char text[4];
	struct output out = { text, sizeof(text), 0 };

	output_text(&out, "abc");
	output_char(&out, 'd');
	output_text(&out, "efg");
	assert_int_equal(output_end(&out), 7);
	assert_string_equal(text, "abc");
}

static void output_writes_nothing_into_no_room(void **state)
{
	struct output none = { NULL, 0, 0 };
	char one[1] = { 'x' };
	struct output only_nul = { one, 1, 0 };

	output_text(&none, "abc");
	output_signed(&none, -12);
	assert_int_equal(output_end(&none), 6);
	output_text(&only_nul, "abc");
	assert_int_equal(output_end(&only_nul), 3);
	assert_int_equal(one[0], 0);
}

static void output_never_writes_past_the_end(void **state)
{
	char text[16];

	for (size_t size = 0; size < sizeof(text); size++) {
		struct output out = { text, size, 0 };

		memset(text, '#', sizeof(text));
		output_span(&out, "0123456", 7);
		output_hex(&out, 0xabcdef, 8);
		assert_int_equal(output_end(&out), 15);
		for (size_t i = size; i < sizeof(text); i++)
			assert_int_equal(text[i], '#');
		if (size)
			assert_int_equal(strlen(text), size - 1);
	}
}

static void output_writes_numbers_from_end_to_end_of_64_bits(void **state)
{
	char text[64];
	struct output out = { text, sizeof(text), 0 };

	output_signed(&out, INT64_MIN);
	output_char(&out, ' ');
	output_signed(&out, INT64_MAX);
	output_char(&out, ' ');
	output_unsigned(&out, UINT64_MAX);
	output_end(&out);
	assert_string_equal(text, "-9223372036854775808 9223372036854775807 18446744073709551615");
}

static void output_hex_has_the_least_digits_and_no_more_than_needed(void **state)
{
	static const struct {
		uint64_t number;
		unsigned int least;
		const char *text;
	} cases[] = {
		{ 0, 0, "0" },
		{ 0, 2, "00" },
		{ 0xf, 2, "0f" },
		{ 0x10, 1, "10" },
		{ 0xabc, 2, "abc" },
		{ UINT64_MAX, 1, "ffffffffffffffff" },
		{ 1, 16, "0000000000000001" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[32];
		struct output out = { text, sizeof(text), 0 };

		output_hex(&out, cases[i].number, cases[i].least);
		output_end(&out);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_counts_what_was_needed_as_snprintf_does),
		cmocka_unit_test(output_writes_nothing_into_no_room),
		cmocka_unit_test(output_never_writes_past_the_end),
		cmocka_unit_test(output_writes_numbers_from_end_to_end_of_64_bits),
		cmocka_unit_test(output_hex_has_the_least_digits_and_no_more_than_needed),
	};

	return RUN_TESTS(tests);
}
