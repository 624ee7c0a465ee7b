/* SPDX-License-Identifier: MIT */
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "test.h"

/** The error of an assignment that must not be accepted. */
static struct sockopt_error refused(const char *text, int wanted)
{
	struct sockopt_assignment assignment;
	struct sockopt_unnamed unnamed;
	struct sockopt_error error = { 0 };
	int r = sockopt_parse_assignment(text, &assignment, &unnamed, &error);

	if (r != wanted)
		fail_msg("'%s': %d, not %d", text, r, wanted);
	assert_int_not_equal(error.problem, SOCKOPT_NO_PROBLEM);
	/* The word is a part of the caller's text. */
	if (error.word) {
		assert_true(error.word >= text);
		assert_true(error.word + error.word_length <= text + strlen(text));
	}
	return error;
}

static void parse_assignment_takes_every_spelling_of_a_name(void **state)
{
	static const char *const texts[] = {
		"TCP_NODELAY=on",
		"tcp_nodelay=on",
		"nodelay=on",
		"tcp.nodelay=1",
		"tcp-nodelay=yes",
		"NoDelay=true",
	};
	struct sockopt_assignment assignment;

	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(sockopt_parse_assignment(texts[i], &assignment, NULL, NULL), 0);
		assert_ptr_equal(assignment.option, the_option("TCP_NODELAY"));
		assert_int_equal(value_int(&assignment.value), 1);
	}
}

static void parse_assignment_cuts_at_the_first_equals_sign(void **state)
{
	struct sockopt_assignment assignment;
	struct linger linger;

	assert_int_equal(sockopt_parse_assignment("SO_LINGER=l_onoff=1,l_linger=9", &assignment, NULL, NULL), 0);
	memcpy(&linger, assignment.value.bytes, sizeof(linger));
	assert_int_equal(linger.l_onoff, 1);
	assert_int_equal(linger.l_linger, 9);
}

static void parse_assignment_refuses_a_name_without_value(void **state)
{
	struct sockopt_error error = refused("tcp_keepidle", -EINVAL);
	char hint[80];

	assert_int_equal(refused("TCP_NODELAY", -EINVAL).problem, SOCKOPT_NO_VALUE);
	assert_int_equal(error.problem, SOCKOPT_NO_VALUE);
	sockopt_hint(&error, "en", hint, sizeof(hint));
	assert_string_equal(hint, "write OPTION=VALUE, such as TCP_KEEPIDLE=60s");
	assert_int_equal(refused("", -EINVAL).problem, SOCKOPT_NO_VALUE);
	assert_int_equal(refused("TCP_NODELAY=", -EINVAL).problem, SOCKOPT_BAD_VALUE);
}

static void parse_assignment_names_the_nearest_of_an_unknown_name(void **state)
{
	struct sockopt_error error = refused("TCP_NODELYA=on", -ENOENT);

	assert_int_equal(error.problem, SOCKOPT_NO_SUCH_OPTION);
	assert_ptr_equal(error.near[0], the_option("TCP_NODELAY"));
	assert_int_equal(error.word_length, strlen("TCP_NODELYA"));
	assert_null(refused("=on", -ENOENT).near[0]);
	assert_null(refused("a_name_that_is_longer_than_any_name_of_an_option_can_be_in_this_world=1", -ENOENT).near[0]);
}

static void parse_assignment_tells_an_ambiguous_name(void **state)
{
	static const char *const texts[] = { "multicast_if=lo", "MULTICAST_IF=lo", "multicast-if=lo" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sockopt_error error = refused(texts[i], -ENOTUNIQ);

		assert_int_equal(error.problem, SOCKOPT_AMBIGUOUS);
		assert_non_null(error.near[0]);
		assert_non_null(error.near[1]);
	}
}

static void parse_assignment_refuses_what_can_only_be_read(void **state)
{
	struct sockopt_error error = refused("SO_TYPE=stream", -EOPNOTSUPP);

	assert_int_equal(error.problem, SOCKOPT_CANNOT_SET);
	assert_ptr_equal(error.option, the_option("SO_TYPE"));
}

static void parse_assignment_passes_the_trouble_of_a_value_on(void **state)
{
	struct sockopt_error error = refused("TCP_KEEPIDLE=30x", -EINVAL);

	assert_int_equal(error.problem, SOCKOPT_WRONG_UNIT);
	assert_int_equal(error.at, 2);
	assert_memory_equal(error.word, "30x", 3);
	assert_int_equal(refused("TCP_KEEPIDLE=32768", -ERANGE).problem, SOCKOPT_OUT_OF_RANGE);
	assert_int_equal(refused("TCP_CONGESTION=a_name_of_twenty_le", -EMSGSIZE).problem, SOCKOPT_TOO_LONG);
}

