/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "child.h"
#include "test.h"

static void get_reads_what_setsockopt_wrote(void **state)
{
	int fd = open_tcp(), wrote = 1500;
	struct sockopt_value value;

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &wrote, sizeof(wrote)), 0);
	assert_int_equal(sockopt_get(fd, the_option("TCP_USER_TIMEOUT"), &value), 0);
	close(fd);
	assert_bytes(&value, &wrote, sizeof(wrote));
}

static void get_reads_structs_and_strings(void **state)
{
	struct linger wrote = { .l_onoff = 1, .l_linger = 7 };
	struct sockopt_value value;
	int fd = open_tcp();

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &wrote, sizeof(wrote)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0);
	assert_int_equal(sockopt_get(fd, the_option("SO_LINGER"), &value), 0);
	assert_bytes(&value, &wrote, sizeof(wrote));
	assert_int_equal(sockopt_get(fd, the_option("TCP_CONGESTION"), &value), 0);
	assert_string_equal((const char *)value.bytes, "reno");
	close(fd);
}

static void get_reads_an_unnamed_option_as_bytes(void **state)
{
	int fd = open_tcp(), wrote = 1, read_back;
	struct sockopt_unnamed unnamed;
	struct sockopt_value value;
	const struct sockopt_option *option = sockopt_make_unnamed(IPPROTO_TCP, TCP_NODELAY, &unnamed);

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &wrote, sizeof(wrote)), 0);
	assert_int_equal(sockopt_get(fd, option, &value), 0);
	close(fd);
	assert_int_equal(value.length, sizeof(read_back));
	assert_int_equal(value_int(&value), 1);
}

/** Bluetooth leaves optlen alone and looks at none: no buffer is handed over that is shorter than the value. */
static void get_trusts_no_length_where_the_kernel_says_none(void **state)
{
	struct sockopt_option option = *the_option("TCP_NODELAY");
	unsigned char bytes[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };
	struct sockopt_value value;
	size_t length = 7;
	int fd = open_tcp();

	option.get_length = SOCKOPT_GET_UNSAID;
	assert_int_equal(sockopt_get(fd, &option, &value), 0);
	assert_int_equal(value.length, sizeof(int));
	assert_int_equal(value_int(&value), 0);
	assert_int_equal(sockopt_get_bytes(fd, &option, bytes, 2, &length), -EMSGSIZE);
	assert_int_equal(length, 7);
	assert_int_equal(sockopt_get_bytes(fd, &option, bytes, sizeof(bytes), &length), 0);
	assert_int_equal(length, sizeof(int));
	assert_memory_equal(bytes, "\0\0\0\0\x09\x09\x09\x09", sizeof(bytes));
	option.number = 9999;
	assert_int_equal(sockopt_get(fd, &option, &value), -ENOPROTOOPT);
	close(fd);
}

static void get_refuses_what_can_only_be_set(void **state)
{
	struct sockopt_value value = { .length = 7 };
	int fd = open_tcp();

	assert_int_equal(sockopt_get(fd, the_option("SO_ATTACH_FILTER"), &value), -EOPNOTSUPP);
	close(fd);
	assert_int_equal(value.length, 7);
}

static void get_refuses_what_only_the_caller_can_ask(void **state)
{
	struct sockopt_value value = { .length = 7 };
	int fd = open_tcp();

	assert_true(the_option("TCP_ZEROCOPY_RECEIVE")->input_from_caller);
	assert_int_equal(sockopt_get(fd, the_option("TCP_ZEROCOPY_RECEIVE"), &value), -EOPNOTSUPP);
	close(fd);
	assert_int_equal(value.length, 7);
}

static void get_passes_the_errno_of_the_kernel_on(void **state)
{
	struct sockopt_value value;
	int fd = open_socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(sockopt_get(fd, the_option("TCP_NODELAY"), &value), -EOPNOTSUPP);
	close(fd);
	fd = open_socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(sockopt_get(fd, the_option("SO_PEERNAME"), &value), -ENOTCONN);
	close(fd);
}

static void get_leaves_value_alone_on_failure(void **state)
{
	struct sockopt_value value, before;

	memset(&value, 0x5a, sizeof(value));
	memcpy(&before, &value, sizeof(value));
	assert_int_equal(sockopt_get(-1, the_option("TCP_USER_TIMEOUT"), &value), -EBADF);
	assert_memory_equal(&value, &before, sizeof(value));
}

static void get_bytes_leaves_value_alone_on_failure(void **state)
{
	unsigned char bytes[64], before[64];
	size_t length = 7;

	memset(bytes, 0x5a, sizeof(bytes));
	memcpy(before, bytes, sizeof(bytes));
	assert_int_equal(sockopt_get_bytes(-1, the_option("SO_LINGER"), bytes, sizeof(bytes), &length), -EBADF);
	assert_int_equal(length, 7);
	assert_memory_equal(bytes, before, sizeof(bytes));
}

