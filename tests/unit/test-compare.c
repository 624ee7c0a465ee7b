/* SPDX-License-Identifier: MIT */
#include "test.h"

static struct sockopt_value text_value(const char *text)
{
	struct sockopt_value value = { .length = (socklen_t)strlen(text) + 1 };

	memcpy(value.bytes, text, value.length);
	return value;
}

static void compare_tells_what_the_kernel_made_of_a_number(void **state)
{
	static const struct {
		const char *option;
		int before, asked, after;
		enum sockopt_result result;
	} cases[] = {
		{ "TCP_USER_TIMEOUT", 0, 1500, 1500, SOCKOPT_RESULT_KEPT },
		{ "TCP_USER_TIMEOUT", 1500, 1500, 1500, SOCKOPT_RESULT_KEPT },
		{ "TCP_NODELAY", 0, 7, 1, SOCKOPT_RESULT_KEPT }, /* a boolean */
		{ "TCP_NODELAY", 1, 0, 0, SOCKOPT_RESULT_KEPT },
		{ "SO_RCVBUF", 131072, 65536, 131072, SOCKOPT_RESULT_DOUBLED },
		{ "SO_RCVBUF", 131072, 1 << 30, 425984, SOCKOPT_RESULT_CLAMPED },
		{ "SO_RCVBUF", 425984, 1 << 30, 425984, SOCKOPT_RESULT_CLAMPED }, /* it was at the limit before */
		{ "SO_RCVBUF", 131072, 1, 2304, SOCKOPT_RESULT_CLAMPED },
		{ "TCP_WINDOW_CLAMP", 0, 1, 1152, SOCKOPT_RESULT_CLAMPED },
		{ "SO_RESERVE_MEM", 0, 1, 4096, SOCKOPT_RESULT_ROUNDED },
		{ "TCP_DEFER_ACCEPT", 0, 2, 3, SOCKOPT_RESULT_ROUNDED },
		{ "IP_TOS", 0, 0x1b9, 0xb9, SOCKOPT_RESULT_ROUNDED }, /* masked */
		{ "TCP_THIN_DUPACK", 0, 1, 0, SOCKOPT_RESULT_IGNORED },
		{ "TCP_USER_TIMEOUT", 7, 1500, 7, SOCKOPT_RESULT_IGNORED },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_value before = int_value(cases[i].before), asked = int_value(cases[i].asked),
				     after = int_value(cases[i].after);
		enum sockopt_result result = sockopt_compare(the_option(cases[i].option), &before, &asked, &after);

		if (result != cases[i].result)
			fail_msg("%s %d: %s", cases[i].option, cases[i].asked, sockopt_result_word(result));
	}
}

static void compare_does_without_the_value_before(void **state)
{
	struct sockopt_value asked = int_value(1500), after = int_value(7);

	assert_int_equal(sockopt_compare(the_option("TCP_USER_TIMEOUT"), NULL, &asked, &asked), SOCKOPT_RESULT_KEPT);
	assert_int_equal(sockopt_compare(the_option("TCP_USER_TIMEOUT"), NULL, &asked, &after),
			 SOCKOPT_RESULT_CLAMPED);
}

/** The kernel gives TCP_CONGESTION back in 16 bytes, whatever the name's length. */
static void compare_looks_at_a_string_up_to_its_nul(void **state)
{
	const struct sockopt_option *option = the_option("TCP_CONGESTION");
	struct sockopt_value asked = text_value("reno"), after = text_value("reno"), other = text_value("renoX");

	after.length = 16;
	assert_int_equal(sockopt_compare(option, NULL, &asked, &after), SOCKOPT_RESULT_KEPT);
	assert_int_not_equal(sockopt_compare(option, NULL, &asked, &other), SOCKOPT_RESULT_KEPT);
	assert_int_equal(sockopt_compare(option, &other, &asked, &other), SOCKOPT_RESULT_IGNORED);
}

