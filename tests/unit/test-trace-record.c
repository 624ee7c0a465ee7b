/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <trace-record.h>

#include "test.h"

/** A record with room for all that may follow it. */
union room {
	struct trace_record head;
	unsigned char bytes[TRACE_RECORD_MAX];
};

static void begin(union room *room, enum trace_kind kind)
{
	memset(room, 0, sizeof(*room));
	room->head.size = sizeof(room->head);
	room->head.kind = (uint16_t)kind;
	room->head.pid = 1234;
	room->head.tid = 1250;
	memcpy(room->head.name, "program", 8);
}

static void *append(union room *room, const void *bytes, size_t size)
{
	void *at = room->bytes + room->head.size;

	memcpy(at, bytes, size);
	room->head.size += (uint32_t)((size + 7) & ~(size_t)7);
	return at;
}

static void add_value(union room *room, const void *bytes, size_t size)
{
	append(room, bytes, size);
	room->head.value_size = (uint16_t)size;
	room->head.length = (uint32_t)size;
}

static void is_tcp(union room *room, unsigned char kernel_state)
{
	room->head.flags |= TRACE_HAS_SOCKET;
	room->head.family = AF_INET;
	room->head.type = SOCK_STREAM;
	room->head.protocol = IPPROTO_TCP;
	room->head.kernel_state = kernel_state;
}

static void a_set_has_its_option_and_its_value(void **state)
{
	const struct sockopt_option *option = the_option("TCP_KEEPIDLE");
	const int value = 20;
	union room room;
	struct call call;

	begin(&room, TRACE_SET);
	room.head.level = option->level->number;
	room.head.option = option->number;
	room.head.fd = 7;
	room.head.time_ns = 1000;
	add_value(&room, &value, sizeof(value));
	assert_true(trace_record_is_sound(room.bytes, room.head.size));
	trace_record_read(&room.head, 500, &call);
	assert_int_equal(call.kind, CALL_SET);
	assert_ptr_equal(call.option, option);
	assert_int_equal(call.size, sizeof(value));
	assert_memory_equal(call.bytes, &value, sizeof(value));
	assert_int_equal(call.time_ns, 1500);
	assert_int_equal(call.pid, 1234);
	assert_int_equal(call.tid, 1250);
	assert_int_equal(call.fd, 7);
	assert_int_equal(call.error, 0);
	assert_string_equal(call.process, "program");
	assert_false(call.has_socket);
	assert_false(call.has_kept);
	assert_int_equal(call.facts.n_holders, 1);
	assert_int_equal(call.facts.holders[0].fd, 7);
}

static void a_time_of_32_bits_is_widened(void **state)
{
	const struct sockopt_option *option = the_option("SO_RCVTIMEO");
	const int32_t words[] = { 3, -1 };
	union room room;
	struct call call;

	begin(&room, TRACE_SET);
	room.head.level = option->level->number;
	room.head.option = option->number;
	add_value(&room, words, sizeof(words));
	trace_record_read(&room.head, 0, &call);
	assert_int_equal(call.size, sizeof(words));
	assert_false(call.is_32bit);
	room.head.flags |= TRACE_IS_32BIT;
	trace_record_read(&room.head, 0, &call);
	assert_true(call.is_32bit);
	assert_int_equal(call.size, 2 * sizeof(int64_t));
	assert_int_equal(call.length, sizeof(words));
	assert_int_equal(((const int64_t *)call.bytes)[0], 3);
	assert_int_equal(((const int64_t *)call.bytes)[1], -1);
	room.head.option = the_option("SO_LINGER")->number; /* it has no words */
	trace_record_read(&room.head, 0, &call);
	assert_int_equal(call.size, sizeof(words));
}

static void an_option_without_a_name_is_its_numbers(void **state)
{
	union room room;
	struct call call;

	begin(&room, TRACE_GET);
	room.head.level = 4242;
	room.head.option = -1;
	assert_true(trace_record_is_sound(room.bytes, room.head.size));
	trace_record_read(&room.head, 0, &call);
	assert_ptr_equal(call.option, &call.unnamed.option);
	assert_string_equal(call.option->name, "4242:-1");
}

static void the_family_tells_which_option_a_number_is(void **state)
{
	static const struct {
		uint16_t family;
		int32_t level, option;
		const char *name;
	} cases[] = {
		{ AF_BLUETOOTH, 6, 1, "L2CAP_OPTIONS" },
		{ AF_INET, 6, 1, "TCP_NODELAY" },
		{ AF_BLUETOOTH, 0, 2, "HCI_FILTER" },
		{ AF_INET6, 0, 2, "IP_TTL" },
		{ AF_BLUETOOTH, 6, 18, "6:18" },
		{ 0, 6, 1, "TCP_NODELAY" }, /* no socket was seen */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		union room room;
		struct call call;

		begin(&room, TRACE_SET);
		room.head.level = cases[i].level;
		room.head.option = cases[i].option;
		room.head.family = cases[i].family;
		room.head.flags |= cases[i].family ? TRACE_HAS_SOCKET : 0;
		trace_record_read(&room.head, 0, &call);
		assert_string_equal(call.option->name, cases[i].name);
	}
}

static void a_program_that_was_not_followed_is_no_program(void **state)
{
	const struct sockopt_option *option = the_option("SO_ATTACH_FILTER");
	const unsigned char bytes[16] = { 1 };
	union room room;
	struct call call;

	begin(&room, TRACE_SET);
	room.head.level = option->level->number;
	room.head.option = option->number;
	add_value(&room, bytes, sizeof(bytes));
	trace_record_read(&room.head, 0, &call);
	assert_true(call.is_unread);
	assert_int_equal(call.size, 0);
	room.head.flags |= TRACE_IS_PROGRAM;
	trace_record_read(&room.head, 0, &call);
	assert_false(call.is_unread);
	assert_int_equal(call.size, sizeof(bytes));
}

