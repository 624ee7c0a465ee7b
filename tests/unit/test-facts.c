/* SPDX-License-Identifier: MIT */
#include <facts.h>
#include <netinet/in.h>

#include "test.h"

static void every_state_has_a_word_of_its_own(void **state)
{
	for (int a = 0; a < FACTS_N_STATES; a++) {
		assert_non_null(facts_state_word((enum facts_state)a));
		for (int b = a + 1; b < FACTS_N_STATES; b++)
			assert_string_not_equal(facts_state_word((enum facts_state)a),
						facts_state_word((enum facts_state)b));
	}
	assert_string_equal(facts_state_word(FACTS_LISTENING), "listening");
	assert_string_equal(facts_state_word(FACTS_TIME_WAIT), "time-wait");
}

static void families_and_types_have_words_or_none(void **state)
{
	static const int odd[] = { -1, 46, 1000, INT32_MIN, INT32_MAX };

	assert_string_equal(facts_family_word(AF_INET), "inet");
	assert_string_equal(facts_family_word(AF_INET6), "inet6");
	assert_string_equal(facts_family_word(AF_UNIX), "unix");
	assert_string_equal(facts_type_word(SOCK_STREAM), "stream");
	assert_string_equal(facts_type_word(SOCK_SEQPACKET), "seqpacket");
	for (size_t i = 0; i < COUNT(odd); i++) {
		assert_null(facts_family_word(odd[i]));
		assert_null(facts_type_word(odd[i]));
	}
	assert_null(facts_family_word(AF_UNSPEC));
	assert_null(facts_type_word(0));
}

static void every_family_that_has_a_level_has_a_word(void **state)
{
	uint64_t families = 0;

	for (size_t i = 0; sockopt_level_at(i); i++)
		for (size_t k = 0; k < sockopt_level_at(i)->n_applies; k++)
			families |= sockopt_level_at(i)->applies[k].families;
	for (int family = 0; family < 64; family++)
		if ((families >> family & 1) && !facts_family_word(family))
			fail_msg("family %d has no word", family);
}

static void a_protocol_is_that_of_ip_or_the_family(void **state)
{
	static const struct sockopt_kind kinds[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
		{ AF_INET, SOCK_RAW, 253 },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_NETLINK, SOCK_RAW, 6 }, /* 6 is no TCP there */
	};
	static const char *const words[] = { "tcp", "udp", "mptcp", "raw", "icmpv6", "unix", "netlink" };

	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_string_equal(facts_protocol_word(&kinds[i]), words[i]);
	assert_null(facts_protocol_word(&(struct sockopt_kind){ AF_INET, SOCK_DGRAM, 253 }));
	assert_null(facts_protocol_word(&(struct sockopt_kind){ 1000, SOCK_DGRAM, 0 }));
}

static unsigned int states_of(enum facts_state state)
{
	return facts_catalog_states(&(struct facts){ .state = state });
}

static void catalog_states_are_those_of_the_socket(void **state)
{
	assert_int_equal(states_of(FACTS_UNBOUND), SOCKOPT_UNBOUND | SOCKOPT_UNCONNECTED);
	assert_int_equal(states_of(FACTS_BOUND), SOCKOPT_BOUND | SOCKOPT_UNCONNECTED);
	assert_true(states_of(FACTS_LISTENING) & SOCKOPT_LISTENING);
	assert_true(states_of(FACTS_SYN_SENT) & SOCKOPT_CONNECTING);
	assert_true(states_of(FACTS_ESTABLISHED) & SOCKOPT_CONNECTED);
	assert_true(states_of(FACTS_CONNECTED) & SOCKOPT_CONNECTED);
	assert_true(states_of(FACTS_CLOSE_WAIT) & SOCKOPT_SHUTDOWN);
	for (int a = 0; a < FACTS_N_STATES; a++) {
		unsigned int bits = states_of((enum facts_state)a);

		assert_true(bits != 0);
		/* one of a pair, never both */
		assert_false((bits & SOCKOPT_BOUND) && (bits & SOCKOPT_UNBOUND));
		assert_false((bits & SOCKOPT_CONNECTED) && (bits & SOCKOPT_UNCONNECTED));
	}
}

static unsigned int moments_of(enum facts_state state)
{
	return facts_moments_left(&(struct facts){ .state = state });
}

static void moments_become_fewer_as_a_socket_goes_on(void **state)
{
	assert_true(moments_of(FACTS_UNBOUND) & SOCKOPT_AT_BIND);
	assert_true(moments_of(FACTS_UNBOUND) & SOCKOPT_AT_CONNECT);
	assert_false(moments_of(FACTS_BOUND) & SOCKOPT_AT_BIND);
	assert_true(moments_of(FACTS_BOUND) & SOCKOPT_AT_LISTEN);
	assert_false(moments_of(FACTS_LISTENING) & SOCKOPT_AT_BIND);
	/* TCP_FASTOPEN on a listener counts for the SYNs to come */
	assert_true(moments_of(FACTS_LISTENING) & SOCKOPT_AT_LISTEN);
	assert_false(moments_of(FACTS_ESTABLISHED) & SOCKOPT_AT_LISTEN);
	assert_false(moments_of(FACTS_ESTABLISHED) & SOCKOPT_AT_CONNECT);
	for (int a = 0; a < FACTS_N_STATES; a++)
		assert_true(moments_of((enum facts_state)a) & SOCKOPT_AT_ANY_TIME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_has_a_word_of_its_own),
		cmocka_unit_test(families_and_types_have_words_or_none),
		cmocka_unit_test(every_family_that_has_a_level_has_a_word),
		cmocka_unit_test(a_protocol_is_that_of_ip_or_the_family),
		cmocka_unit_test(catalog_states_are_those_of_the_socket),
		cmocka_unit_test(moments_become_fewer_as_a_socket_goes_on),
	};

	return RUN_TESTS(tests);
}
