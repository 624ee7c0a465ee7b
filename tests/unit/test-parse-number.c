/* SPDX-License-Identifier: MIT */
#include <net/if.h>
#include <parse.h>

#include "test.h"

struct number_case {
	const char *text;
	int64_t number;
};

static const struct sockopt_symbol symbols_list[] = {
	{ "PRE_NONE", 0 },
	{ "PRE_ONE", 1 },
	{ "PRE_TWO_WORDS", 2 },
	{ "PRE_FOUR", 4 },
	{ "OTHER", 8 },
};
static const struct sockopt_symbols symbols = { "PRE_", symbols_list, COUNT(symbols_list) };

static struct sockopt_field field_of(enum sockopt_unit unit)
{
	return (struct sockopt_field){ .scalar = SOCKOPT_SIGNED, .unit = unit, .size = 8, .count = 1 };
}

static int parse_text(const struct sockopt_field *field, const char *text, int64_t *ret, struct trouble *trouble)
{
	/* A copy without a NUL behind it: the length alone counts. */
	char copy[64];
	size_t length = strlen(text);
	int r;

	memset(copy, '9', sizeof(copy));
	memcpy(copy, text, length);
	*trouble = (struct trouble){ SOCKOPT_NO_PROBLEM, NULL };
	r = parse_number(field, (struct word){ copy, length }, ret, trouble);
	if (trouble->at)
		trouble->at = text + (trouble->at - copy);
	return r;
}

static void check(enum sockopt_unit unit, const struct number_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sockopt_field field = field_of(unit);
		struct trouble trouble;
		int64_t number = -77;
		int r = parse_text(&field, cases[i].text, &number, &trouble);

		if (r != 0 || number != cases[i].number)
			fail_msg("unit %d: '%s' is %lld (%d)", (int)unit, cases[i].text, (long long)number, r);
	}
}

/** The text is refused, with this problem at this offset. */
static void check_refused(const struct sockopt_field *field, const char *text, int wanted,
			  enum sockopt_problem problem, size_t at)
{
	struct trouble trouble;
	int64_t number = -77;
	int r = parse_text(field, text, &number, &trouble);

	if (r != wanted || trouble.problem != problem || trouble.at != text + at)
		fail_msg("'%s': %d, problem %d at %td", text, r, (int)trouble.problem,
			 trouble.at ? trouble.at - text : -1);
	assert_true(number == -77);
}

