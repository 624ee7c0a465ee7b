/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <netinet/in.h>
#include <selector.h>

#include "test.h"

/** A world in which sysctls have the numbers of their names, and one is not known. */
static int ask_sysctl(void *context, const char *name, int64_t *ret)
{
	if (strcmp(name, "unknown") == 0)
		return -ENOENT;
	*ret = strtoll(name, NULL, 10);
	return 0;
}

static int ask_option(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	return sockopt_get(*(int *)context, option, ret);
}

static int ask_fact(void *context, enum check_fact fact, int64_t *ret)
{
	if (fact != CHECK_FACT_GROUP)
		return -ENODATA;
	*ret = 3;
	return 0;
}

static const struct check_world numbers = { .sysctl = ask_sysctl, .fact = ask_fact };

#define VALUE(...)                                                                                             \
	check_value(&(struct check_program){ .steps = (const struct check_step[]){ __VA_ARGS__ },              \
					     .n_steps = COUNT(((const struct check_step[]){ __VA_ARGS__ })) }, \
		    &numbers)

#define N(n)                                      \
	{                                         \
		.op = CHECK_NUMBER, .number = (n) \
	}
#define UNKNOWN                                                    \
	{                                                          \
		.op = CHECK_SYSCTL, .name = "unknown", .number = 1 \
	}
#define DO(what)                   \
	{                          \
		.op = CHECK_##what \
	}

static void assert_number(struct check_number have, int64_t wanted)
{
	assert_true(have.known);
	assert_int_equal(have.number, wanted);
}

static void numbers_are_reckoned_with(void **state)
{
	assert_number(VALUE(N(7), N(3), DO(ADD)), 10);
	assert_number(VALUE(N(7), N(3), DO(SUBTRACT)), 4);
	assert_number(VALUE(N(7), N(3), DO(MULTIPLY)), 21);
	assert_number(VALUE(N(7), N(3), DO(DIVIDE)), 2);
	assert_number(VALUE(N(7), N(3), DO(BITS)), 3);
	assert_number(VALUE(N(7), N(3), DO(SHIFT)), 56);
	assert_number(VALUE(N(7), N(3), DO(MAX)), 7);
	assert_number(VALUE(N(7), N(3), DO(MIN)), 3);
	assert_number(VALUE(N(1), N(2), N(3), DO(MULTIPLY), DO(ADD)), 7);
	assert_number(VALUE({ .op = CHECK_SYSCTL, .name = "12", .number = 1000 }), 12000);
	assert_number(VALUE({ .op = CHECK_FACT, .fact = CHECK_FACT_GROUP }), 3);
}

