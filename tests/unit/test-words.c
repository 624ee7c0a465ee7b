/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <tree.h>

#include "test.h"

static void every_word_of_the_design_is_known(void **state)
{
	static const struct {
		const char *word;
		enum node_kind kind;
		uint64_t number;
	} cases[] = {
		{ "tcp", NODE_WORD_PROTOCOL, IPPROTO_TCP },
		{ "udp", NODE_WORD_PROTOCOL, IPPROTO_UDP },
		{ "unix", NODE_WORD_FAMILY, AF_UNIX },
		{ "raw", NODE_WORD_TYPE, SOCK_RAW },
		{ "packet", NODE_WORD_FAMILY, AF_PACKET },
		{ "netlink", NODE_WORD_FAMILY, AF_NETLINK },
		{ "sctp", NODE_WORD_PROTOCOL, IPPROTO_SCTP },
		{ "mptcp", NODE_WORD_PROTOCOL, IPPROTO_MPTCP },
		{ "vsock", NODE_WORD_FAMILY, AF_VSOCK },
		{ "ipv4", NODE_WORD_FAMILY, AF_INET },
		{ "ipv6", NODE_WORD_FAMILY, AF_INET6 },
		{ "listening", NODE_WORD_STATE, FACTS_LISTENING },
		{ "established", NODE_WORD_STATE, FACTS_ESTABLISHED },
		{ "time-wait", NODE_WORD_STATE, FACTS_TIME_WAIT },
		{ "connected", NODE_WORD_CONNECTED, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct node node = { .number = 99 };

		assert_true(words_find(cases[i].word, &node));
		assert_int_equal(node.kind, cases[i].kind);
		assert_int_equal(node.number, cases[i].number);
	}
}

static void every_family_with_a_word_is_found_by_it(void **state)
{
	for (int family = 1; family < 64; family++) {
		const char *word = facts_family_word(family);
		struct node node = { .number = 99 };

		if (!word)
			continue;
		if (!words_find(word, &node))
			fail_msg("'%s' is no word of a selector", word);
		assert_int_equal(node.kind, NODE_WORD_FAMILY);
		assert_int_equal(node.number, family);
	}
}

static void what_is_no_word_leaves_the_node_alone(void **state)
{
	static const char *const none[] = { "", "TCP", "tcpx", "listenin", "all", "pid", "and" };
	struct node node = { .kind = NODE_HOLDER, .number = 99 };

	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(words_find(none[i], &node));
	assert_int_equal(node.kind, NODE_HOLDER);
	assert_int_equal(node.number, 99);
}

static void every_key_of_the_design_is_known(void **state)
{
	static const char *const keys[] = {
		"pid",
		"fd",
		"process",
		"user",
		"cgroup",
		"netns",
		"family",
		"type",
		"protocol",
		"state",
		"local",
		"peer",
		"port",
		"interface",
		"path",
		"inode",
		"cookie",
		"local-port",
		"peer-port",
	};
	static const char *const none[] = { "", "PID", "pids", "port ", "TCP_NODELAY" };

	assert_int_equal(COUNT(keys), KEY_N_KEYS);
	for (size_t i = 0; i < COUNT(keys); i++) {
		assert_true(words_key(keys[i]) < KEY_N_KEYS);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(words_key(keys[i]), words_key(keys[k]));
	}
	for (size_t i = 0; i < COUNT(none); i++)
		assert_int_equal(words_key(none[i]), KEY_N_KEYS);
}

/** A word that were also a key or an option could not be told apart from a forgotten comparison. */
static void no_word_is_a_key_or_an_option(void **state)
{
	static const char *const words[] = {
		"tcp",
		"udp",
		"udplite",
		"sctp",
		"dccp",
		"mptcp",
		"icmp",
		"icmpv6",
		"raw",
		"stream",
		"dgram",
		"seqpacket",
		"unix",
		"ipv4",
		"inet",
		"ipv6",
		"inet6",
		"packet",
		"netlink",
		"vsock",
		"xdp",
		"can",
		"connected",
		"listening",
		"established",
		"bound",
		"unbound",
		"closed",
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		assert_int_equal(words_key(words[i]), KEY_N_KEYS);
		assert_null(sockopt_find(words[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_design_is_known),
		cmocka_unit_test(every_family_with_a_word_is_found_by_it),
		cmocka_unit_test(what_is_no_word_leaves_the_node_alone),
		cmocka_unit_test(every_key_of_the_design_is_known),
		cmocka_unit_test(no_word_is_a_key_or_an_option),
	};

	return RUN_TESTS(tests);
}
