/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <rule.h>

#include "test.h"

static const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct sockopt_kind udp = { AF_INET, SOCK_DGRAM, IPPROTO_UDP };

#define SOCKET SOCKOPT_AT_SOCKET
#define BIND SOCKOPT_AT_BIND
#define LISTEN SOCKOPT_AT_LISTEN
#define CONNECT SOCKOPT_AT_CONNECT
#define ACCEPT SOCKOPT_AT_ACCEPT

static void chosen(const char *text, const struct sockopt_kind *kind, unsigned wanted)
{
	struct rules rules = { 0 };
	struct rule_error error;
	unsigned moments;

	if (rules_parse(&rules, "-r", text, &error) < 0)
		fail_msg("'%s': %s", text, error.what ? error.what : "(a value)");
	moments = rule_moments(rules.list[0], rules.list[0]->actions[0], kind);
	if (moments != wanted)
		fail_msg("'%s': moments %#x, not %#x", text, moments, wanted);
	assert_int_equal(rules_moments(&rules) & moments, moments);
	rules_free(&rules);
}

static void inherited_options_are_set_once_on_the_listener(void **state)
{
	chosen("SO_KEEPALIVE=on", &tcp, LISTEN | CONNECT);
	chosen("TCP_USER_TIMEOUT=30s", &tcp, LISTEN | CONNECT);
	chosen("SO_RCVBUF=1MiB", &tcp, LISTEN | CONNECT);
}

static void options_that_are_not_inherited_are_set_on_the_connections(void **state)
{
	chosen("SO_PRIORITY=5", &tcp, CONNECT | ACCEPT);
	chosen("TCP_QUICKACK=off", &tcp, CONNECT | ACCEPT);
}

static void what_is_the_listener_s_own_is_set_before_listen(void **state)
{
	chosen("TCP_FASTOPEN=16", &tcp, LISTEN);
	chosen("tcp and port=80: TCP_DEFER_ACCEPT=5s", &tcp, LISTEN | CONNECT);
}

static void an_option_for_bind_is_set_before_bind(void **state)
{
	chosen("SO_REUSEADDR=on", &tcp, BIND);
	chosen("SO_REUSEPORT=on", &tcp, BIND);
	chosen("ipv6: IPV6_V6ONLY=on", &(struct sockopt_kind){ AF_INET6, SOCK_STREAM, IPPROTO_TCP }, BIND);
}

static void datagram_sockets_have_it_at_once(void **state)
{
	chosen("SO_RCVBUF=1MiB", &udp, SOCKET);
	chosen("IP_TOS=ef", &udp, SOCKET);
	chosen("SO_REUSEPORT=on", &udp, SOCKET);
}

static void a_selector_that_needs_an_address_waits_for_it(void **state)
{
	chosen("local-port=53: IP_TOS=ef", &udp, BIND | CONNECT);
	chosen("peer=10.0.0.0/8: IP_TOS=ef", &udp, CONNECT);
	chosen("not peer=10.0.0.0/8: IP_TOS=ef", &udp, SOCKET);
	/* Nothing is known of the peers when the listener listens. */
	chosen("peer=10.0.0.0/8: SO_KEEPALIVE=on", &tcp, CONNECT | ACCEPT);
	chosen("port=80: SO_KEEPALIVE=on", &tcp, LISTEN | CONNECT);
	chosen("established: SO_KEEPALIVE=on", &tcp, ACCEPT);
	chosen("port=80: SO_REUSEPORT=on", &tcp, BIND);
}

static void a_moment_that_is_named_is_taken(void **state)
{
	chosen("socket: SO_KEEPALIVE=on", &tcp, SOCKET);
	chosen("accept: SO_KEEPALIVE=on", &tcp, ACCEPT);
	chosen("accept: SO_KEEPALIVE=on", &udp, 0);
	chosen("connect or accept and peer=10.0.0.0/8: SO_KEEPALIVE=on", &tcp, CONNECT | ACCEPT);
}

static void other_kinds_than_the_selector_s_have_no_moment(void **state)
{
	chosen("udp: SO_RCVBUF=1MiB", &tcp, 0);
	chosen("udp or unix: SO_RCVBUF=1MiB", &tcp, 0);
	chosen("not udp: SO_RCVBUF=1MiB", &tcp, LISTEN | CONNECT);
	chosen("TCP_NODELAY=on", &udp, 0);
}

