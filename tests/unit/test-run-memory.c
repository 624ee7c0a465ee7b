/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <run-memory.h>

#include "test.h"

static void moments_and_options_are_remembered_by_cookie(void **state)
{
	struct run_memory *memory = run_memory_new();

	assert_int_equal(run_memory_past(memory, 7), 0);
	run_memory_pass(memory, 7, SOCKOPT_AT_BIND);
	run_memory_pass(memory, 7, SOCKOPT_AT_LISTEN);
	assert_int_equal(run_memory_past(memory, 7), SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN);
	assert_int_equal(run_memory_past(memory, 8), 0);
	assert_false(run_memory_was_set(memory, 7, SOL_SOCKET, SO_SNDBUF));
	run_memory_set(memory, 7, SOL_SOCKET, SO_SNDBUF);
	run_memory_set(memory, 7, SOL_SOCKET, SO_SNDBUF);
	assert_true(run_memory_was_set(memory, 7, SOL_SOCKET, SO_SNDBUF));
	assert_false(run_memory_was_set(memory, 7, IPPROTO_TCP, SO_SNDBUF));
	assert_false(run_memory_was_set(memory, 8, SOL_SOCKET, SO_SNDBUF));
	run_memory_free(memory);
}

static void an_accepted_socket_has_what_is_inherited(void **state)
{
	const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
	struct run_memory *memory = run_memory_new();
	const struct sockopt_option *inherited = the_option("SO_KEEPALIVE"), *own = the_option("SO_PRIORITY");

	run_memory_inherit(memory, 1, 2, &tcp);
	assert_int_equal(run_memory_past(memory, 2), 0);
	run_memory_pass(memory, 1, SOCKOPT_AT_LISTEN);
	run_memory_set(memory, 1, inherited->level->number, inherited->number);
	run_memory_set(memory, 1, own->level->number, own->number);
	run_memory_inherit(memory, 1, 2, &tcp);
	assert_int_equal(run_memory_past(memory, 2), SOCKOPT_AT_LISTEN);
	assert_true(run_memory_was_set(memory, 2, inherited->level->number, inherited->number));
	assert_false(run_memory_was_set(memory, 2, own->level->number, own->number));
	run_memory_free(memory);
}

static void any_number_of_sockets_takes_the_same_room(void **state)
{
	struct run_memory *memory = run_memory_new();

	for (uint64_t cookie = 1; cookie <= 200000; cookie++) {
		run_memory_pass(memory, cookie, SOCKOPT_AT_CONNECT);
		for (int number = 0; number < 40; number++)
			run_memory_set(memory, cookie, SOL_SOCKET, number);
		assert_int_equal(run_memory_past(memory, cookie), SOCKOPT_AT_CONNECT);
	}
	/* The last ones are there; the first is forgotten. */
	assert_int_equal(run_memory_past(memory, 199990), SOCKOPT_AT_CONNECT);
	assert_int_equal(run_memory_past(memory, 1), 0);
	run_memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_and_options_are_remembered_by_cookie),
		cmocka_unit_test(an_accepted_socket_has_what_is_inherited),
		cmocka_unit_test(any_number_of_sockets_takes_the_same_room),
	};

	return RUN_TESTS(tests);
}
