/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <groups.h>
#include <identity.h>
#include <net/if.h>

#include "test.h"

static void the_list_of_the_kernel_is_read(void **state)
{
	static const char text[] = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
				   "1\tlo        :     2      V3\n\t\t\t\t010101EF     1 0:00000000\t\t0\n"
				   "\t\t\t\t010000E0     1 0:00000000\t\t0\n"
				   "12\teth0      :     1      V3\n\t\t\t\tFB0000E0     1 0:00000000\t\t0";
	struct group groups[8];

	assert_int_equal(groups_read(text, groups, COUNT(groups)), 3);
	assert_int_equal(groups[0].ifindex, 1);
	assert_int_equal(groups[0].address.s_addr, 0x010101EF);
	assert_int_equal(groups[2].ifindex, 12);
	assert_int_equal(groups[2].address.s_addr, 0xFB0000E0);
	assert_int_equal(groups_read(text, groups, 2), 2);
	assert_int_equal(groups_read("", groups, COUNT(groups)), 0);
}

static void what_is_no_list_has_no_groups(void **state)
{
	static const char *const texts[] = { "\n\n", "\t\t010101EF", "x\n\tzz", "1\tlo\n\t\tFFFFFFFFFF", "99999999999\tlo\n\t01" };
	struct group groups[2];

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(groups_read(texts[i], groups, COUNT(groups)), 0);
}

static void a_socket_says_which_groups_it_is_in(void **state)
{
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0), other = open_socket(AF_INET, SOCK_DGRAM, 0);
	struct ip_mreqn join = { .imr_ifindex = (int)if_nametoindex("lo") };
	struct facts_holder holder = { .pid = getpid(), .fd = fd };
	struct live_socket socket = { .fd = fd, .facts = { .holders = &holder, .n_holders = 1 } };
	struct identity_namespaces namespaces = { 0 };
	int64_t joined = -7, others = -7, before;

	assert_int_equal(identity_read(fd, &namespaces, &socket.facts), 0);
	assert_int_equal(groups_count(&socket, &joined, &others), 0);
	assert_int_equal(joined, 0);
	before = others;
	inet_pton(AF_INET, "239.77.66.55", &join.imr_multiaddr);
	if (setsockopt(other, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)) < 0)
		SKIP_BECAUSE("no group can be joined on the loopback");
	assert_int_equal(groups_count(&socket, &joined, &others), 0);
	assert_int_equal(joined, 0);
	assert_int_equal(others, before + 1);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)), 0);
	assert_int_equal(groups_count(&socket, &joined, &others), 0);
	assert_int_equal(joined, 1);
	assert_int_equal(others, before);
	socket.facts.netns = 1;
	joined = -7;
	assert_int_equal(groups_count(&socket, &joined, &others), -EPERM);
	assert_int_equal(joined, -7);
	close(fd);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_of_the_kernel_is_read),
		cmocka_unit_test(what_is_no_list_has_no_groups),
		cmocka_unit_test(a_socket_says_which_groups_it_is_in),
	};

	return RUN_TESTS(tests);
}
