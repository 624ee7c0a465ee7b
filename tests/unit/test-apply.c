/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "test.h"

static struct sockopt_assignment assignment(const char *text)
{
	struct sockopt_assignment parsed;

	if (sockopt_parse_assignment(text, &parsed, NULL, NULL) != 0)
		fail_msg("'%s' is no assignment", text);
	return parsed;
}

static int get_int(int fd, int level, int number)
{
	int value = -1;
	socklen_t length = sizeof(value);

	assert_int_equal(getsockopt(fd, level, number, &value, &length), 0);
	return value;
}

static void apply_makes_all_assignments(void **state)
{
	struct sockopt_assignment all[] = { assignment("TCP_NODELAY=on"), assignment("TCP_USER_TIMEOUT=5s"),
					    assignment("SO_KEEPALIVE=on") };
	int fd = open_tcp();

	assert_int_equal(sockopt_apply(fd, all, COUNT(all), NULL), 0);
	assert_int_equal(get_int(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(get_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 5000);
	assert_int_equal(get_int(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	close(fd);
}

static void apply_makes_them_in_order(void **state)
{
	struct sockopt_assignment all[] = { assignment("TCP_USER_TIMEOUT=1s"), assignment("TCP_USER_TIMEOUT=2s") };
	int fd = open_tcp();

	assert_int_equal(sockopt_apply(fd, all, COUNT(all), NULL), 0);
	assert_int_equal(get_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 2000);
	close(fd);
}

/** The last of these fails on a TCP socket. */
static void apply_gives_all_old_values_back_when_one_fails(void **state)
{
	struct sockopt_assignment all[] = {
		assignment("TCP_NODELAY=on"),
		assignment("TCP_USER_TIMEOUT=5s"),
		assignment("SO_LINGER=on:5s"),
		assignment("TCP_CONGESTION=reno"),
		assignment("SO_SNDBUF=100000"),
		assignment("SO_RCVTIMEO=3s"),
		assignment("TCP_USER_TIMEOUT=6s"),
		assignment("UDP_CORK=on"),
	};
	struct sockopt_value before[COUNT(all)], after;
	struct sockopt_error error = { 0 };
	int fd = open_tcp(), timeout = 1234;

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout)), 0);
	for (size_t i = 0; i + 1 < COUNT(all); i++)
		assert_int_equal(sockopt_get(fd, all[i].option, &before[i]), 0);

	assert_int_equal(sockopt_apply(fd, all, COUNT(all), &error), -ENOPROTOOPT);
	assert_ptr_equal(error.option, the_option("UDP_CORK"));
	assert_int_equal(error.problem, SOCKOPT_DOES_NOT_APPLY);
	assert_int_equal(error.error, ENOPROTOOPT);
	for (size_t i = 0; i + 1 < COUNT(all); i++) {
		assert_int_equal(sockopt_get(fd, all[i].option, &after), 0);
		if (all[i].option == the_option("SO_LINGER")) {
			/* The kernel keeps the seconds of a linger that is off (net/core/sock.c: SO_LINGER). */
			assert_int_equal(value_int(&after), 0);
			continue;
		}
		if (after.length != before[i].length || memcmp(after.bytes, before[i].bytes, after.length) != 0)
			fail_msg("%s was not given back", all[i].option->name);
	}
	close(fd);
}

/** SO_SNDBUF also locks the buffer's size (SO_BUF_LOCK): left so, the kernel would tune it no more. */
static void apply_gives_back_what_changed_along(void **state)
{
	struct sockopt_assignment all[] = { assignment("SO_SNDBUF=100000"), assignment("UDP_CORK=on") };
	struct sockopt_value before, after;
	int fd = open_tcp();

	if (sockopt_get(fd, the_option("SO_BUF_LOCK"), &before) < 0) {
		close(fd);
		SKIP_BECAUSE("this kernel has no SO_BUF_LOCK");
	}
	assert_int_equal(sockopt_apply(fd, all, COUNT(all), NULL), -ENOPROTOOPT);
	assert_int_equal(sockopt_get(fd, the_option("SO_BUF_LOCK"), &after), 0);
	close(fd);
	assert_int_equal(value_int(&after), value_int(&before));
}

static void apply_makes_none_after_the_one_that_failed(void **state)
{
	struct sockopt_assignment all[] = { assignment("UDP_CORK=on"), assignment("TCP_NODELAY=on") };
	int fd = open_tcp();

	assert_int_equal(sockopt_apply(fd, all, COUNT(all), NULL), -ENOPROTOOPT);
	assert_int_equal(get_int(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	close(fd);
}

/** A locked filter cannot be unlocked (EPERM); what failed is another thing (ENOPROTOOPT). */
static void apply_tells_what_could_not_be_given_back_and_why(void **state)
{
	struct sockopt_assignment all[] = { assignment("SO_LOCK_FILTER=on"), assignment("UDP_CORK=on") };
	struct sockopt_error error = { 0 };
	int fd = open_tcp();

	assert_int_equal(sockopt_apply(fd, all, COUNT(all), &error), -ENOPROTOOPT);
	close(fd);
	assert_int_equal(error.problem, SOCKOPT_NOT_ROLLED_BACK);
	assert_ptr_equal(error.option, the_option("SO_LOCK_FILTER"));
	assert_int_equal(error.error, EPERM);
}

static void apply_goes_on_giving_back_after_one_that_cannot(void **state)
{
	struct sockopt_assignment all[] = { assignment("TCP_NODELAY=on"), assignment("SO_LOCK_FILTER=on"),
					    assignment("UDP_CORK=on") };
	int fd = open_tcp();

	assert_int_equal(sockopt_apply(fd, all, COUNT(all), NULL), -ENOPROTOOPT);
	assert_int_equal(get_int(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	close(fd);
}

static void apply_sets_a_twin_at_the_level_that_applies(void **state)
{
	struct sockopt_assignment cork[] = { assignment("UDP_CORK=on") };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDPLITE);

	if (fd < 0)
		SKIP_BECAUSE("no UDP-Lite in this kernel: %s", strerror(errno));
	assert_non_null(cork[0].option->twin);
	assert_int_equal(sockopt_apply(fd, cork, 1, NULL), 0);
	assert_int_equal(get_int(fd, IPPROTO_UDPLITE, 1), 1);
	close(fd);
}

static void apply_of_nothing_does_nothing(void **state)
{
	int fd = open_tcp();

	assert_int_equal(sockopt_apply(fd, NULL, 0, NULL), 0);
	close(fd);
}

static void apply_takes_as_many_as_it_says_and_no_more(void **state)
{
	static struct sockopt_assignment all[SOCKOPT_APPLY_MAX + 1];
	struct sockopt_error error = { 0 };
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(all); i++)
		all[i] = assignment("TCP_NODELAY=on");
	assert_int_equal(sockopt_apply(fd, all, SOCKOPT_APPLY_MAX, NULL), 0);
	assert_int_equal(sockopt_set_text(fd, "TCP_NODELAY=off", NULL), 0);
	assert_int_equal(sockopt_apply(fd, all, COUNT(all), &error), -E2BIG);
	assert_int_equal(get_int(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	close(fd);
}

static void apply_refuses_what_is_no_socket(void **state)
{
	struct sockopt_assignment one[] = { assignment("TCP_NODELAY=on") };
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(sockopt_apply(pipes[0], one, 1, NULL), -ENOTSOCK);
	assert_int_equal(sockopt_apply(-1, one, 1, NULL), -EBADF);
	close(pipes[0]);
	close(pipes[1]);
}

/** reterr_ parameters are filled in on every failure, says the header. */
static void apply_always_fills_in_the_error(void **state)
{
	struct sockopt_assignment one[] = { assignment("TCP_NODELAY=on") };
	struct sockopt_error error = { 0 };

	assert_int_equal(sockopt_apply(-1, one, 1, &error), -EBADF);
	assert_int_not_equal(error.problem, SOCKOPT_NO_PROBLEM);
	assert_int_equal(error.error, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apply_makes_all_assignments),
		cmocka_unit_test(apply_makes_them_in_order),
		cmocka_unit_test(apply_gives_all_old_values_back_when_one_fails),
		cmocka_unit_test(apply_gives_back_what_changed_along),
		cmocka_unit_test(apply_makes_none_after_the_one_that_failed),
		cmocka_unit_test(apply_tells_what_could_not_be_given_back_and_why),
		cmocka_unit_test(apply_goes_on_giving_back_after_one_that_cannot),
		cmocka_unit_test(apply_sets_a_twin_at_the_level_that_applies),
		cmocka_unit_test(apply_of_nothing_does_nothing),
		cmocka_unit_test(apply_takes_as_many_as_it_says_and_no_more),
		cmocka_unit_test(apply_refuses_what_is_no_socket),
		cmocka_unit_test(apply_always_fills_in_the_error),
	};

	return RUN_TESTS(tests);
}
