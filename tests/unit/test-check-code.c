/* SPDX-License-Identifier: MIT */
#include <check-code.h>
#include <errno.h>
#include <netinet/in.h>

#include "test.h"

/** setsockopt(fd, .., &value, sizeof(value)) of a TCP socket whose descriptor is a local variable. */
static struct code_call set_call(const char *name, const int *value)
{
	const struct sockopt_option *option = the_option(name);

	return (struct code_call){
		.kind = CODE_SET,
		.has_option = true,
		.option = { option->level->number, option->number },
		.name = option->name,
		.length = { true, sizeof(*value) },
		.room = { true, sizeof(*value) },
		.bytes = value,
		.size = sizeof(*value),
		.family = { true, AF_INET },
		.type = { true, SOCK_STREAM },
		.protocol = { true, 0 },
		.has_flow = true,
	};
}

static bool finds(const char *id, const struct code_call *call)
{
	const struct check *check = check_find(id);
	struct check_finding finding = { .check = NULL };
	bool found;

	assert_non_null(check);
	found = check_code_finds(check, call, &finding);
	assert_true(found ? finding.check == check : !finding.check);
	return found;
}

static void a_value_that_is_not_certain_is_not_judged(void **state)
{
	int value = 40000;
	struct code_call call = set_call("TCP_KEEPIDLE", &value);

	assert_true(finds("P32", &call));
	call.bytes = NULL;
	assert_false(finds("P32", &call));
	call.bytes = &value;
	call.kind = CODE_GET;
	assert_false(finds("P32", &call));
	call.kind = CODE_SET;
	call.length.number = 8;
	assert_false(finds("P32", &call)); /* more is read than what is known */
	assert_true(finds("P02", &call));
	call.room.known = false;
	assert_false(finds("P02", &call));
}

static void a_range_can_be_unsigned(void **state)
{
	uint64_t rate = 5000000000;
	struct code_call call = set_call("SO_MAX_PACING_RATE", (const int *)&rate);

	call.length.number = call.room.number = (int64_t)sizeof(rate);
	call.size = sizeof(rate);
	assert_false(finds("P32", &call));
	rate = UINT64_MAX;
	assert_false(finds("P32", &call));
	assert_false(finds("P76", &call));
	call.length.number = 4;
	assert_true(finds("P76", &call));
}

static void an_errno_is_told_apart_where_the_socket_is_not_known(void **state)
{
	int value = 1;
	struct code_call call = set_call("TCP_NODELAY", &value);

	call.asked_errno = (struct check_number){ true, ENOPROTOOPT };
	assert_false(finds("P65", &call));
	call.family.known = false;
	assert_true(finds("P65", &call));
	call.asked_errno.number = EOPNOTSUPP;
	assert_false(finds("P65", &call));
	call.asked_errno = (struct check_number){ false, ENOPROTOOPT };
	assert_false(finds("P65", &call));
}

static void late_needs_calls_that_surely_came_before(void **state)
{
	int on = 1;
	struct code_call call = set_call("SO_REUSEADDR", &on);

	assert_false(finds("P19", &call));
	call.done = CODE_BIND;
	assert_true(finds("P19", &call));
	call.later = CODE_BIND; /* another try */
	assert_false(finds("P19", &call));
	call.later = 0;
	call.has_flow = false;
	assert_false(finds("P19", &call));
	call = set_call("TCP_NODELAY", &on);
	call.done = CODE_BIND | CODE_CONNECT;
	assert_false(finds("P19", &call));
}

static void a_refused_option_is_told_once(void **state)
{
	int on = 1;
	struct code_call call = set_call("IPV6_V6ONLY", &on);

	call.family.number = AF_INET6;
	call.done = CODE_BIND;
	assert_true(finds("P49", &call));
	assert_false(finds("P19", &call));
	call.done = 0;
	assert_false(finds("P49", &call));
}

static void what_others_may_set_is_not_missed(void **state)
{
	int idle = 30;
	struct code_call call = set_call("TCP_KEEPIDLE", &idle);
	const struct sockopt_option *keepalive = the_option("SO_KEEPALIVE");
	struct code_option other = { keepalive->level->number, keepalive->number };

	assert_true(finds("P27b", &call));
	call.escapes = true;
	assert_false(finds("P27b", &call));
	call.escapes = false;
	call.others = &other;
	call.n_others = 1;
	assert_false(finds("P27b", &call));
}

static void the_name_must_be_of_the_level(void **state)
{
	int on = 1;
	struct code_call call = set_call("TCP_NODELAY", &on);

	assert_false(finds("P67", &call));
	call.option.level = SOL_SOCKET;
	assert_true(finds("P67", &call));
	call.name = NULL;
	assert_false(finds("P67", &call));
	call.name = "MCAST_JOIN_GROUP"; /* of two levels */
	call.option.level = IPPROTO_IPV6;
	assert_false(finds("P67", &call));
}

static void the_kind_of_socket_must_be_known(void **state)
{
	int on = 1;
	struct code_call call = set_call("TCP_NODELAY", &on);

	assert_false(finds("P90", &call));
	call.type.number = SOCK_DGRAM;
	assert_true(finds("P90", &call));
	call.protocol.known = false;
	assert_false(finds("P90", &call));
}

static void a_comment_names_whole_ids(void **state)
{
	const struct check *check = check_find("P18b");

	assert_true(check_is_ignored(check, "f(); /* sockopt: ignore P18b */"));
	assert_true(check_is_ignored(check, "// sockopt: ignore P19, p18B"));
	assert_false(check_is_ignored(check, "/* sockopt: ignore P18 */"));
	assert_false(check_is_ignored(check, "/* ignore P18b */"));
	assert_false(check_is_ignored(check, "/* sockopt: ignore */"));
	assert_false(check_is_ignored(check, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_is_not_certain_is_not_judged),
		cmocka_unit_test(a_range_can_be_unsigned),
		cmocka_unit_test(an_errno_is_told_apart_where_the_socket_is_not_known),
		cmocka_unit_test(late_needs_calls_that_surely_came_before),
		cmocka_unit_test(a_refused_option_is_told_once),
		cmocka_unit_test(what_others_may_set_is_not_missed),
		cmocka_unit_test(the_name_must_be_of_the_level),
		cmocka_unit_test(the_kind_of_socket_must_be_known),
		cmocka_unit_test(a_comment_names_whole_ids),
	};

	return RUN_TESTS(tests);
}
