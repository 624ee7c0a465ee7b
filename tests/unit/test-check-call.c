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

static struct call_context known;

static bool finds(const char *id, const struct call *call)
{
	const struct check *check = check_find(id);
	struct selector *selector = NULL;
	struct check_finding finding = { .check = NULL };
	bool found;

	assert_non_null(check);
	if (check->socket)
		assert_int_equal(selector_parse(check->socket, &selector, NULL), 0);
	found = check_call_finds(check, selector, call, &known, &finding);
	assert_true(found ? finding.check == check && finding.option == call->option : !finding.check);
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
	call = set_call("TCP_FASTOPEN", &value, FACTS_LISTENING, 0);
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

static void a_timeout_is_judged_by_the_descriptor(void **state)
{
	struct timeval value = { .tv_sec = 5 };
	struct call call = set_call("SO_RCVTIMEO", (const int *)&value, FACTS_ESTABLISHED, 0);

	call.size = call.length = sizeof(value);
	assert_false(finds("P07", &call));
	call.is_nonblocking = true;
	assert_true(finds("P07", &call));
	value = (struct timeval){ .tv_usec = 2000 };
	assert_false(finds("P31c", &call));
	call.is_nonblocking = false;
	assert_true(finds("P31c", &call));
}

static void what_is_missing_is_the_capability_or_the_namespace(void **state)
{
	int value = 1;
	struct call call = set_call("SO_MARK", &value, FACTS_UNBOUND, EPERM);

	call.capabilities = UINT64_C(1) << 10; /* CAP_NET_BIND_SERVICE */
	assert_true(finds("P54", &call));
	assert_false(finds("P55", &call));
	call.capabilities |= UINT64_C(1) << 13; /* CAP_NET_RAW */
	assert_false(finds("P54", &call));
	assert_true(finds("P55", &call));
	call = set_call("TCP_REPAIR", &value, FACTS_UNBOUND, EPERM); /* which CAP_NET_RAW is not enough for */
	call.capabilities = UINT64_C(1) << 13;
	assert_true(finds("P54", &call));
	assert_false(finds("P55", &call));
}

static int no_migration(const struct call *call, const char *name, int64_t *ret)
{
	assert_string_equal(name, "net.ipv4.tcp_migrate_req");
	*ret = 0;
	return 0;
}

static void a_queue_is_lost_with_its_listener(void **state)
{
	struct call call = {
		.kind = CALL_CLOSE,
		.has_socket = true,
		.facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = FACTS_LISTENING },
		.has_queue = true,
		.shares_port = true,
		.n_waiting = 7,
	};

	assert_false(finds("P24", &call)); /* the machine is not known */
	known.sysctl = no_migration;
	assert_true(finds("P24", &call));
	call.n_waiting = 0;
	assert_false(finds("P24", &call));
	call.n_waiting = 7;
	call.shares_port = false;
	assert_false(finds("P24", &call));
	call.shares_port = true;
	call.has_queue = false;
	assert_false(finds("P24", &call));
	known.sysctl = NULL;
	for (size_t i = 0; i < check_count; i++)
		assert_false(finds(check_table[i].id, &call));
}

static void a_thread_is_remembered_by_its_last_call(void **state)
{
	struct call_history history = { .n = 0 };
	struct call call = { .kind = CALL_ACCEPT, .tid = 5, .fd = 3, .second = 4 };
	const struct call set = { .kind = CALL_SET, .tid = 5, .fd = 3 }, other = { .kind = CALL_SET, .tid = 6, .fd = 3 };

	assert_false(call_history_see(&history, &call));
	assert_false(call_history_see(&history, &other));
	assert_true(call_history_see(&history, &set));
	assert_false(call_history_see(&history, &set)); /* that was a set in between */
	call.error = EAGAIN;
	call_history_see(&history, &call);
	assert_false(call_history_see(&history, &set));
	call.error = 0;
	call_history_see(&history, &call);
	for (pid_t tid = 100; tid < 100 + CALL_HISTORY_MAX - 1; tid++)
		call_history_see(&history, &(struct call){ .kind = CALL_ACCEPT, .tid = tid, .fd = 3 });
	assert_true(call_history_see(&history, &set));
	call_history_see(&history, &call);
	for (pid_t tid = 200; tid < 200 + CALL_HISTORY_MAX; tid++)
		call_history_see(&history, &(struct call){ .kind = CALL_ACCEPT, .tid = tid, .fd = 3 });
	assert_false(call_history_see(&history, &set)); /* forgotten */
}

static void an_option_of_the_listener_comes_too_late_for_what_was_accepted(void **state)
{
	int value = 1;
	struct call call = set_call("TCP_NODELAY", &value, FACTS_LISTENING, 0);

	assert_false(finds("P68", &call));
	known.follows_accept = true;
	assert_true(finds("P68", &call));
	call.facts.state = FACTS_ESTABLISHED;
	assert_false(finds("P68", &call));
	call = set_call("TCP_FASTOPEN", &value, FACTS_LISTENING, 0); /* of listeners */
	assert_false(finds("P68", &call));
	known.follows_accept = false;
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
		cmocka_unit_test(a_timeout_is_judged_by_the_descriptor),
		cmocka_unit_test(what_is_missing_is_the_capability_or_the_namespace),
		cmocka_unit_test(a_queue_is_lost_with_its_listener),
		cmocka_unit_test(a_thread_is_remembered_by_its_last_call),
		cmocka_unit_test(an_option_of_the_listener_comes_too_late_for_what_was_accepted),
	};

	return RUN_TESTS(tests);
}
