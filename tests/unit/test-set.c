/* SPDX-License-Identifier: MIT */
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "test.h"

static void set_writes_what_getsockopt_reads(void **state)
{
	struct sockopt_value value = int_value(2500);
	socklen_t length = sizeof(int);
	int fd = open_tcp(), read_back = 0;

	assert_int_equal(sockopt_set(fd, the_option("TCP_USER_TIMEOUT"), &value), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &read_back, &length), 0);
	close(fd);
	assert_int_equal(read_back, 2500);
}

static void set_sends_structs_and_strings_as_they_are(void **state)
{
	struct sockopt_value value;
	struct linger linger = { 0, 0 };
	char name[16] = "";
	socklen_t length = sizeof(linger);
	int fd = open_tcp();

	assert_int_equal(sockopt_parse(the_option("SO_LINGER"), "on:3s", &value, NULL), 0);
	assert_int_equal(sockopt_set(fd, the_option("SO_LINGER"), &value), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
	assert_int_equal(linger.l_onoff, 1);
	assert_int_equal(linger.l_linger, 3);

	length = sizeof(name);
	assert_int_equal(sockopt_parse(the_option("TCP_CONGESTION"), "reno", &value, NULL), 0);
	assert_int_equal(sockopt_set(fd, the_option("TCP_CONGESTION"), &value), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length), 0);
	assert_string_equal(name, "reno");
	close(fd);
}

/** TIPC_GROUP_LEAVE and its like are refused with an address, even of nothing. */
static void an_option_without_a_value_gets_no_address_of_one(void **state)
{
	static const struct sockopt_type none = { .name = "none", .form = SOCKOPT_FORM_NONE };
	struct sockopt_option option = *the_option("SO_KEEPALIVE");
	struct sockopt_value value = int_value(1);
	int fd = open_tcp();

	assert_int_equal(sockopt_set(fd, &option, &value), 0);
	option.type = &none;
	assert_int_equal(sockopt_set(fd, &option, &value), -EFAULT);
	close(fd);
}

/** The kernel takes a pointer to the instructions; a value holds the instructions themselves. */
static void set_attaches_the_program_that_the_value_holds(void **state)
{
	struct sock_filter read_back[4], wanted[] = { { 0x28, 0, 0, 12 }, { 0x06, 0, 0, 0xffffffff } };
	struct sockopt_value value;
	socklen_t count = COUNT(read_back);
	int fd = open_socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_equal(sockopt_parse(the_option("SO_ATTACH_FILTER"), "0x280000000c00000006000000ffffffff", &value, NULL),
			 0);
	assert_int_equal(sockopt_set(fd, the_option("SO_ATTACH_FILTER"), &value), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, read_back, &count), 0);
	close(fd);
	assert_int_equal(count, COUNT(wanted));
	assert_memory_equal(read_back, wanted, sizeof(wanted));
}

static void set_refuses_what_can_only_be_read(void **state)
{
	struct sockopt_value value = int_value(1);
	int fd = open_tcp();

	assert_int_equal(sockopt_set(fd, the_option("SO_TYPE"), &value), -EOPNOTSUPP);
	assert_int_equal(sockopt_set(fd, the_option("TCP_INFO"), &value), -EOPNOTSUPP);
	close(fd);
}

static void set_passes_the_errno_of_the_kernel_on(void **state)
{
	struct sockopt_value value = int_value(-5), empty = { .length = 0 };
	int fd = open_tcp();

	assert_int_equal(sockopt_set(fd, the_option("TCP_USER_TIMEOUT"), &value), -EINVAL);
	assert_int_equal(sockopt_set(fd, the_option("TCP_USER_TIMEOUT"), &empty), -EINVAL);
	close(fd);
	assert_int_equal(sockopt_set(-1, the_option("TCP_NODELAY"), &value), -EBADF);
}

static void set_reaches_an_unnamed_option(void **state)
{
	struct sockopt_unnamed unnamed;
	struct sockopt_value value = int_value(1);
	socklen_t length = sizeof(int);
	int fd = open_tcp(), read_back = 0;

	assert_int_equal(sockopt_set(fd, sockopt_make_unnamed(IPPROTO_TCP, TCP_NODELAY, &unnamed), &value), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &read_back, &length), 0);
	close(fd);
	assert_int_equal(read_back, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_writes_what_getsockopt_reads),
		cmocka_unit_test(set_sends_structs_and_strings_as_they_are),
		cmocka_unit_test(set_attaches_the_program_that_the_value_holds),
		cmocka_unit_test(an_option_without_a_value_gets_no_address_of_one),
		cmocka_unit_test(set_refuses_what_can_only_be_read),
		cmocka_unit_test(set_passes_the_errno_of_the_kernel_on),
		cmocka_unit_test(set_reaches_an_unnamed_option),
	};

	return RUN_TESTS(tests);
}
