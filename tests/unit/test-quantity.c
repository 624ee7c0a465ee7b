/* SPDX-License-Identifier: MIT */
#include <quantity.h>

#include "test.h"

static void times_are_told_in_seconds_unless_they_are_short(void **state)
{
	char text[64];

	assert_string_equal(quantity_ms(0, text, sizeof(text)), "0s");
	assert_string_equal(quantity_ms(80, text, sizeof(text)), "80ms");
	assert_string_equal(quantity_ms(1500, text, sizeof(text)), "1.5s");
	assert_string_equal(quantity_ms(7200000, text, sizeof(text)), "7200s");
}

static void exact_times_take_the_greatest_unit_that_fits(void **state)
{
	char text[64];

	assert_string_equal(quantity_us(0, text, sizeof(text)), "0s");
	assert_string_equal(quantity_us(50, text, sizeof(text)), "50us");
	assert_string_equal(quantity_us(1500000, text, sizeof(text)), "1500ms");
	assert_string_equal(quantity_us(7200000000, text, sizeof(text)), "7200s");
}

static void long_times_are_told_twice(void **state)
{
	char text[64];

	assert_string_equal(quantity_ms_long(119000, text, sizeof(text)), "119s");
	assert_string_equal(quantity_ms_long(120000, text, sizeof(text)), "120s (2min)");
	assert_string_equal(quantity_ms_long(924600, text, sizeof(text)), "924.6s (15min 25s)");
	assert_string_equal(quantity_ms_long(7200000, text, sizeof(text)), "7200s (2h)");
	assert_string_equal(quantity_ms_long(7875000, text, sizeof(text)), "7875s (2h 11min)");
	assert_string_equal(quantity_ms_long(7875000, text, 6), "7875s");
}

static void bytes_are_told_in_the_greatest_unit(void **state)
{
	char text[64];

	assert_string_equal(quantity_bytes(700, text, sizeof(text)), "700 bytes");
	assert_string_equal(quantity_bytes(65536, text, sizeof(text)), "64 KiB");
	assert_string_equal(quantity_bytes(10000000, text, sizeof(text)), "9.5 MiB");
	assert_string_equal(quantity_bytes(INT64_C(1) << 30, text, sizeof(text)), "1 GiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_told_in_seconds_unless_they_are_short),
		cmocka_unit_test(exact_times_take_the_greatest_unit_that_fits),
		cmocka_unit_test(long_times_are_told_twice),
		cmocka_unit_test(bytes_are_told_in_the_greatest_unit),
	};

	return RUN_TESTS(tests);
}
