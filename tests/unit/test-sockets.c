/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <identity.h>
#include <netinet/in.h>
#include <sockets.h>

#include "child.h"

#define SEEN_MAX 256

struct seen {
	uint64_t cookies[SEEN_MAX];
	size_t n_holders[SEEN_MAX];
	int values[SEEN_MAX];
	size_t n;
	int stop_after; /* 0: never */
};

static int collect(void *arg, struct live_socket *socket)
{
	struct seen *seen = arg;
	struct sockopt_value value;

	assert_true(seen->n < SEEN_MAX);
	seen->values[seen->n] = -1;
	if (live_is_readable(socket) && live_get(socket, the_option("SO_KEEPALIVE"), &value) == 0)
		seen->values[seen->n] = value_int(&value);
	seen->n_holders[seen->n] = socket->facts.n_holders;
	seen->cookies[seen->n++] = socket->facts.cookie;
	return seen->stop_after && (int)seen->n >= seen->stop_after ? 42 : 0;
}

static enum live_engine engine; /* that the tests at hand look with */

static int each(const char *text, struct seen *seen, struct live_report *ret_report)
{
	struct selector *selector;
	struct selector_error error;
	int r;

	assert_int_equal(selector_parse(text, &selector, &error), 0);
	r = live_each(&(struct live_request){ .selector = selector, .engine = engine, .all_options = true }, collect, seen,
		      ret_report);
	selector_free(selector);
	return r;
}

static size_t times(const struct seen *seen, uint64_t cookie)
{
	size_t n = 0;

	for (size_t i = 0; i < seen->n; i++)
		n += seen->cookies[i] == cookie;
	return n;
}

static void a_process_has_each_of_its_sockets_once(void **state)
{
	int fds[] = { open_tcp(), open_socket(AF_INET, SOCK_DGRAM, 0), open_socket(AF_UNIX, SOCK_STREAM, 0) };
	int twice = dup(fds[0]);
	struct live_report report;
	struct seen seen = { .n = 0 };
	char text[32];

	assert_int_equal(sockopt_set_text(fds[0], "SO_KEEPALIVE=on", NULL), 0);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	assert_int_equal(each(text, &seen, &report), 0);
	assert_int_equal(report.matched, seen.n);
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_int_equal(times(&seen, identity_cookie(fds[i])), 1);
	for (size_t i = 0; i < seen.n; i++)
		if (seen.cookies[i] == identity_cookie(fds[0])) {
			assert_int_equal(seen.n_holders[i], 2);
			assert_int_equal(seen.values[i], 1);
		}
	close(twice);
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
}

static void a_selector_picks_one_socket(void **state)
{
	int fd = open_tcp(), other = open_tcp();
	struct live_report report;
	struct seen seen = { .n = 0 };
	char text[96];

	snprintf(text, sizeof(text), "%d:%d", (int)getpid(), fd);
	assert_int_equal(each(text, &seen, &report), 0);
	assert_int_equal(seen.n, 1);
	assert_true(seen.cookies[0] == identity_cookie(fd));

	seen.n = 0;
	assert_int_equal(sockopt_set_text(other, "TCP_USER_TIMEOUT=4711ms", NULL), 0);
	snprintf(text, sizeof(text), "pid=%d and TCP_USER_TIMEOUT=4711ms", (int)getpid());
	assert_int_equal(each(text, &seen, &report), 0);
	assert_int_equal(seen.n, 1);
	assert_true(seen.cookies[0] == identity_cookie(other));

	seen.n = 0;
	snprintf(text, sizeof(text), "cookie=%llu", (unsigned long long)identity_cookie(fd));
	assert_int_equal(each(text, &seen, &report), 0);
	assert_int_equal(seen.n, 1);
	close(other);
	close(fd);
}

static void each_ends_with_the_result_of_the_call(void **state)
{
	int one = open_tcp(), two = open_tcp();
	struct live_report report;
	struct seen seen = { .stop_after = 1 };
	char text[32];

	snprintf(text, sizeof(text), "%d", (int)getpid());
	assert_int_equal(each(text, &seen, &report), 42);
	assert_int_equal(seen.n, 1);
	close(two);
	close(one);
}

static void a_pid_that_is_gone_is_reported(void **state)
{
	struct live_report report;
	struct seen seen = { .n = 0 };
	char text[32];

	snprintf(text, sizeof(text), "%d", (int)pid_that_is_gone());
	assert_int_equal(each(text, &seen, &report), 0);
	assert_int_equal(seen.n, 0);
	assert_true(report.pid_gone);
	assert_false(report.pid_hidden);
}