static void states_are_those_that_a_descriptor_tells(void **state)
{
	static const struct {
		unsigned char kernel_state;
		uint16_t port, flags;
		enum facts_state state;
	} states[] = {
		{ 7, 0, 0, FACTS_UNBOUND },
		{ 7, 80, 0, FACTS_BOUND },
		{ 10, 80, 0, FACTS_LISTENING },
		{ 2, 80, 0, FACTS_SYN_SENT },
		{ 1, 80, TRACE_HAS_PEER, FACTS_ESTABLISHED },
		{ 8, 80, TRACE_HAS_PEER, FACTS_CLOSE_WAIT },
	};
	union room room;
	struct call call;

	for (size_t i = 0; i < COUNT(states); i++) {
		begin(&room, TRACE_LISTEN);
		is_tcp(&room, states[i].kernel_state);
		room.head.local_port = states[i].port;
		room.head.flags |= states[i].flags;
		assert_true(trace_record_is_sound(room.bytes, room.head.size));
		trace_record_read(&room.head, 0, &call);
		assert_int_equal(call.facts.state, states[i].state);
		assert_int_equal(call.facts.peer.family, states[i].flags ? AF_INET : AF_UNSPEC);
	}
}

static void names_of_unix_sockets_follow(void **state)
{
	struct trace_paths paths = { .local_length = 5, .local = "\0abc", .peer_length = 6, .peer = "/run/x" };
	union room room;
	struct call call;

	begin(&room, TRACE_CLOSE);
	room.head.flags = TRACE_HAS_SOCKET | TRACE_HAS_PATHS | TRACE_HAS_PEER;
	room.head.family = AF_UNIX;
	room.head.type = SOCK_STREAM;
	append(&room, &paths, sizeof(paths));
	assert_true(trace_record_is_sound(room.bytes, room.head.size));
	trace_record_read(&room.head, 0, &call);
	assert_string_equal(call.facts.local.path, "@abc@");
	assert_string_equal(call.facts.peer.path, "/run/x");
	assert_int_equal(call.facts.state, FACTS_ESTABLISHED);
}

static void a_close_tells_who_waited(void **state)
{
	union room room;
	struct call call;

	begin(&room, TRACE_CLOSE);
	is_tcp(&room, 10);
	room.head.option = 7; /* a register that was left over */
	trace_record_read(&room.head, 0, &call);
	assert_false(call.has_queue);
	room.head.flags |= TRACE_HAS_QUEUE;
	room.head.level = 1;
	trace_record_read(&room.head, 0, &call);
	assert_true(call.has_queue && call.shares_port);
	assert_int_equal(call.n_waiting, 7);
}

static void an_interrupted_call_failed_with_eintr(void **state)
{
	union room room;
	struct call call;

	begin(&room, TRACE_ACCEPT);
	for (int error = 512; error <= 516; error++) {
		room.head.result = -error;
		trace_record_read(&room.head, 0, &call);
		assert_int_equal(call.error, EINTR);
		assert_int_equal(call.second, -1);
	}
	room.head.result = 9;
	trace_record_read(&room.head, 0, &call);
	assert_int_equal(call.second, 9);
}

static void what_is_no_record_is_not_sound(void **state)
{
	const int value = 1;
	union room good, bad;

	begin(&good, TRACE_SET);
	add_value(&good, &value, sizeof(value));
	assert_true(trace_record_is_sound(good.bytes, good.head.size));
	assert_false(trace_record_is_sound(good.bytes, good.head.size - 8));
	assert_false(trace_record_is_sound(good.bytes, sizeof(good.head) - 8));
#define NOT_WITH(change)                                                        \
	do {                                                                    \
		bad = good;                                                     \
		bad.head.change;                                                \
		assert_false(trace_record_is_sound(bad.bytes, good.head.size)); \
	} while (0)
	NOT_WITH(size += 8);
	NOT_WITH(kind = TRACE_N_KINDS);
	NOT_WITH(flags = TRACE_ALL_FLAGS + 1);
	NOT_WITH(flags = TRACE_HAS_PATHS);
	NOT_WITH(stack_size = 1);
	NOT_WITH(stack_size = TRACE_STACK_MAX + 1);
	NOT_WITH(value_size = 9);
	NOT_WITH(value_size = TRACE_VALUE_MAX + 1);
	NOT_WITH(length = 0);
	NOT_WITH(kept_size = TRACE_KEPT_MAX + 1);
	NOT_WITH(pid = 0);
	NOT_WITH(tid = 1U << 31);
	NOT_WITH(result = -4096);
	NOT_WITH(result = INT64_MAX);
	bad = good;
	memset(bad.head.name, 'x', sizeof(bad.head.name));
	assert_false(trace_record_is_sound(bad.bytes, good.head.size));
	bad = good;
	bad.head.flags = TRACE_STATE_KNOWN;
	bad.head.state = FACTS_N_STATES;
	assert_false(trace_record_is_sound(bad.bytes, good.head.size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_has_its_option_and_its_value),
		cmocka_unit_test(a_time_of_32_bits_is_widened),
		cmocka_unit_test(an_option_without_a_name_is_its_numbers),
		cmocka_unit_test(the_family_tells_which_option_a_number_is),
		cmocka_unit_test(a_program_that_was_not_followed_is_no_program),
		cmocka_unit_test(states_are_those_that_a_descriptor_tells),
		cmocka_unit_test(names_of_unix_sockets_follow),
		cmocka_unit_test(a_close_tells_who_waited),
		cmocka_unit_test(an_interrupted_call_failed_with_eintr),
		cmocka_unit_test(what_is_no_record_is_not_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