static void a_bare_number_is_in_the_unit_of_the_option(void **state)
{
	static const struct number_case cases[] = {
		{ "0", 0 },
		{ "250", 250 },
		{ "-1", -1 },
		{ "+7", 7 },
		{ "0x1f", 31 },
		{ "0X1F", 31 },
		{ "-0x10", -16 },
		{ "007", 7 },
		{ "5.0", 5 },
		{ "0x7fffffffffffffff", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
	};

	for (int unit = SOCKOPT_UNIT_NONE; unit <= SOCKOPT_UNIT_PORT_RANGE; unit++)
		check((enum sockopt_unit)unit, cases, COUNT(cases));
}

static void a_time_takes_every_unit_of_time(void **state)
{
	static const struct number_case s[] = {
		{ "30s", 30 },
		{ "2000ms", 2 },
		{ "2min", 120 },
		{ "1h", 3600 },
		{ "2d", 172800 },
		{ "1.5min", 90 },
		{ "30 s", 30 },
		{ "30sec", 30 },
		{ "-3s", -3 },
		{ "0.5h", 1800 },
		{ "3S", 3 },
	};
	static const struct number_case ms[] = {
		{ "30s", 30000 },
		{ "1.5s", 1500 },
		{ "250ms", 250 },
		{ "1000us", 1 },
		{ "2000000ns", 2 },
		{ "1d", 86400000 },
	};
	static const struct number_case us[] = { { "1ms", 1000 }, { "0.5ms", 500 }, { "1000ns", 1 }, { "1s", 1000000 } };
	static const struct number_case ns[] = { { "1ns", 1 }, { "1.25us", 1250 }, { "1s", 1000000000 } };

	check(SOCKOPT_UNIT_S, s, COUNT(s));
	check(SOCKOPT_UNIT_MS, ms, COUNT(ms));
	check(SOCKOPT_UNIT_US, us, COUNT(us));
	check(SOCKOPT_UNIT_NS, ns, COUNT(ns));
}

static void a_size_takes_powers_of_1024_and_of_1000(void **state)
{
	static const struct number_case cases[] = {
		{ "4MiB", 4194304 },
		{ "4M", 4194304 },
		{ "4MB", 4000000 },
		{ "64KiB", 65536 },
		{ "64K", 65536 },
		{ "64kB", 64000 },
		{ "1GiB", 1073741824 },
		{ "1G", 1073741824 },
		{ "1GB", 1000000000 },
		{ "7B", 7 },
		{ "1.5KiB", 1536 },
		{ "64kib", 65536 },
		{ "128 KiB", 131072 },
	};

	check(SOCKOPT_UNIT_BYTES, cases, COUNT(cases));
}

static void a_port_range_is_two_ports_or_a_number(void **state)
{
	static const struct number_case cases[] = {
		{ "40000-50000", 40000 | 50000LL << 16 },
		{ "none", 0 },
		{ "None", 0 },
		{ "0-0", 0 },
		{ "0-50000", 50000LL << 16 },
		{ "1-65535", 1 | 65535LL << 16 },
		{ "3276840000", 40000 | 50000LL << 16 },
		{ "0x9c40", 40000 },
	};

	check(SOCKOPT_UNIT_PORT_RANGE, cases, COUNT(cases));
}

static void parse_refuses_what_is_no_port_range(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = { { "40000-", 5 }, { "40000-65536", 5 }, { "65536-1", 5 }, { "1-2-3", 1 }, { "99999999999-1", 11 }, { "-", 1 }, { "5s", 1 } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_field field = field_of(SOCKOPT_UNIT_PORT_RANGE);

		check_refused(&field, cases[i].text, -EINVAL, SOCKOPT_BAD_VALUE, cases[i].at);
	}
}

static void a_rate_takes_bits_and_bytes(void **state)
{
	static const struct number_case cases[] = {
		{ "8bit/s", 1 },
		{ "100Mbit/s", 12500000 },
		{ "1Gbit/s", 125000000 },
		{ "8kbit/s", 1000 },
		{ "5kB/s", 5000 },
		{ "5MB/s", 5000000 },
		{ "1GB/s", 1000000000 },
		{ "5B/s", 5 },
		{ "2KiB/s", 2048 },
		{ "2MiB/s", 2097152 },
		{ "1GiB/s", 1073741824 },
		{ "2.5Gbit/s", 312500000 },
		{ "unlimited", INT64_MAX },
		{ "UNLIMITED", INT64_MAX },
	};

	check(SOCKOPT_UNIT_BYTES_PER_SECOND, cases, COUNT(cases));
}

static void parse_refuses_a_unit_that_does_not_fit(void **state)
{
	static const struct {
		enum sockopt_unit unit;
		const char *text;
		size_t at;
	} cases[] = {
		{ SOCKOPT_UNIT_MS, "5MiB", 1 },
		{ SOCKOPT_UNIT_S, "5B", 1 },
		{ SOCKOPT_UNIT_BYTES, "5s", 1 },
		{ SOCKOPT_UNIT_BYTES, "5bit/s", 1 },
		{ SOCKOPT_UNIT_HOPS, "64s", 2 },
		{ SOCKOPT_UNIT_NONE, "1x", 1 },
		{ SOCKOPT_UNIT_SEGMENTS, "1B", 1 },
		{ SOCKOPT_UNIT_PERCENT, "50%", 2 },
		{ SOCKOPT_UNIT_MS, "5 m", 2 },
		{ SOCKOPT_UNIT_MS, "5ms ", 1 },
		{ SOCKOPT_UNIT_MS, "5s5", 1 },
		{ SOCKOPT_UNIT_NONE, "0xg", 1 },
		{ SOCKOPT_UNIT_BYTES_PER_SECOND, "5KiB", 1 },
		{ SOCKOPT_UNIT_PORT, "80/tcp", 2 },
		{ SOCKOPT_UNIT_PORT, "1-2", 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_field field = field_of(cases[i].unit);

		if (strcmp(cases[i].text, "0xg") == 0)
			check_refused(&field, cases[i].text, -EINVAL, SOCKOPT_BAD_VALUE, 2);
		else
			check_refused(&field, cases[i].text, -EINVAL, SOCKOPT_WRONG_UNIT, cases[i].at);
	}
}

static void parse_refuses_what_does_not_come_out_whole(void **state)
{
	struct sockopt_field s = field_of(SOCKOPT_UNIT_S), none = field_of(SOCKOPT_UNIT_NONE),
			     rate = field_of(SOCKOPT_UNIT_BYTES_PER_SECOND), size = field_of(SOCKOPT_UNIT_BYTES);

	check_refused(&s, "1.5s", -EINVAL, SOCKOPT_WRONG_UNIT, 3);
	check_refused(&s, "1500ms", -EINVAL, SOCKOPT_WRONG_UNIT, 4);
	check_refused(&none, "1.5", -EINVAL, SOCKOPT_WRONG_UNIT, 3);
	check_refused(&rate, "1bit/s", -EINVAL, SOCKOPT_WRONG_UNIT, 1);
	check_refused(&size, "0.1KiB", -EINVAL, SOCKOPT_WRONG_UNIT, 3);
}

static void parse_refuses_what_is_no_number(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{ "", 0 },
		{ "-", 1 },
		{ "+", 1 },
		{ "abc", 0 },
		{ ".5", 0 },
		{ " 5", 0 },
		{ "--5", 1 },
		{ "s", 0 },
	};
	struct sockopt_field field = field_of(SOCKOPT_UNIT_S);

	for (size_t i = 0; i < COUNT(cases); i++)
		check_refused(&field, cases[i].text, -EINVAL, SOCKOPT_BAD_VALUE, cases[i].at);
}

static void parse_refuses_a_number_that_no_integer_holds(void **state)
{
	static const char *const texts[] = {
		"18446744073709551616",
		"99999999999999999999999",
		"0x10000000000000000",
		"-9223372036854775809",
		"18446744073709551615d",
		"-18446744073709551615",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sockopt_field field = field_of(SOCKOPT_UNIT_S);
		struct trouble trouble;
		int64_t number = -77;

		assert_int_equal(parse_text(&field, texts[i], &number, &trouble), -ERANGE);
		assert_int_equal(trouble.problem, SOCKOPT_OUT_OF_RANGE);
	}
}

/** Digits behind the point count as what they are, however many. */
static void a_long_fraction_is_read_exactly(void **state)
{
	static const struct number_case cases[] = {
		{ "1.0", 1 },
		{ "1.000000000000000000", 1 },
		{ "1.0000000000000000000", 1 },
		{ "1.00000000000000000000000000", 1 },
	};

	check(SOCKOPT_UNIT_S, cases, COUNT(cases));
}

static void a_boolean_is_a_word_or_a_number(void **state)
{
	static const struct number_case cases[] = {
		{ "on", 1 },
		{ "off", 0 },
		{ "yes", 1 },
		{ "no", 0 },
		{ "true", 1 },
		{ "false", 0 },
		{ "ON", 1 },
		{ "Off", 0 },
		{ "1", 1 },
		{ "0", 0 },
		{ "7", 7 },
	};
	struct sockopt_field field = { .scalar = SOCKOPT_SIGNED, .look = SOCKOPT_LOOK_BOOL, .size = 4, .count = 1 };
	struct sockopt_field number = field_of(SOCKOPT_UNIT_NONE);
	struct trouble trouble;
	int64_t value;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse_text(&field, cases[i].text, &value, &trouble), 0);
		assert_true(value == cases[i].number);
	}
	check_refused(&field, "maybe", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&field, "onn", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&number, "on", -EINVAL, SOCKOPT_BAD_VALUE, 0); /* only where it is a boolean */
}