/** The rule is refused: this word, and a reason that has these words in it. */
static void never(const char *text, const char *word, const char *what, const char *reason)
{
	struct rules rules = { 0 };
	struct rule_error error;

	if (rules_parse(&rules, "-r", text, &error) != -EINVAL)
		fail_msg("'%s' is accepted", text);
	if (!error.what || !strstr(error.what, what) || strncmp(error.word, word, error.length) != 0 ||
	    strlen(word) != error.length)
		fail_msg("'%s': '%.*s' %s", text, (int)error.length, error.word, error.what ? error.what : "(a value)");
	if (reason && (!error.reason.en || !strstr(error.reason.en, reason)))
		fail_msg("'%s': reason: %s", text, error.reason.en ? error.reason.en : "none");
	rules_free(&rules);
}

static void a_rule_that_can_never_take_effect_is_an_error_with_the_reason(void **state)
{
	never("accept: SO_REUSEADDR=on", "SO_REUSEADDR=on", "has no effect at a moment", "before bind(2)");
	never("listen: SO_REUSEPORT=on", "SO_REUSEPORT=on", "has no effect at a moment", "bind(2)");
	never("accept: TCP_DEFER_ACCEPT=5s", "TCP_DEFER_ACCEPT=5s", "has no effect at a moment", "handshakes");
	never("connect: IPV6_ADDRFORM=inet", "IPV6_ADDRFORM=inet", "has no effect at a moment", NULL);
	never("udp: TCP_NODELAY=on", "TCP_NODELAY=on", "no option of the sockets", NULL);
	never("unix: IP_TOS=ef", "IP_TOS=ef", "no option of the sockets", NULL);
	never("unix and ipv4: SO_RCVBUF=1MiB", "unix and ipv4", "true of no socket", NULL);
	never("tcp and udp: SO_RCVBUF=1MiB", "tcp and udp", "true of no socket", NULL);
	never("socket and port=80: SO_RCVBUF=1MiB", "socket and port=80", "cannot be true at a moment", NULL);
	never("listen and peer=10.0.0.0/8: SO_RCVBUF=1MiB", "listen and peer=10.0.0.0/8", "cannot be true at a moment", NULL);
	never("listening: SO_RCVBUF=1MiB", "listening", "only when it is too late", NULL);
	never("established: SO_RCVBUF=1MiB", "established", "only when it is too late", "window scale");
	never("listen: UDP_SEGMENT=1000", "UDP_SEGMENT=1000", "neither listen nor accept", NULL);
	never("udp: deny TCP_NODELAY", "TCP_NODELAY", "no option of the sockets", NULL);
}

static void what_can_take_effect_on_some_socket_is_no_error(void **state)
{
	chosen("listening: deny SO_RCVBUF", &tcp, 0);
	chosen("tcp or udp: TCP_NODELAY=on", &tcp, LISTEN | CONNECT);
	chosen("protocol=89: SO_RCVBUF=1MiB", &(struct sockopt_kind){ AF_INET, SOCK_RAW, 89 }, SOCKET);
}

static void a_forced_option_of_a_listener_needs_its_accepted_sockets_to_be_seen(void **state)
{
	struct rules rules = { 0 };

	assert_int_equal(rules_parse(&rules, "-r", "listen: force TCP_NODELAY=on", NULL), 0);
	assert_int_equal(rules_moments(&rules), LISTEN | ACCEPT);
	rules_free(&rules);
	assert_int_equal(rules_parse(&rules, "-r", "listen: TCP_NODELAY=on", NULL), 0);
	assert_int_equal(rules_moments(&rules), LISTEN);
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inherited_options_are_set_once_on_the_listener),
		cmocka_unit_test(options_that_are_not_inherited_are_set_on_the_connections),
		cmocka_unit_test(what_is_the_listener_s_own_is_set_before_listen),
		cmocka_unit_test(an_option_for_bind_is_set_before_bind),
		cmocka_unit_test(datagram_sockets_have_it_at_once),
		cmocka_unit_test(a_selector_that_needs_an_address_waits_for_it),
		cmocka_unit_test(a_moment_that_is_named_is_taken),
		cmocka_unit_test(other_kinds_than_the_selector_s_have_no_moment),
		cmocka_unit_test(a_rule_that_can_never_take_effect_is_an_error_with_the_reason),
		cmocka_unit_test(what_can_take_effect_on_some_socket_is_no_error),
		cmocka_unit_test(a_forced_option_of_a_listener_needs_its_accepted_sockets_to_be_seen),
	};

	return RUN_TESTS(tests);
}