static int look_at_init(void)
{
	struct live_report report;
	struct seen seen = { .n = 0 };

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	return each("1", &seen, &report) == 0 && report.pid_hidden && !report.pid_gone && seen.n == 0 ? 0 : 1;
}

static void a_pid_that_may_not_be_looked_into_is_reported(void **state)
{
	int result = in_child(look_at_init);

	if (result == 2)
		SKIP_BECAUSE("we may not become another user");
	assert_int_equal(result, 0);
}

/** An address of loopback for this process alone: others' sockets may be in TIME_WAIT at the same port of 127.0.0.1. */
static struct in_addr own_loopback(void)
{
	return (struct in_addr){ htonl((127U << 24) | (1U << 23) | ((unsigned int)getpid() & 0x7fffff)) };
}

/** In TIME_WAIT a socket has no holder and no inode; sock_diag knows it all the same. */
static void a_socket_that_nobody_holds_is_listed(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = own_loopback() };
	socklen_t length = sizeof(address);
	int listener = open_tcp(), client = open_tcp(), server;
	struct live_report report;
	struct seen seen = { .n = 0 };
	char text[96], name[INET_ADDRSTRLEN];

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(server >= 0);
	close(server);
	usleep(20000);
	close(client);
	usleep(20000);
	assert_non_null(inet_ntop(AF_INET, &address.sin_addr, name, sizeof(name)));
	snprintf(text, sizeof(text), "time-wait and local=%s:%u", name, ntohs(address.sin_port));
	assert_int_equal(each(text, &seen, &report), 0);
	close(listener);
	if (seen.n == 0)
		SKIP_BECAUSE("this kernel lists no TIME_WAIT (no tcp_diag, or net.ipv4.tcp_max_tw_buckets is 0)");
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.n_holders[0], 0);
	assert_int_equal(seen.values[0], -1); /* no descriptor can be had of it */
}

static int with_pidfd(void **state)
{
	engine = LIVE_ENGINE_PIDFD;
	return 0;
}

static int with_bpf(void **state)
{
	engine = LIVE_ENGINE_BPF;
	return 0;
}

static bool has_bpf(void)
{
	int error = 0;
	const char *why = live_why_not_bpf(&error);

	if (why)
		print_message("# reason: the BPF engine cannot be had: %s\n", why);
	return !why;
}

static void bpf_a_process_has_each_of_its_sockets_once(void **state)
{
	if (!has_bpf())
		skip();
	a_process_has_each_of_its_sockets_once(state);
}

static void bpf_a_selector_picks_one_socket(void **state)
{
	if (!has_bpf())
		skip();
	a_selector_picks_one_socket(state);
}

static void bpf_each_ends_with_the_result_of_the_call(void **state)
{
	if (!has_bpf())
		skip();
	each_ends_with_the_result_of_the_call(state);
}

static void bpf_a_pid_that_is_gone_is_reported(void **state)
{
	if (!has_bpf())
		skip();
	a_pid_that_is_gone_is_reported(state);
}

static void bpf_a_socket_that_nobody_holds_is_listed(void **state)
{
	if (!has_bpf())
		skip();
	a_socket_that_nobody_holds_is_listed(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_process_has_each_of_its_sockets_once, with_pidfd),
		cmocka_unit_test_setup(a_selector_picks_one_socket, with_pidfd),
		cmocka_unit_test_setup(each_ends_with_the_result_of_the_call, with_pidfd),
		cmocka_unit_test_setup(a_pid_that_is_gone_is_reported, with_pidfd),
		cmocka_unit_test_setup(a_pid_that_may_not_be_looked_into_is_reported, with_pidfd),
		cmocka_unit_test_setup(a_socket_that_nobody_holds_is_listed, with_pidfd),
		cmocka_unit_test_setup(bpf_a_process_has_each_of_its_sockets_once, with_bpf),
		cmocka_unit_test_setup(bpf_a_selector_picks_one_socket, with_bpf),
		cmocka_unit_test_setup(bpf_each_ends_with_the_result_of_the_call, with_bpf),
		cmocka_unit_test_setup(bpf_a_pid_that_is_gone_is_reported, with_bpf),
		cmocka_unit_test_setup(bpf_a_socket_that_nobody_holds_is_listed, with_bpf),
	};

	return RUN_TESTS(tests);
}