static void get_bytes_takes_a_buffer_of_any_size_that_is_enough(void **state)
{
	static unsigned char bytes[65536];
	static const size_t sizes[] = { 8, 9, 16, 512, sizeof(bytes) };
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(sizes); i++) {
		size_t length = 0;
		int r = sockopt_get_bytes(fd, the_option("SO_LINGER"), bytes, sizes[i], &length);

		if (r != 0)
			fail_msg("a buffer of %zu bytes for 8: %s", sizes[i], strerror(-r));
		assert_int_equal(length, sizeof(struct linger));
	}
	close(fd);
}

static void get_bytes_refuses_a_buffer_that_cuts_the_value(void **state)
{
	unsigned char bytes[64] = { 0 };
	size_t length = 7;
	int fd = open_tcp();

	assert_int_equal(sockopt_get_bytes(fd, the_option("SO_LINGER"), bytes, 7, &length), -EMSGSIZE);
	assert_int_equal(sockopt_get_bytes(fd, the_option("TCP_INFO"), bytes, sizeof(bytes), &length), -EMSGSIZE);
	assert_int_equal(length, 7);
	close(fd);
}

/** SO_GET_FILTER counts instructions, not bytes. */
static void get_bytes_gives_bytes_where_the_kernel_counts_elements(void **state)
{
	struct sock_filter wrote[] = { { 0x28, 0, 0, 0 }, { 0x06, 0, 0, 0xffff } }, read_back[8];
	struct sock_fprog program = { .len = COUNT(wrote), .filter = wrote };
	size_t length;
	int fd = open_socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
	assert_int_equal(sockopt_get_bytes(fd, the_option("SO_GET_FILTER"), read_back, sizeof(read_back), &length), 0);
	close(fd);
	assert_int_equal(length, sizeof(wrote));
	assert_memory_equal(read_back, wrote, sizeof(wrote));
}

static void get_fills_in_what_the_kernel_reads_first(void **state)
{
	struct sockopt_value value;
	const struct sockopt_option *option = the_option("MPTCP_FULL_INFO");
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	int r;

	if (fd < 0)
		SKIP_BECAUSE("no MPTCP in this kernel: %s", strerror(errno));
	assert_true(option->n_inputs > 0);
	r = sockopt_get(fd, option, &value);
	close(fd);
	/* Without the sizes that it reads first it answers EINVAL. */
	assert_int_equal(r, 0);
	assert_true(value.length > 0);
}

/** In a namespace of its own, since asking makes the table. @return 0, or the line that does not hold, or 77 */
static int ask_for_the_filter_table(void)
{
	const struct sockopt_option *option = sockopt_find("IPT_SO_GET_INFO");
	struct sockopt_value value;
	int fd, r;

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 77;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r = sockopt_get(fd, option, &value);
	if (r == -ENOPROTOOPT || r == -ENOENT)
		return 77; /* no iptables-legacy, or not its filter table */
	if (r != 0)
		return 1;
	if (value.length != option->get_type->size)
		return 2;
	return strcmp((const char *)value.bytes, "filter") == 0 ? 0 : 3;
}

static void get_fills_in_a_text_that_the_kernel_reads_first(void **state)
{
	int status = in_child(ask_for_the_filter_table);

	if (status == 77)
		SKIP_BECAUSE("no network namespace of one's own, or no iptables-legacy in this kernel");
	assert_int_equal(status, 0);
}

/** The kernel does not say how much it wrote: no more than the option's size is asked for, and that is the length. */
static void get_knows_the_length_where_the_kernel_leaves_it_as_it_was(void **state)
{
	unsigned char bytes[256];
	size_t length = 7;
	int fd = open_tcp();
	int r = sockopt_get_bytes(fd, the_option("SO_ORIGINAL_DST"), bytes, sizeof(bytes), &length);

	close(fd);
	/* ENOENT: no connection; ENOPROTOOPT: no connection tracking. */
	assert_true(r == -ENOENT || r == -ENOPROTOOPT);
	assert_int_equal(length, 7);
	assert_int_equal(the_option("SO_ORIGINAL_DST")->get_length, SOCKOPT_GET_UNCHANGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_reads_what_setsockopt_wrote),
		cmocka_unit_test(get_reads_structs_and_strings),
		cmocka_unit_test(get_reads_an_unnamed_option_as_bytes),
		cmocka_unit_test(get_trusts_no_length_where_the_kernel_says_none),
		cmocka_unit_test(get_refuses_what_can_only_be_set),
		cmocka_unit_test(get_refuses_what_only_the_caller_can_ask),
		cmocka_unit_test(get_passes_the_errno_of_the_kernel_on),
		cmocka_unit_test(get_leaves_value_alone_on_failure),
		cmocka_unit_test(get_bytes_leaves_value_alone_on_failure),
		cmocka_unit_test(get_bytes_takes_a_buffer_of_any_size_that_is_enough),
		cmocka_unit_test(get_bytes_refuses_a_buffer_that_cuts_the_value),
		cmocka_unit_test(get_bytes_gives_bytes_where_the_kernel_counts_elements),
		cmocka_unit_test(get_fills_in_what_the_kernel_reads_first),
		cmocka_unit_test(get_fills_in_a_text_that_the_kernel_reads_first),
		cmocka_unit_test(get_knows_the_length_where_the_kernel_leaves_it_as_it_was),
	};

	return RUN_TESTS(tests);
}