static void numbers_are_compared(void **state)
{
	static const struct {
		enum check_op op;
		int64_t less, equal, more;
	} rows[] = {
		{ CHECK_EQUAL, 0, 1, 0 },
		{ CHECK_UNEQUAL, 1, 0, 1 },
		{ CHECK_LESS, 1, 0, 0 },
		{ CHECK_AT_MOST, 1, 1, 0 },
		{ CHECK_MORE, 0, 0, 1 },
		{ CHECK_AT_LEAST, 0, 1, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_number(VALUE(N(1), N(2), { .op = rows[i].op }), rows[i].less);
		assert_number(VALUE(N(2), N(2), { .op = rows[i].op }), rows[i].equal);
		assert_number(VALUE(N(3), N(2), { .op = rows[i].op }), rows[i].more);
	}
	assert_number(VALUE(N(5), DO(NOT)), 0);
	assert_number(VALUE(N(0), DO(NOT)), 1);
}

static void what_overflows_is_not_known(void **state)
{
	assert_false(VALUE(N(INT64_MAX), N(1), DO(ADD)).known);
	assert_false(VALUE(N(INT64_MIN), N(1), DO(SUBTRACT)).known);
	assert_false(VALUE(N(INT64_MAX), N(2), DO(MULTIPLY)).known);
	assert_false(VALUE(N(1), N(0), DO(DIVIDE)).known);
	assert_false(VALUE(N(INT64_MIN), N(-1), DO(DIVIDE)).known);
	assert_false(VALUE(N(1), N(63), DO(SHIFT)).known);
	assert_false(VALUE(N(1), N(-1), DO(SHIFT)).known);
	assert_false(VALUE({ .op = CHECK_SYSCTL, .name = "9223372036854775807", .number = 2 }).known);
}

static void what_is_not_known_decides_nothing(void **state)
{
	assert_false(VALUE(UNKNOWN).known);
	assert_false(VALUE(UNKNOWN, DO(NOT)).known);
	assert_false(VALUE(UNKNOWN, N(1), DO(ADD)).known);
	assert_false(VALUE(UNKNOWN, N(1), DO(LESS)).known);
	assert_false(VALUE(UNKNOWN, N(1), DO(AND)).known);
	assert_false(VALUE(N(0), UNKNOWN, DO(OR)).known);
	assert_number(VALUE(UNKNOWN, N(0), DO(AND)), 0);
	assert_number(VALUE(N(0), UNKNOWN, DO(AND)), 0);
	assert_number(VALUE(UNKNOWN, N(2), DO(OR)), 1);
	assert_number(VALUE(N(1), N(0), DO(OR)), 1);
	assert_number(VALUE(N(1), N(2), DO(AND)), 1);
	assert_false(VALUE({ .op = CHECK_FACT, .fact = CHECK_FACT_ACCEPTED }).known);
	assert_false(VALUE({ .op = CHECK_OPTION, .name = "TCP_NODELAY" }).known);
}

static struct check_number value_on(int fd, const struct check_step *step)
{
	struct check_world world = { .option = ask_option, .context = &fd };

	assert_int_equal(sockopt_kind_of(fd, &world.kind), 0);
	return check_value(&(struct check_program){ .steps = step, .n_steps = 1 }, &world);
}

static void times_of_options_are_microseconds(void **state)
{
	int fd = open_tcp();

	assert_int_equal(sockopt_set_text(fd, "TCP_KEEPIDLE=60s", NULL), 0);
	assert_int_equal(sockopt_set_text(fd, "TCP_USER_TIMEOUT=1500ms", NULL), 0);
	assert_int_equal(sockopt_set_text(fd, "SO_LINGER=on:5s", NULL), 0);
	assert_number(value_on(fd, &(struct check_step){ .op = CHECK_OPTION, .name = "TCP_KEEPIDLE" }), 60000000);
	assert_number(value_on(fd, &(struct check_step){ .op = CHECK_OPTION, .name = "TCP_USER_TIMEOUT" }), 1500000);
	assert_number(value_on(fd, &(struct check_step){ .op = CHECK_OPTION, .name = "SO_LINGER", .field = 1 }), 5000000);
	assert_false(value_on(fd, &(struct check_step){ .op = CHECK_OPTION, .name = "SO_LINGER", .field = 2 }).known);
	assert_false(value_on(fd, &(struct check_step){ .op = CHECK_OPTION, .name = "NO_SUCH" }).known);
	assert_false(value_on(fd, &(struct check_step){ .op = CHECK_DEFAULT, .name = "TCP_KEEPIDLE" }).known);
	close(fd);
	fd = open_socket(AF_INET, SOCK_DGRAM, 0);
	assert_false(value_on(fd, &(struct check_step){ .op = CHECK_OPTION, .name = "TCP_KEEPIDLE" }).known);
	close(fd);
}

static void checks_are_found_by_their_id(void **state)
{
	assert_non_null(check_find("P26"));
	assert_ptr_equal(check_find("p26"), check_find("P26"));
	assert_null(check_find("P"));
	assert_null(check_find(""));
	for (size_t i = 0; i < check_count; i++)
		assert_ptr_equal(check_find(check_table[i].id), &check_table[i]);
}

/* A selector that cannot be read would silence its check. */
static void the_selectors_of_checks_can_be_read(void **state)
{
	for (size_t i = 0; i < check_count; i++) {
		struct selector *selector;
		struct selector_error error;

		if (!check_table[i].socket)
			continue;
		if (selector_parse(check_table[i].socket, &selector, &error) < 0)
			fail_msg("%s: %s: %s", check_table[i].id, check_table[i].socket, error.what);
		selector_free(selector);
	}
}

static void a_condition_that_is_not_known_finds_nothing(void **state)
{
	struct check_world nothing = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP } };
	struct check_finding finding = { .check = NULL };

	for (size_t i = 0; i < check_count; i++)
		for (int place = 0; place < CHECK_N_PLACES; place++)
			assert_false(check_judge(&check_table[i], (enum check_place)place, &nothing, &finding));
	assert_null(finding.check);
}

static void a_finding_has_its_numbers(void **state)
{
	int fd = open_tcp();
	const struct check *check = check_find("P29");
	struct check_world world = { .option = ask_option, .context = &fd };
	struct check_finding finding;

	assert_int_equal(sockopt_kind_of(fd, &world.kind), 0);
	assert_false(check_judge(check, CHECK_LIVE, &world, &finding));
	assert_int_equal(sockopt_set_text(fd, "SO_KEEPALIVE=on", NULL), 0);
	assert_int_equal(sockopt_set_text(fd, "TCP_USER_TIMEOUT=30s", NULL), 0);
	assert_true(check_judge(check, CHECK_LIVE, &world, &finding));
	assert_ptr_equal(finding.check, check);
	assert_string_equal(check->holes[0].source, "TCP_USER_TIMEOUT");
	assert_int_equal(check->holes[0].dimension, CHECK_TIME);
	assert_number(finding.numbers[0], 30000000);
	assert_false(check_judge(check, CHECK_TRACE, &world, &finding));
	close(fd);
}

static void words_are_those_of_the_data(void **state)
{
	assert_string_equal(check_severity_word(CHECK_NOTE), "note");
	assert_string_equal(check_severity_word(CHECK_ERROR), "error");
	assert_string_equal(check_place_word(CHECK_LIVE), "live");
	assert_string_equal(check_place_word(CHECK_CONFIG), "config");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_reckoned_with),
		cmocka_unit_test(numbers_are_compared),
		cmocka_unit_test(what_overflows_is_not_known),
		cmocka_unit_test(what_is_not_known_decides_nothing),
		cmocka_unit_test(times_of_options_are_microseconds),
		cmocka_unit_test(checks_are_found_by_their_id),
		cmocka_unit_test(the_selectors_of_checks_can_be_read),
		cmocka_unit_test(a_condition_that_is_not_known_finds_nothing),
		cmocka_unit_test(a_finding_has_its_numbers),
		cmocka_unit_test(words_are_those_of_the_data),
	};

	return RUN_TESTS(tests);
}
