/* SPDX-License-Identifier: MIT */
#include <check-call.h>
#include <netinet/in.h>

#include "test.h"

/** A setsockopt of an int on a TCP socket in this state, as it was seen. */
static struct call set_call(const char *option, const int *value, enum facts_state state, int error)
{
	return (struct call){
		.kind = CALL_SET,
		.option = the_option(option),
		.bytes = value,
		.size = sizeof(*value),
		.length = sizeof(*value),
		.error = error,
		.has_socket = true,
		.facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = state },
	};
}

static bool finds(const char *id, const struct call *call)
{
	const struct check *check = check_find(id);
	struct selector *selector = NULL;
	struct check_finding finding = { .check = NULL };
	bool found;

	assert_non_null(check);
	if (check->socket)
		assert_int_equal(selector_parse(check->socket, &selector, NULL), 0);
	found = check_call_finds(check, selector, call, &finding);
	assert_true(found ? finding.check == check : !finding.check);
	selector_free(selector);
	return found;
}

static void a_value_out_of_range_is_told_by_the_entry(void **state)
{
	int value = 0;
	struct call call = set_call("TCP_KEEPIDLE", &value, FACTS_UNBOUND, EINVAL);

	assert_true(finds("P32", &call));
	value = 1;
	assert_false(finds("P32", &call));
	value = 32768;
	assert_true(finds("P32", &call));
	call.error = 0;
	assert_false(finds("P32", &call));
	call.error = EINVAL;
	call.is_unread = true;
	assert_false(finds("P32", &call));
	call.is_unread = false;
	call.kind = CALL_GET;
	assert_false(finds("P32", &call));
	call.kind = CALL_BIND;
	assert_false(finds("P32", &call));
}

static void late_is_what_the_entry_and_the_state_say(void **state)
{
	int value = 1;
	struct call call = set_call("SO_REUSEADDR", &value, FACTS_BOUND, 0);

	assert_true(finds("P19", &call));
	call.facts.state = FACTS_UNBOUND;
	assert_false(finds("P19", &call));
	call = set_call("TCP_NODELAY", &value, FACTS_ESTABLISHED, 0);
	assert_false(finds("P19", &call));
	call = set_call("SO_REUSEADDR", &value, FACTS_BOUND, 0);
	call.has_socket = false;
	assert_false(finds("P19", &call));
}

static void the_length_is_compared_with_the_type(void **state)
{
	int value = 2000;
	struct call call = set_call("SO_RCVTIMEO", &value, FACTS_UNBOUND, EINVAL);

	assert_true(finds("P05", &call));
	assert_false(finds("P08", &call)); /* of another option */
	assert_false(finds("P01", &call)); /* of another size */
	call = set_call("SO_KEEPALIVE", &value, FACTS_UNBOUND, EINVAL);
	assert_false(finds("P01", &call));
	call.length = call.size = 1;
	assert_true(finds("P01", &call));
}

static void what_was_kept_is_compared_with_what_was_given(void **state)
{
	int value = 1000000, kept = 425984;
	struct call call = set_call("SO_RCVBUF", &value, FACTS_UNBOUND, 0);

	assert_false(finds("P14c", &call)); /* it was not read back */
	call.has_kept = true;
	call.kept_bytes = &kept;
	call.kept_size = sizeof(kept);
	assert_true(finds("P14c", &call));
	kept = 2000000;
	assert_false(finds("P14c", &call));
}

static void the_socket_must_be_of_the_check(void **state)
{
	int value = 1;
	struct call call = set_call("TCP_USER_TIMEOUT", &value, FACTS_UNBOUND, ENOPROTOOPT);

	assert_false(finds("P64", &call));
	call.facts.kind.protocol = IPPROTO_MPTCP;
	assert_true(finds("P64", &call));
	call.has_socket = false;
	assert_false(finds("P64", &call));
}

static void checks_of_live_sockets_find_nothing_in_calls(void **state)
{
	int value = 1;
	struct call call = set_call("SO_KEEPALIVE", &value, FACTS_ESTABLISHED, 0);

	assert_false(finds("P26", &call));
	call.option = NULL;
	assert_false(finds("P19", &call));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_out_of_range_is_told_by_the_entry),
		cmocka_unit_test(late_is_what_the_entry_and_the_state_say),
		cmocka_unit_test(the_length_is_compared_with_the_type),
		cmocka_unit_test(what_was_kept_is_compared_with_what_was_given),
		cmocka_unit_test(the_socket_must_be_of_the_check),
		cmocka_unit_test(checks_of_live_sockets_find_nothing_in_calls),
	};

	return RUN_TESTS(tests);
}