static void an_enum_is_a_name_with_or_without_prefix_or_a_number(void **state)
{
	static const struct number_case cases[] = {
		{ "PRE_ONE", 1 },
		{ "one", 1 },
		{ "One", 1 },
		{ "two-words", 2 },
		{ "pre_two_words", 2 },
		{ "other", 8 },
		{ "3", 3 },
		{ "0x4", 4 },
	};
	struct sockopt_field field = {
		.scalar = SOCKOPT_SIGNED,
		.look = SOCKOPT_LOOK_ENUM,
		.size = 4,
		.count = 1,
		.symbols = &symbols,
	};
	struct trouble trouble;
	int64_t value;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse_text(&field, cases[i].text, &value, &trouble), 0);
		assert_true(value == cases[i].number);
	}
	check_refused(&field, "five", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&field, "on", -EINVAL, SOCKOPT_BAD_VALUE, 0);
}

static void flags_are_names_and_numbers_joined_by_a_bar(void **state)
{
	static const struct number_case cases[] = {
		{ "one", 1 },
		{ "one|four", 5 },
		{ "PRE_ONE|two_words|0x10", 19 },
		{ "0", 0 },
		{ "none", 0 },
		{ "other|other", 8 },
		{ "0xffffffff", UINT32_MAX },
	};
	struct sockopt_field field = {
		.scalar = SOCKOPT_UNSIGNED,
		.look = SOCKOPT_LOOK_FLAGS,
		.size = 4,
		.count = 1,
		.symbols = &symbols,
	};
	struct trouble trouble;
	int64_t value;

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse_text(&field, cases[i].text, &value, &trouble), 0);
		assert_true(value == cases[i].number);
	}
	check_refused(&field, "one|five", -EINVAL, SOCKOPT_BAD_VALUE, 4);
	check_refused(&field, "one|", -EINVAL, SOCKOPT_BAD_VALUE, 4);
	check_refused(&field, "|one", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&field, "one|2x", -EINVAL, SOCKOPT_BAD_VALUE, 5);
}

