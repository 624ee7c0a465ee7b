/* SPDX-License-Identifier: MIT */
#include <bpf-change.h>
#include <identity.h>
#include <netinet/in.h>
#include <sockets.h>

#include "child.h"

static const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, IPPROTO_TCP };

/** A connection to ourselves: both ends. */
static void connect_pair(int fds[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	int listener = open_tcp();

	fds[0] = open_tcp();
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(connect(fds[0], (struct sockaddr *)&address, sizeof(address)), 0);
	fds[1] = accept(listener, NULL, NULL);
	assert_true(fds[1] >= 0);
	close(listener);
}

static struct bpf_change change_of(int fd, const char *name, const struct sockopt_value *asked)
{
	struct bpf_change change = {
		.cookie = identity_cookie(fd),
		.protocol = IPPROTO_TCP,
		.option = the_option(name),
		.has_asked = asked != NULL,
	};

	if (asked)
		assert_true(bpf_value_make(asked, &change.asked));
	return change;
}

static int after_of(const struct bpf_change *change)
{
	struct sockopt_value value;

	bpf_value_get(&change->after, &value);
	return value_int(&value);
}

static int read_int(int fd, const char *name)
{
	struct sockopt_value value;

	assert_int_equal(sockopt_get(fd, the_option(name), &value), 0);
	return value_int(&value);
}

/** Makes them; the test is skipped where the kernel's side cannot be had. */
static int make(struct bpf_change *changes, size_t n)
{
	const char *why = NULL;
	int error = 0;
	int r = bpf_change_all(changes, n, &why, &error);

	if (r != -EOPNOTSUPP)
		return r;
	assert_non_null(why);
	SKIP_BECAUSE("%s: %s", why, strerror(error));
	return r;
}

static void without_a_list_nothing_is_loaded(void **state)
{
	const char *why = "not touched";
	int error = 4711;

	assert_int_equal(bpf_change_all(NULL, 0, &why, &error), -EINVAL);
	assert_string_equal(why, "not touched");
	assert_int_equal(error, 4711);
}

static void what_is_not_possible_is_refused_before_anything_is_touched(void **state)
{
	struct sockopt_value on = int_value(1), long_value = { .length = 33 };
	struct bpf_change changes[17];
	const char *why;
	size_t n = 0;
	int fds[2], error;

	connect_pair(fds);
	changes[0] = change_of(fds[0], "TCP_NODELAY", &on);
	changes[1] = change_of(fds[0], "SO_OOBINLINE", &on);
	assert_int_equal(bpf_change_all(changes, 2, &why, &error), -EINVAL);
	assert_false(bpf_value_make(&long_value, &changes[1].asked));
	changes[1] = change_of(fds[0], "TCP_CONGESTION", &on);
	changes[1].asked.length = long_value.length;
	assert_int_equal(bpf_change_all(changes, 2, &why, &error), -EINVAL);
	/* More different options than fit. */
	for (size_t i = 0; i < sockopt_count() && n < COUNT(changes); i++)
		if (bpf_change_possible(sockopt_at(i), &tcp))
			changes[n++] = change_of(fds[0], sockopt_at(i)->name, NULL);
	assert_int_equal(n, COUNT(changes));
	assert_int_equal(bpf_change_all(changes, n, &why, &error), -EINVAL);
	assert_int_equal(read_int(fds[0], "TCP_NODELAY"), 0);
	close(fds[0]);
	close(fds[1]);
}

static void which_options_on_which_sockets(void **state)
{
	static const struct sockopt_kind udp6 = { AF_INET6, SOCK_DGRAM, IPPROTO_UDP }, local = { AF_UNIX, SOCK_STREAM, 0 },
					 mptcp = { AF_INET, SOCK_STREAM, IPPROTO_MPTCP };

	assert_true(bpf_change_possible(the_option("TCP_NODELAY"), &tcp));
	assert_true(bpf_change_possible(the_option("SO_RCVBUF"), &tcp));
	assert_true(bpf_change_possible(the_option("SO_PRIORITY"), &udp6));
	assert_false(bpf_change_possible(the_option("SO_PRIORITY"), &local));
	assert_false(bpf_change_possible(the_option("SO_PRIORITY"), &mptcp));
	assert_false(bpf_change_possible(the_option("SO_OOBINLINE"), &tcp));
	assert_false(bpf_change_possible(the_option("TCP_INFO"), &tcp));
}

static void the_socket_of_the_list_is_changed_and_no_other(void **state)
{
	struct sockopt_value on = int_value(1), idle = int_value(77), size = int_value(20000);
	struct bpf_change changes[3];
	int fds[2], before;

	connect_pair(fds);
	before = read_int(fds[1], "SO_RCVBUF");
	changes[0] = change_of(fds[0], "TCP_NODELAY", &on);
	changes[1] = change_of(fds[1], "TCP_KEEPIDLE", &idle);
	changes[2] = change_of(fds[0], "SO_RCVBUF", &size);
	assert_int_equal(make(changes, 3), 0);
	for (size_t i = 0; i < 3; i++)
		assert_true(changes[i].is_found && changes[i].error == 0 && changes[i].has_after);
	assert_int_equal(after_of(&changes[0]), 1);
	assert_int_equal(after_of(&changes[1]), 77);
	assert_int_equal(after_of(&changes[2]), 40000); /* the kernel doubles it */
	assert_int_equal(read_int(fds[0], "TCP_NODELAY"), 1);
	assert_int_equal(read_int(fds[1], "TCP_NODELAY"), 0);
	assert_int_equal(read_int(fds[0], "TCP_KEEPIDLE"), read_int(fds[0], "TCP_KEEPIDLE"));
	assert_int_not_equal(read_int(fds[0], "TCP_KEEPIDLE"), 77);
	assert_int_equal(read_int(fds[1], "TCP_KEEPIDLE"), 77);
	assert_int_equal(read_int(fds[0], "SO_RCVBUF"), 40000);
	assert_int_equal(read_int(fds[1], "SO_RCVBUF"), before);
	close(fds[0]);
	close(fds[1]);
}

static void to_read_changes_nothing(void **state)
{
	struct bpf_change changes[2];
	int fds[2];

	connect_pair(fds);
	assert_int_equal(sockopt_set_text(fds[0], "TCP_KEEPIDLE=55s", NULL), 0);
	changes[0] = change_of(fds[0], "TCP_KEEPIDLE", NULL);
	changes[1] = change_of(fds[1], "TCP_NODELAY", NULL);
	assert_int_equal(make(changes, 2), 0);
	assert_true(changes[0].has_after && changes[1].has_after);
	assert_int_equal(after_of(&changes[0]), 55);
	assert_int_equal(after_of(&changes[1]), 0);
	assert_int_equal(read_int(fds[0], "TCP_KEEPIDLE"), 55);
	assert_int_equal(read_int(fds[1], "TCP_NODELAY"), 0);
	close(fds[0]);
	close(fds[1]);
}

static void what_the_kernel_refuses_and_what_is_not_there(void **state)
{
	struct sockopt_value none = { .length = 6, .bytes = "nosuch" }, on = int_value(1);
	struct bpf_change changes[3];
	int fds[2];

	connect_pair(fds);
	changes[0] = change_of(fds[0], "TCP_CONGESTION", &none);
	changes[1] = change_of(fds[0], "TCP_NODELAY", &on);
	changes[2] = change_of(fds[0], "TCP_NODELAY", &on);
	changes[2].cookie = UINT64_MAX;
	changes[2].is_found = changes[2].has_after = true;
	assert_int_equal(make(changes, 3), 0);
	assert_true(changes[0].is_found);
	assert_int_equal(changes[0].error, ENOENT);
	assert_true(changes[1].is_found && changes[1].error == 0);
	assert_false(changes[2].is_found || changes[2].has_after);
	close(fds[0]);
	close(fds[1]);
}

/** Some kernels take no change from an iterator over UDP: then it says so, and TCP sockets are changed all the same. */
static void a_udp_socket_is_set_or_it_is_said_that_it_cannot_be(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockopt_value five = int_value(5);
	struct bpf_change changes[2];
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0), fds[2];

	connect_pair(fds);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	changes[0] = change_of(fd, "SO_PRIORITY", &five);
	changes[0].protocol = IPPROTO_UDP;
	changes[1] = change_of(fds[1], "SO_PRIORITY", &five);
	assert_int_equal(make(changes, 2), 0);
	assert_true(changes[0].is_found);
	assert_int_equal(read_int(fd, "SO_PRIORITY"), changes[0].error ? 0 : 5);
	assert_true(changes[0].error == 0 || changes[0].error == EOPNOTSUPP);
	assert_int_equal(changes[1].error, 0);
	assert_int_equal(read_int(fds[1], "SO_PRIORITY"), 5);
	assert_int_equal(read_int(fds[0], "SO_PRIORITY"), 0);
	close(fds[0]);
	close(fds[1]);
	close(fd);
}

