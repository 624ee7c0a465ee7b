/* SPDX-License-Identifier: MIT */
#include <judge.h>
#include <namespaces.h>
#include <netinet/in.h>
#include <sched.h>

#include "test.h"

struct seen {
	struct judge *judge;
	const struct check *check;
	int fd;
	bool found;
	char role[16];
};

static int look(void *arg, struct live_socket *socket)
{
	struct seen *seen = arg;
	struct check_finding finding;
	const char *role;

	if (socket->facts.n_holders == 0 || socket->facts.holders[0].fd != seen->fd)
		return 0;
	judge_take(seen->judge, socket);
	seen->found = judge_finds(seen->judge, seen->check, &finding);
	role = judge_role(seen->judge);
	snprintf(seen->role, sizeof(seen->role), "%s", role ? role : "");
	return 0;
}

/** Does the check find something with our own descriptor? */
static struct seen judged(int fd, const char *id)
{
	char text[40];
	struct selector *selector;
	struct live_request request = { 0 };
	struct live_report report;
	struct seen seen = { .judge = judge_new(), .check = check_find(id), .fd = fd };

	assert_non_null(seen.judge);
	assert_non_null(seen.check);
	snprintf(text, sizeof(text), "%d:%d", (int)getpid(), fd);
	assert_int_equal(selector_parse(text, &selector, NULL), 0);
	request.selector = selector;
	request.options = judge_options(seen.judge, &request.n_options);
	request.defaults = judge_defaults(seen.judge);
	assert_int_equal(live_each(&request, look, &seen, &report), 0);
	assert_int_equal(report.matched, 1);
	assert_int_equal(judge_error(seen.judge), 0);
	selector_free(selector);
	judge_free(seen.judge);
	return seen;
}

static void make_pair(int *ret_listener, int *ret_client, int *ret_server)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(at);

	*ret_listener = open_tcp();
	*ret_client = open_tcp();
	assert_int_equal(bind(*ret_listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(*ret_listener, 1), 0);
	assert_int_equal(getsockname(*ret_listener, (struct sockaddr *)&at, &length), 0);
	assert_int_equal(connect(*ret_client, (struct sockaddr *)&at, sizeof(at)), 0);
	*ret_server = accept4(*ret_listener, NULL, NULL, SOCK_CLOEXEC);
}

static void a_value_that_is_not_the_default_is_found(void **state)
{
	int listener, client, server;

	make_pair(&listener, &client, &server);
	assert_false(judged(client, "P27").found);
	assert_int_equal(sockopt_set_text(client, "TCP_KEEPIDLE=60s", NULL), 0);
	assert_true(judged(client, "P27").found);
	assert_false(judged(server, "P27").found);
	close(listener);
	close(client);
	close(server);
}

static void what_the_selector_of_a_check_leaves_out_is_not_judged(void **state)
{
	int fd = open_tcp();

	assert_int_equal(sockopt_set_text(fd, "TCP_KEEPIDLE=60s", NULL), 0);
	assert_false(judged(fd, "P27").found); /* neither established nor listening */
	close(fd);
}

static void a_socket_plays_a_part(void **state)
{
	int listener, client, server, udp = open_socket(AF_INET, SOCK_DGRAM, 0);

	make_pair(&listener, &client, &server);
	assert_string_equal(judged(listener, "P27").role, "listener");
	assert_string_equal(judged(client, "P27").role, "client");
	assert_string_equal(judged(server, "P27").role, "accepted");
	assert_string_equal(judged(udp, "P27").role, "");
	close(listener);
	close(client);
	close(server);
	close(udp);
}

static void a_socket_without_a_descriptor_has_no_findings(void **state)
{
	struct live_socket socket = { .fd = -1, .facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = FACTS_LISTENING } };
	struct judge *judge = judge_new();
	struct check_finding finding = { .check = NULL };

	judge_take(judge, &socket);
	for (size_t i = 0; i < check_count; i++)
		assert_false(judge_finds(judge, &check_table[i], &finding));
	assert_null(finding.check);
	judge_free(judge);
	judge_free(NULL);
}

static void a_namespace_is_entered_and_left(void **state)
{
	uint64_t own = namespaces_own();
	struct facts_holder holder = { .pid = getpid() };
	struct facts facts = { .netns = own, .holders = &holder, .n_holders = 1 };
	int back = -7, r;

	assert_true(own != 0);
	assert_int_equal(namespaces_holder(&facts), getpid());
	facts.netns = 1;
	assert_int_equal(namespaces_holder(&facts), 0);
	assert_int_equal(namespaces_enter(-1, &back), -ENOENT);
	assert_int_equal(back, -7);
	r = namespaces_enter(getpid(), &back);
	if (r == -EPERM)
		SKIP_BECAUSE("CAP_SYS_ADMIN is needed to enter a network namespace");
	assert_int_equal(r, 0);
	namespaces_leave(back);
	assert_int_equal(namespaces_own(), own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_is_not_the_default_is_found),
		cmocka_unit_test(what_the_selector_of_a_check_leaves_out_is_not_judged),
		cmocka_unit_test(a_socket_plays_a_part),
		cmocka_unit_test(a_socket_without_a_descriptor_has_no_findings),
		cmocka_unit_test(a_namespace_is_entered_and_left),
	};

	return RUN_TESTS(tests);
}