static void compare_looks_at_all_of_a_struct(void **state)
{
	const struct sockopt_option *option = the_option("SO_LINGER");
	struct sockopt_value off, five, six;

	assert_int_equal(sockopt_parse(option, "off", &off, NULL), 0);
	assert_int_equal(sockopt_parse(option, "on:5s", &five, NULL), 0);
	assert_int_equal(sockopt_parse(option, "on:6s", &six, NULL), 0);
	assert_int_equal(sockopt_compare(option, &off, &five, &five), SOCKOPT_RESULT_KEPT);
	assert_int_equal(sockopt_compare(option, &off, &five, &off), SOCKOPT_RESULT_IGNORED);
	assert_int_not_equal(sockopt_compare(option, &off, &five, &six), SOCKOPT_RESULT_KEPT);
}

static void compare_agrees_with_the_running_kernel(void **state)
{
	static const struct {
		const char *text;
		enum sockopt_result result;
	} cases[] = {
		{ "TCP_USER_TIMEOUT=30s", SOCKOPT_RESULT_KEPT },
		{ "TCP_NODELAY=7", SOCKOPT_RESULT_KEPT },
		{ "SO_RCVBUF=32KiB", SOCKOPT_RESULT_DOUBLED },
		{ "SO_RCVBUF=1", SOCKOPT_RESULT_CLAMPED },
		{ "TCP_DEFER_ACCEPT=2s", SOCKOPT_RESULT_ROUNDED },
		{ "TCP_CONGESTION=reno", SOCKOPT_RESULT_KEPT },
	};
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_assignment wish;
		struct sockopt_value before, after;

		assert_int_equal(sockopt_parse_assignment(cases[i].text, &wish, NULL, NULL), 0);
		assert_int_equal(sockopt_get(fd, wish.option, &before), 0);
		assert_int_equal(sockopt_set(fd, wish.option, &wish.value), 0);
		assert_int_equal(sockopt_get(fd, wish.option, &after), 0);
		if (sockopt_compare(wish.option, &before, &wish.value, &after) != cases[i].result)
			fail_msg("%s", cases[i].text);
	}
	close(fd);
}

/** IP_TOS takes one byte, too: 0:1=0xb8. What stands behind it is not looked at. */
static void compare_stands_a_value_of_fewer_bytes_than_the_type(void **state)
{
	struct sockopt_assignment wish;
	struct sockopt_unnamed unnamed;
	struct sockopt_value after;
	int fd = open_tcp();

	memset(&wish, 0x5a, sizeof(wish));
	assert_int_equal(sockopt_parse_assignment("0:1=0xb8", &wish, &unnamed, NULL), 0);
	assert_int_equal(wish.value.length, 1);
	assert_int_equal(sockopt_set(fd, wish.option, &wish.value), 0);
	assert_int_equal(sockopt_get(fd, wish.option, &after), 0);
	close(fd);
	assert_int_equal(sockopt_compare(wish.option, NULL, &wish.value, &after), SOCKOPT_RESULT_KEPT);
}

static void same_looks_at_length_and_bytes(void **state)
{
	const struct sockopt_option *option = the_option("TCP_USER_TIMEOUT");
	struct sockopt_value one = int_value(7), other = int_value(7), different = int_value(8), shorter = int_value(7);

	shorter.length = 3;
	assert_true(sockopt_same(option, &one, &other));
	assert_false(sockopt_same(option, &one, &different));
	assert_false(sockopt_same(option, &one, &shorter));
}

/** The kernel keeps the seconds of a linger that was turned off. */
static void same_takes_every_linger_that_is_off_for_one(void **state)
{
	const struct sockopt_option *option = the_option("SO_LINGER");
	struct sockopt_value off, off_five, on_five, on_six;

	assert_int_equal(sockopt_parse(option, "off", &off, NULL), 0);
	assert_int_equal(sockopt_parse(option, "off:5s", &off_five, NULL), 0);
	assert_int_equal(sockopt_parse(option, "on:5s", &on_five, NULL), 0);
	assert_int_equal(sockopt_parse(option, "on:6s", &on_six, NULL), 0);
	assert_true(sockopt_same(option, &off, &off_five));
	assert_false(sockopt_same(option, &off_five, &on_five));
	assert_false(sockopt_same(option, &on_six, &on_five));
}