static void flags_are_no_negative_and_no_broken_numbers(void **state)
{
	static const char *const texts[] = { "-1", "1.5", "one|-2", "one|0.5" };
	struct sockopt_field field = {
		.scalar = SOCKOPT_UNSIGNED,
		.look = SOCKOPT_LOOK_FLAGS,
		.size = 4,
		.count = 1,
		.symbols = &symbols,
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct trouble trouble;
		int64_t value = 0;

		if (parse_text(&field, texts[i], &value, &trouble) == 0)
			fail_msg("'%s' is taken for %lld", texts[i], (long long)value);
	}
}

static void an_interface_is_a_name_or_an_index(void **state)
{
	struct sockopt_field native = field_of(SOCKOPT_UNIT_IFINDEX), big = field_of(SOCKOPT_UNIT_IFINDEX_BE),
			     other = field_of(SOCKOPT_UNIT_PORT);
	struct trouble trouble;
	int64_t value;

	assert_int_equal(parse_text(&native, "lo", &value, &trouble), 0);
	assert_true(value == if_nametoindex("lo"));
	assert_int_equal(parse_text(&big, "lo", &value, &trouble), 0);
	assert_true(value == if_nametoindex("lo"));
	assert_int_equal(parse_text(&native, "12345", &value, &trouble), 0);
	assert_true(value == 12345);
	check_refused(&native, "nosuchinterface0", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&native, "a_name_that_no_interface_can_have", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&other, "lo", -EINVAL, SOCKOPT_BAD_VALUE, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_number_is_in_the_unit_of_the_option),
		cmocka_unit_test(a_time_takes_every_unit_of_time),
		cmocka_unit_test(a_size_takes_powers_of_1024_and_of_1000),
		cmocka_unit_test(a_port_range_is_two_ports_or_a_number),
		cmocka_unit_test(parse_refuses_what_is_no_port_range),
		cmocka_unit_test(a_rate_takes_bits_and_bytes),
		cmocka_unit_test(parse_refuses_a_unit_that_does_not_fit),
		cmocka_unit_test(parse_refuses_what_does_not_come_out_whole),
		cmocka_unit_test(parse_refuses_what_is_no_number),
		cmocka_unit_test(parse_refuses_a_number_that_no_integer_holds),
		cmocka_unit_test(a_long_fraction_is_read_exactly),
		cmocka_unit_test(a_boolean_is_a_word_or_a_number),
		cmocka_unit_test(an_enum_is_a_name_with_or_without_prefix_or_a_number),
		cmocka_unit_test(flags_are_names_and_numbers_joined_by_a_bar),
		cmocka_unit_test(flags_are_no_negative_and_no_broken_numbers),
		cmocka_unit_test(an_interface_is_a_name_or_an_index),
	};

	return RUN_TESTS(tests);
}