/** A namespace that no process lives in, or that may not be entered: what is there is not said to be gone. */
static void gone_is_not_out_of_reach(void **state)
{
	uint64_t own = netns_of_path("/proc/self/ns/net");
	struct bpf_change changes[3];
	int fds[2];

	connect_pair(fds);
	for (size_t i = 0; i < 3; i++)
		changes[i] = change_of(fds[0], "TCP_NODELAY", NULL);
	changes[0].netns = own;
	changes[1].netns = own;
	changes[1].cookie = UINT64_MAX;
	changes[2].netns = 1;
	changes[2].cookie = UINT64_MAX - 1;
	assert_int_equal(make(changes, 3), 0);
	assert_true(changes[0].is_found && !changes[0].is_out_of_reach);
	assert_false(changes[1].is_found || changes[1].is_out_of_reach);
	assert_true(!changes[2].is_found && changes[2].is_out_of_reach);
	/* Only the namespaces of the list are walked. */
	changes[0].netns = 1;
	assert_int_equal(make(changes, 1), 0);
	assert_true(!changes[0].is_found && changes[0].is_out_of_reach);
	close(fds[0]);
	close(fds[1]);
}

/** The empty text is a value too: it unbinds. */
static void an_empty_value_is_set(void **state)
{
	struct sockopt_value lo = { .length = 2, .bytes = "lo" }, none = { .length = 0 }, now;
	struct bpf_change change;
	int fds[2];

	connect_pair(fds);
	assert_int_equal(sockopt_set(fds[0], the_option("SO_BINDTODEVICE"), &lo), 0);
	change = change_of(fds[0], "SO_BINDTODEVICE", &none);
	assert_int_equal(make(&change, 1), 0);
	assert_true(change.is_found && change.error == 0);
	assert_int_equal(sockopt_get(fds[0], the_option("SO_BINDTODEVICE"), &now), 0);
	assert_int_equal(now.length, 0);
	close(fds[0]);
	close(fds[1]);
}

