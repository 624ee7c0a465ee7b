/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>

#include "test.h"

static const struct sockopt_kind tcp4 = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct sockopt_kind udp4 = { AF_INET, SOCK_DGRAM, IPPROTO_UDP };
static const struct sockopt_kind tcp6 = { AF_INET6, SOCK_STREAM, IPPROTO_TCP };
static const struct sockopt_kind local = { AF_UNIX, SOCK_STREAM, 0 };

static void kind_of_tells_family_type_and_protocol(void **state)
{
	static const struct sockopt_kind kinds[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_UNIX, SOCK_DGRAM, 0 },
		{ AF_UNIX, SOCK_SEQPACKET, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 },
	};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		int fd = open_socket(kinds[i].family, kinds[i].type, kinds[i].protocol);
		struct sockopt_kind kind;

		assert_int_equal(sockopt_kind_of(fd, &kind), 0);
		close(fd);
		assert_memory_equal(&kind, &kinds[i], sizeof(kind));
	}
}

static void kind_of_leaves_value_alone_on_failure(void **state)
{
	struct sockopt_kind kind = { 1, 2, 3 };
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(sockopt_kind_of(pipes[0], &kind), -ENOTSOCK);
	assert_int_equal(sockopt_kind_of(-1, &kind), -EBADF);
	close(pipes[0]);
	close(pipes[1]);
	assert_memory_equal(&kind, &((struct sockopt_kind){ 1, 2, 3 }), sizeof(kind));
}

static void where_fits_only_if_all_three_fit(void **state)
{
	struct sockopt_where everything = { 0 };
	struct sockopt_where stream = { .types = 1U << SOCK_STREAM };
	struct sockopt_where inet_tcp = {
		.families = UINT64_C(1) << AF_INET,
		.protocols = { IPPROTO_TCP, IPPROTO_SCTP },
		.n_protocols = 2,
	};

	assert_true(sockopt_where_fits(&everything, &tcp4));
	assert_true(sockopt_where_fits(&everything, &local));
	assert_true(sockopt_where_fits(&stream, &tcp4));
	assert_true(sockopt_where_fits(&stream, &local));
	assert_false(sockopt_where_fits(&stream, &udp4));
	assert_true(sockopt_where_fits(&inet_tcp, &tcp4));
	assert_false(sockopt_where_fits(&inet_tcp, &udp4));
	assert_false(sockopt_where_fits(&inet_tcp, &tcp6));
}

static void where_fits_no_family_or_type_past_the_bits(void **state)
{
	struct sockopt_where inet = { .families = UINT64_C(1) << AF_INET };
	struct sockopt_where stream = { .types = 1U << SOCK_STREAM };
	static const int odd[] = { -1, 64, 66, 1000, INT32_MIN, INT32_MAX };

	for (size_t i = 0; i < COUNT(odd); i++) {
		assert_false(sockopt_where_fits(&inet, &(struct sockopt_kind){ odd[i], SOCK_STREAM, 0 }));
		assert_false(sockopt_where_fits(&stream, &(struct sockopt_kind){ AF_INET, odd[i], 0 }));
	}
}

static void applies_says_where_an_option_works(void **state)
{
	const struct sockopt_option *nodelay = the_option("TCP_NODELAY"), *buffer = the_option("SO_RCVBUF");

	assert_true(sockopt_applies(nodelay, &tcp4, SOCKOPT_SET));
	assert_true(sockopt_applies(nodelay, &tcp6, SOCKOPT_GET));
	assert_false(sockopt_applies(nodelay, &udp4, SOCKOPT_SET));
	assert_false(sockopt_applies(nodelay, &local, SOCKOPT_GET));
	assert_true(sockopt_applies(buffer, &local, SOCKOPT_GET));
}

static void applies_judges_get_and_set_apart(void **state)
{
	struct sockopt_where tcp = { .protocols = { IPPROTO_TCP }, .n_protocols = 1 };
	struct sockopt_where udp = { .protocols = { IPPROTO_UDP }, .n_protocols = 1 };
	struct sockopt_option option = { .applies = &tcp, .n_applies = 1, .applies_get = &udp, .n_applies_get = 1 };

	assert_true(sockopt_applies(&option, &tcp4, SOCKOPT_SET));
	assert_false(sockopt_applies(&option, &tcp4, SOCKOPT_GET));
	assert_true(sockopt_applies(&option, &udp4, SOCKOPT_GET));
	assert_false(sockopt_applies(&option, &udp4, SOCKOPT_SET));
}

static void applies_everywhere_if_no_place_is_named(void **state)
{
	struct sockopt_option option = { .n_applies = 0 };

	assert_true(sockopt_applies(&option, &local, SOCKOPT_SET));
	assert_true(sockopt_applies(&option, &(struct sockopt_kind){ 44, SOCK_RAW, 0 }, SOCKOPT_GET));
}

static void twin_for_gives_the_level_that_applies(void **state)
{
	const struct sockopt_option *first = the_option("MCAST_JOIN_GROUP");
	const struct sockopt_kind raw6 = { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 };

	assert_int_equal(sockopt_twin_for(first, &udp4, SOCKOPT_SET)->level->number, IPPROTO_IP);
	assert_int_equal(sockopt_twin_for(first, &raw6, SOCKOPT_SET)->level->number, IPPROTO_IPV6);
	assert_null(sockopt_twin_for(first, &local, SOCKOPT_SET));
}

static void twin_for_heeds_what_is_allowed(void **state)
{
	assert_null(sockopt_twin_for(the_option("TCP_INFO"), &tcp4, SOCKOPT_SET));
	assert_ptr_equal(sockopt_twin_for(the_option("TCP_INFO"), &tcp4, SOCKOPT_GET), the_option("TCP_INFO"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kind_of_tells_family_type_and_protocol),
		cmocka_unit_test(kind_of_leaves_value_alone_on_failure),
		cmocka_unit_test(where_fits_only_if_all_three_fit),
		cmocka_unit_test(where_fits_no_family_or_type_past_the_bits),
		cmocka_unit_test(applies_says_where_an_option_works),
		cmocka_unit_test(applies_judges_get_and_set_apart),
		cmocka_unit_test(applies_everywhere_if_no_place_is_named),
		cmocka_unit_test(twin_for_gives_the_level_that_applies),
		cmocka_unit_test(twin_for_heeds_what_is_allowed),
	};

	return RUN_TESTS(tests);
}