static void parse_assignment_takes_numbers_for_what_has_no_name(void **state)
{
	static const struct {
		const char *text;
		int level, number;
	} cases[] = {
		{ "6:250=0x10270000", 6, 250 },
		{ "0x6:0xfa=0x10270000", 6, 250 },
		{ "tcp:250=0x10270000", 6, 250 },
		{ "SOL_TCP:250=0x10270000", 6, 250 },
		{ "1234:0=0x10270000", 1234, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_assignment assignment;
		struct sockopt_unnamed unnamed;

		assert_int_equal(sockopt_parse_assignment(cases[i].text, &assignment, &unnamed, NULL), 0);
		assert_ptr_equal(assignment.option, &unnamed.option);
		assert_int_equal(assignment.option->level->number, cases[i].level);
		assert_int_equal(assignment.option->number, cases[i].number);
		assert_bytes(&assignment.value, "\x10\x27\0\0", 4);
	}
}

/** 6 is the level of two families: it is that of IP, unless it is named. */
static void parse_assignment_takes_numbers_of_two_levels_for_those_of_ip(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
		{ "6:1=0x01000000", "TCP_NODELAY" },
		{ "tcp:1=0x01000000", "TCP_NODELAY" },
		{ "SOL_TCP:0x1=0x01000000", "TCP_NODELAY" },
		{ "l2cap:1=0x01000000", "L2CAP_OPTIONS" },
		{ "6:18=0x01000000", "TCP_USER_TIMEOUT" },
		{ "17:1=0x01000000", "UDP_CORK" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_assignment assignment;
		struct sockopt_unnamed unnamed;

		assert_int_equal(sockopt_parse_assignment(cases[i].text, &assignment, &unnamed, NULL), 0);
		assert_string_equal(assignment.option->name, cases[i].name);
		assert_bytes(&assignment.value, "\x01\0\0\0", 4);
	}
}

/** Then it is known what it does, and how it is shown. */
static void parse_assignment_knows_the_name_of_numbers_that_have_one(void **state)
{
	static const char *const texts[] = { "6:18=0x10270000", "0x6:0x12=0x10270000", "tcp:18=0x10270000" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sockopt_assignment assignment;
		struct sockopt_unnamed unnamed;

		assert_int_equal(sockopt_parse_assignment(texts[i], &assignment, &unnamed, NULL), 0);
		assert_ptr_equal(assignment.option, the_option("TCP_USER_TIMEOUT"));
		assert_bytes(&assignment.value, "\x10\x27\0\0", 4);
	}
}

/** As proxies are told an option: 6, 18 and a number. */
static void parse_assignment_reads_the_value_of_numbers_as_that_of_their_name(void **state)
{
	static const struct {
		const char *text, *name;
		int value;
	} cases[] = {
		{ "6:18=30000", "TCP_USER_TIMEOUT", 30000 },
		{ "tcp:18=30s", "TCP_USER_TIMEOUT", 30000 },
		{ "1:8=64KiB", "SO_RCVBUF", 65536 },
		{ "6:1=on", "TCP_NODELAY", 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_assignment assignment;
		struct sockopt_unnamed unnamed;

		assert_int_equal(sockopt_parse_assignment(cases[i].text, &assignment, &unnamed, NULL), 0);
		assert_string_equal(assignment.option->name, cases[i].name);
		assert_int_equal(value_int(&assignment.value), cases[i].value);
	}
	assert_int_equal(refused("6:4=40000", -ERANGE).problem, SOCKOPT_OUT_OF_RANGE);
	refused("6:250=1", -EINVAL); /* has no name: bytes only */
}

static void parse_assignment_refuses_what_are_no_numbers(void **state)
{
	static const char *const texts[] = {
		"6:=0x00",
		":18=0x00",
		":=0x00",
		"6:18x=0x00",
		"6x:18=0x00",
		"6:-1=0x00",
		"-1:18=0x00",
		"6:2147483648=0x00",
		"2147483648:6=0x00",
		"nosuchlevel:18=0x00",
		"6:18:1=0x00",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		refused(texts[i], -ENOENT);
	refused("6:18=on", -EINVAL);
	refused("6:18=0x1", -EINVAL);
}

static void parse_assignment_refuses_numbers_without_room_for_them(void **state)
{
	struct sockopt_assignment assignment;

	assert_int_equal(sockopt_parse_assignment("6:18=0x10270000", &assignment, NULL, NULL), -ENOENT);
}

static void parse_assignment_leaves_value_alone_on_failure(void **state)
{
	static const char *const texts[] = {
		"TCP_NODELAY",
		"TCP_NODELYA=on",
		"SO_TYPE=stream",
		"TCP_NODELAY=perhaps",
		"TCP_KEEPIDLE=0",
		"6:18=on",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sockopt_assignment assignment, before;
		struct sockopt_unnamed unnamed;

		memset(&assignment, 0x5a, sizeof(assignment));
		memcpy(&before, &assignment, sizeof(before));
		assert_true(sockopt_parse_assignment(texts[i], &assignment, &unnamed, NULL) < 0);
		if (memcmp(&assignment, &before, sizeof(before)) != 0)
			fail_msg("'%s': the assignment was touched", texts[i]);
	}
}

static void set_text_sets_what_the_text_says(void **state)
{
	socklen_t length = sizeof(int);
	int fd = open_tcp(), read_back = 0;

	assert_int_equal(sockopt_set_text(fd, "TCP_USER_TIMEOUT=30s", NULL), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &read_back, &length), 0);
	assert_int_equal(read_back, 30000);
	assert_int_equal(sockopt_set_text(fd, "6:18=0x10270000", NULL), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &read_back, &length), 0);
	assert_int_equal(read_back, 10000);
	close(fd);
}

static void set_text_tells_why_it_failed(void **state)
{
	struct sockopt_error error = { 0 };
	int fd = open_tcp(), udp = open_socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(sockopt_set_text(fd, "TCP_NODELAY=perhaps", &error), -EINVAL);
	assert_int_equal(error.problem, SOCKOPT_BAD_VALUE);
	assert_int_equal(error.error, 0); /* no system call was made */
	assert_int_equal(sockopt_set_text(udp, "TCP_NODELAY=on", &error), -ENOPROTOOPT);
	assert_int_equal(error.problem, SOCKOPT_DOES_NOT_APPLY);
	assert_int_equal(error.error, ENOPROTOOPT);
	assert_ptr_equal(error.option, the_option("TCP_NODELAY"));
	assert_int_equal(sockopt_set_text(-1, "TCP_NODELAY=on", &error), -EBADF);
	assert_int_equal(error.error, EBADF);
	close(fd);
	close(udp);
}

/** MCAST_JOIN_GROUP stands at IPPROTO_IP and IPPROTO_IPV6; a UDP socket of IPv6 knows both levels. */
static void set_text_finds_the_level_that_takes_the_value(void **state)
{
	struct sockopt_error error = { 0 };
	char text[128], message[256];
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		SKIP_BECAUSE("no IPv6 here: %s", strerror(errno));
	snprintf(text, sizeof(text), "MCAST_JOIN_GROUP=gr_interface=%u,gr_group=[ff02::4321]:0", if_nametoindex("lo"));
	r = sockopt_set_text(fd, text, &error);
	close(fd);
	if (r < 0) {
		sockopt_message(&error, "en", message, sizeof(message));
		fail_msg("%s: %s", text, message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_assignment_takes_every_spelling_of_a_name),
		cmocka_unit_test(parse_assignment_cuts_at_the_first_equals_sign),
		cmocka_unit_test(parse_assignment_refuses_a_name_without_value),
		cmocka_unit_test(parse_assignment_names_the_nearest_of_an_unknown_name),
		cmocka_unit_test(parse_assignment_tells_an_ambiguous_name),
		cmocka_unit_test(parse_assignment_refuses_what_can_only_be_read),
		cmocka_unit_test(parse_assignment_passes_the_trouble_of_a_value_on),
		cmocka_unit_test(parse_assignment_takes_numbers_for_what_has_no_name),
		cmocka_unit_test(parse_assignment_takes_numbers_of_two_levels_for_those_of_ip),
		cmocka_unit_test(parse_assignment_knows_the_name_of_numbers_that_have_one),
		cmocka_unit_test(parse_assignment_reads_the_value_of_numbers_as_that_of_their_name),
		cmocka_unit_test(parse_assignment_refuses_what_are_no_numbers),
		cmocka_unit_test(parse_assignment_refuses_numbers_without_room_for_them),
		cmocka_unit_test(parse_assignment_leaves_value_alone_on_failure),
		cmocka_unit_test(set_text_sets_what_the_text_says),
		cmocka_unit_test(set_text_tells_why_it_failed),
		cmocka_unit_test(set_text_finds_the_level_that_takes_the_value),
	};

	return RUN_TESTS(tests);
}