static void result_word_is_that_of_the_json_output(void **state)
{
	static const char *const words[] = {
		[SOCKOPT_RESULT_KEPT] = "kept",
		[SOCKOPT_RESULT_DOUBLED] = "doubled",
		[SOCKOPT_RESULT_CLAMPED] = "clamped",
		[SOCKOPT_RESULT_ROUNDED] = "rounded",
		[SOCKOPT_RESULT_IGNORED] = "ignored",
		[SOCKOPT_RESULT_FAILED] = "failed",
		[SOCKOPT_RESULT_PLANNED] = "planned",
	};

	for (size_t i = 0; i < COUNT(words); i++)
		assert_string_equal(sockopt_result_word((enum sockopt_result)i), words[i]);
}

static void asked_for_halves_what_the_kernel_doubles(void **state)
{
	struct sockopt_value kept = int_value(131072), asked;

	sockopt_asked_for(the_option("SO_RCVBUF"), &kept, &asked);
	assert_int_equal(asked.length, sizeof(int));
	assert_int_equal(value_int(&asked), 65536);
	sockopt_asked_for(the_option("TCP_USER_TIMEOUT"), &kept, &asked);
	assert_int_equal(value_int(&asked), 131072);
}

static void asked_for_ends_a_string_at_its_nul(void **state)
{
	const struct sockopt_option *option = the_option("TCP_CONGESTION");
	struct sockopt_value kept = text_value("reno"), asked;

	kept.length = 16;
	sockopt_asked_for(option, &kept, &asked);
	assert_bytes(&asked, "reno", 5);
	kept = (struct sockopt_value){ .length = 0 };
	sockopt_asked_for(option, &kept, &asked);
	assert_bytes(&asked, "", 1);
}

static void asked_for_brings_every_kept_value_back(void **state)
{
	static const char *const texts[] = {
		"SO_RCVBUF=50000",
		"SO_SNDBUF=50000",
		"TCP_USER_TIMEOUT=9s",
		"TCP_CONGESTION=reno",
		"SO_LINGER=on:5s",
		"SO_RCVTIMEO=1s",
		"SO_MAX_PACING_RATE=100Mbit/s",
	};
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sockopt_assignment wish;
		struct sockopt_value kept, asked, again;

		assert_int_equal(sockopt_parse_assignment(texts[i], &wish, NULL, NULL), 0);
		assert_int_equal(sockopt_set(fd, wish.option, &wish.value), 0);
		assert_int_equal(sockopt_get(fd, wish.option, &kept), 0);
		sockopt_asked_for(wish.option, &kept, &asked);
		assert_int_equal(sockopt_set(fd, wish.option, &asked), 0);
		assert_int_equal(sockopt_get(fd, wish.option, &again), 0);
		if (again.length != kept.length || memcmp(again.bytes, kept.bytes, kept.length) != 0)
			fail_msg("%s does not come back", texts[i]);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compare_tells_what_the_kernel_made_of_a_number),
		cmocka_unit_test(compare_does_without_the_value_before),
		cmocka_unit_test(compare_looks_at_a_string_up_to_its_nul),
		cmocka_unit_test(compare_looks_at_all_of_a_struct),
		cmocka_unit_test(compare_agrees_with_the_running_kernel),
		cmocka_unit_test(compare_stands_a_value_of_fewer_bytes_than_the_type),
		cmocka_unit_test(same_looks_at_length_and_bytes),
		cmocka_unit_test(same_takes_every_linger_that_is_off_for_one),
		cmocka_unit_test(result_word_is_that_of_the_json_output),
		cmocka_unit_test(asked_for_halves_what_the_kernel_doubles),
		cmocka_unit_test(asked_for_ends_a_string_at_its_nul),
		cmocka_unit_test(asked_for_brings_every_kept_value_back),
	};

	return RUN_TESTS(tests);
}