static int change_as_nobody(void)
{
	struct sockopt_value on = int_value(1);
	struct bpf_change change;
	const char *why = NULL;
	int fds[2], error = 0;

	connect_pair(fds);
	change = change_of(fds[0], "TCP_NODELAY", &on);
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 77;
	if (bpf_change_all(&change, 1, &why, &error) != -EOPNOTSUPP || !why || error != EPERM)
		return 1;
	return read_int(fds[0], "TCP_NODELAY");
}

static void without_the_right_it_says_so(void **state)
{
	int r = in_child(change_as_nobody);

	if (r == 77)
		SKIP_BECAUSE("needs root, to become nobody");
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_list_nothing_is_loaded),
		cmocka_unit_test(what_is_not_possible_is_refused_before_anything_is_touched),
		cmocka_unit_test(which_options_on_which_sockets),
		cmocka_unit_test(the_socket_of_the_list_is_changed_and_no_other),
		cmocka_unit_test(to_read_changes_nothing),
		cmocka_unit_test(what_the_kernel_refuses_and_what_is_not_there),
		cmocka_unit_test(a_udp_socket_is_set_or_it_is_said_that_it_cannot_be),
		cmocka_unit_test(gone_is_not_out_of_reach),
		cmocka_unit_test(an_empty_value_is_set),
		cmocka_unit_test(without_the_right_it_says_so),
	};

	return RUN_TESTS(tests);
}
