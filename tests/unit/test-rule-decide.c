/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <rule.h>

#include "test.h"

static struct rules parse(const char *text)
{
	struct rules rules = { 0 };
	struct rule_error error;

	if (rules_parse(&rules, "-r", text, &error) < 0)
		fail_msg("'%s': %s", text, error.what ? error.what : "(a value)");
	return rules;
}

static struct facts tcp_facts(enum facts_state state, uint16_t local_port, const char *peer, uint16_t peer_port)
{
	struct facts facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = state };

	if (local_port)
		facts.local = (struct facts_address){ .family = AF_INET, .port = local_port };
	if (peer) {
		facts.peer = (struct facts_address){ .family = AF_INET, .port = peer_port };
		inet_pton(AF_INET, peer, facts.peer.ip);
	}
	return facts;
}

/** The assignments that are due, as "A=1 B=2". */
static void due(const char *text, const struct facts *facts, enum sockopt_moment moment, const struct rule_memory *memory,
		const char *wanted)
{
	struct rules rules = parse(text);
	struct rule_hit hits[8];
	size_t n = rules_decide(&rules, facts, moment, memory, hits, COUNT(hits));
	char got[512] = "";

	for (size_t i = 0; i < n; i++) {
		strcat(got, i ? " " : "");
		strcat(got, hits[i].action->text);
	}
	if (strcmp(got, wanted) != 0)
		fail_msg("'%s': due: '%s', not '%s'", text, got, wanted);
	rules_free(&rules);
}

static void an_assignment_is_due_at_its_moment_alone(void **state)
{
	struct facts listener = tcp_facts(FACTS_BOUND, 80, NULL, 0);
	struct facts client = tcp_facts(FACTS_UNBOUND, 0, "10.1.2.3", 5432);
	struct facts fresh = tcp_facts(FACTS_UNBOUND, 0, NULL, 0);

	due("listen and port=80: TCP_DEFER_ACCEPT=5s", &listener, SOCKOPT_AT_LISTEN, NULL, "TCP_DEFER_ACCEPT=5s");
	due("listen and port=81: TCP_DEFER_ACCEPT=5s", &listener, SOCKOPT_AT_LISTEN, NULL, "");
	due("listen and port=80: TCP_DEFER_ACCEPT=5s", &listener, SOCKOPT_AT_BIND, NULL, "");
	due("connect and peer=10.0.0.0/8 and port=5432: TCP_USER_TIMEOUT=30s SO_KEEPALIVE=on", &client, SOCKOPT_AT_CONNECT,
	    NULL, "TCP_USER_TIMEOUT=30s SO_KEEPALIVE=on");
	due("connect and peer=11.0.0.0/8: TCP_USER_TIMEOUT=30s", &client, SOCKOPT_AT_CONNECT, NULL, "");
	due("SO_KEEPALIVE=on", &fresh, SOCKOPT_AT_SOCKET, NULL, "");
	due("SO_KEEPALIVE=on", &client, SOCKOPT_AT_CONNECT, NULL, "SO_KEEPALIVE=on");
}

static void what_is_due_at_bind_is_due_when_bind_is_left_out(void **state)
{
	struct facts client = tcp_facts(FACTS_UNBOUND, 0, "10.1.2.3", 5432);
	struct facts bound = tcp_facts(FACTS_BOUND, 4000, "10.1.2.3", 5432);
	struct facts listener = tcp_facts(FACTS_UNBOUND, 0, NULL, 0);

	due("SO_REUSEADDR=on", &client, SOCKOPT_AT_CONNECT, NULL, "SO_REUSEADDR=on");
	due("SO_REUSEADDR=on", &bound, SOCKOPT_AT_CONNECT, NULL, "");
	due("SO_REUSEADDR=on", &listener, SOCKOPT_AT_LISTEN, NULL, "SO_REUSEADDR=on");
}

static void a_call_that_is_repeated_is_no_moment(void **state)
{
	struct facts listening = tcp_facts(FACTS_LISTENING, 80, NULL, 0);
	struct facts connecting = tcp_facts(FACTS_SYN_SENT, 4000, "10.1.2.3", 5432);

	due("SO_KEEPALIVE=on", &listening, SOCKOPT_AT_LISTEN, NULL, "");
	due("SO_KEEPALIVE=on", &connecting, SOCKOPT_AT_CONNECT, NULL, "");
}

static void an_option_of_other_sockets_is_passed_over(void **state)
{
	struct facts facts = { .kind = { AF_UNIX, SOCK_STREAM, 0 }, .state = FACTS_UNBOUND };

	due("TCP_NODELAY=on SO_SNDBUF=1MiB", &facts, SOCKOPT_AT_CONNECT, NULL, "SO_SNDBUF=1MiB");
}

static void the_last_rule_of_an_option_wins(void **state)
{
	struct facts client = tcp_facts(FACTS_UNBOUND, 0, "10.1.2.3", 5432);

	due("SO_SNDBUF=1MiB TCP_NODELAY=on\nSO_SNDBUF=2MiB", &client, SOCKOPT_AT_CONNECT, NULL, "TCP_NODELAY=on SO_SNDBUF=2MiB");
	due("SO_SNDBUF=1MiB\nport=99: SO_SNDBUF=2MiB", &client, SOCKOPT_AT_CONNECT, NULL, "SO_SNDBUF=1MiB");
	due("SO_SNDBUF=1MiB deny SO_SNDBUF log SO_SNDBUF", &client, SOCKOPT_AT_CONNECT, NULL, "SO_SNDBUF=1MiB");
}

static bool only_nodelay_was_set(void *context, const struct sockopt_option *option)
{
	(void)context;
	return option == the_option("TCP_NODELAY");
}

static void a_default_gives_way_to_what_the_program_set(void **state)
{
	struct facts client = tcp_facts(FACTS_UNBOUND, 0, "10.1.2.3", 5432);
	struct rule_memory memory = { .was_set = only_nodelay_was_set };

	due("default TCP_NODELAY=on SO_KEEPALIVE=on", &client, SOCKOPT_AT_CONNECT, &memory, "SO_KEEPALIVE=on");
	due("default TCP_NODELAY=on", &client, SOCKOPT_AT_CONNECT, NULL, "TCP_NODELAY=on");
	due("TCP_NODELAY=on", &client, SOCKOPT_AT_CONNECT, &memory, "TCP_NODELAY=on");
}

static void no_more_than_there_is_room_for_is_stored(void **state)
{
	struct facts client = tcp_facts(FACTS_UNBOUND, 0, "10.1.2.3", 5432);
	struct rules rules = parse("SO_SNDBUF=1MiB TCP_NODELAY=on SO_KEEPALIVE=on");
	struct rule_hit hits[2] = { 0 };

	assert_int_equal(rules_decide(&rules, &client, SOCKOPT_AT_CONNECT, NULL, hits, 2), 2);
	assert_int_equal(rules_decide(&rules, &client, SOCKOPT_AT_CONNECT, NULL, hits, 0), 0);
	rules_free(&rules);
}

static struct rule_verdict judge(const struct rules *rules, const struct facts *facts, unsigned past, const char *name,
				 int number)
{
	const struct sockopt_option *option = the_option(name);
	struct rule_call call = { option->level->number, option->number, &number, sizeof(number) };
	struct rule_verdict verdict;

	memset(&verdict, 0x5a, sizeof(verdict));
	rules_judge(rules, facts, past, &call, &verdict);
	return verdict;
}

static enum rule_judgment judged(const char *text, const struct facts *facts, unsigned past, const char *name, int number)
{
	struct rules rules = parse(text);
	enum rule_judgment judgment = judge(&rules, facts, past, name, number).judgment;

	rules_free(&rules);
	return judgment;
}

static void force_replaces_deny_refuses_set_lets_pass(void **state)
{
	struct facts facts = tcp_facts(FACTS_ESTABLISHED, 80, "10.1.2.3", 5432);

	assert_int_equal(judged("TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_PASS);
	assert_int_equal(judged("default TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_PASS);
	assert_int_equal(judged("force TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_REPLACE);
	assert_int_equal(judged("deny TCP_NODELAY", &facts, 0, "TCP_NODELAY", 0), RULE_REFUSE);
	assert_int_equal(judged("deny TCP_NODELAY=off", &facts, 0, "TCP_NODELAY", 0), RULE_REFUSE);
	assert_int_equal(judged("deny TCP_NODELAY=off", &facts, 0, "TCP_NODELAY", 1), RULE_PASS);
	assert_int_equal(judged("deny TCP_NODELAY", &facts, 0, "TCP_CORK", 1), RULE_PASS);
	assert_int_equal(judged("port=81: deny TCP_NODELAY", &facts, 0, "TCP_NODELAY", 0), RULE_PASS);
	assert_int_equal(judged("deny TCP_NODELAY TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_REFUSE);
}

/** TCP_NODELAY and L2CAP_OPTIONS have the same numbers. */
static void a_rule_is_of_its_option_and_not_of_its_numbers(void **state)
{
	struct facts tcp = tcp_facts(FACTS_ESTABLISHED, 80, "10.1.2.3", 5432);
	struct facts l2cap = { .kind = { AF_BLUETOOTH, SOCK_SEQPACKET, 0 } };

	assert_int_equal(judged("deny TCP_NODELAY", &tcp, 0, "TCP_NODELAY", 0), RULE_REFUSE);
	assert_int_equal(judged("deny TCP_NODELAY", &l2cap, 0, "L2CAP_OPTIONS", 0), RULE_PASS);
	assert_int_equal(judged("deny L2CAP_OPTIONS", &l2cap, 0, "TCP_NODELAY", 0), RULE_REFUSE);
	assert_int_equal(judged("deny L2CAP_OPTIONS", &tcp, 0, "TCP_NODELAY", 0), RULE_PASS);
	assert_int_equal(judged("deny 6:1", &tcp, 0, "TCP_NODELAY", 0), RULE_REFUSE);
	assert_int_equal(judged("deny 6:1", &l2cap, 0, "L2CAP_OPTIONS", 0), RULE_REFUSE);
}

static void the_last_rule_that_fits_judges(void **state)
{
	struct facts facts = tcp_facts(FACTS_ESTABLISHED, 80, "10.1.2.3", 5432);

	assert_int_equal(judged("force TCP_NODELAY=on\nTCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_PASS);
	assert_int_equal(judged("deny TCP_NODELAY\nforce TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_REPLACE);
	assert_int_equal(judged("force TCP_NODELAY=on\ndeny TCP_NODELAY", &facts, 0, "TCP_NODELAY", 0), RULE_REFUSE);
	assert_int_equal(judged("force TCP_NODELAY=on\nport=81: TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_REPLACE);
}

static void a_rule_with_a_moment_forces_from_then_on(void **state)
{
	struct facts facts = tcp_facts(FACTS_ESTABLISHED, 80, "10.1.2.3", 5432);
	unsigned accepted = SOCKOPT_AT_LISTEN | SOCKOPT_AT_ACCEPT;

	assert_int_equal(judged("socket: force TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_REPLACE);
	assert_int_equal(judged("connect: force TCP_NODELAY=on", &facts, 0, "TCP_NODELAY", 0), RULE_PASS);
	assert_int_equal(judged("connect: force TCP_NODELAY=on", &facts, SOCKOPT_AT_CONNECT, "TCP_NODELAY", 0), RULE_REPLACE);
	assert_int_equal(judged("listen: force TCP_NODELAY=on", &facts, accepted, "TCP_NODELAY", 0), RULE_REPLACE);
	assert_int_equal(judged("listen: force SO_PRIORITY=3", &facts, accepted, "SO_PRIORITY", 0), RULE_PASS);
	assert_int_equal(judged("accept: force SO_PRIORITY=3", &facts, accepted, "SO_PRIORITY", 0), RULE_REPLACE);
}

static void a_verdict_says_by_which_rule_and_what_to_remember(void **state)
{
	struct facts facts = tcp_facts(FACTS_UNBOUND, 0, NULL, 0);
	struct rules rules = parse("peer=10.0.0.0/8: default TCP_NODELAY=on\nlog TCP_NODELAY\ndeny=EACCES SO_SNDBUF");
	struct rule_verdict verdict = judge(&rules, &facts, 0, "TCP_NODELAY", 1);

	assert_int_equal(verdict.judgment, RULE_PASS);
	assert_null(verdict.by.rule);
	assert_ptr_equal(verdict.logged.rule, rules.list[1]);
	assert_true(verdict.remember); /* the selector fits only when it connects */

	verdict = judge(&rules, &facts, 0, "SO_SNDBUF", 1);
	assert_ptr_equal(verdict.by.rule, rules.list[2]);
	assert_int_equal(verdict.by.action->error, EACCES);
	assert_false(verdict.remember);
	assert_null(verdict.logged.rule);
	rules_free(&rules);
}

static void a_value_is_compared_as_the_kernel_reads_it(void **state)
{
	struct facts facts = tcp_facts(FACTS_UNBOUND, 0, NULL, 0);
	struct rules rules = parse("deny TCP_CONGESTION=bbr\ndeny IP_TOS=0x10");
	struct rule_verdict verdict;
	unsigned char tos[8] = { 0x10 };

	rules_judge(&rules, &facts, 0, &(struct rule_call){ IPPROTO_TCP, 13, "bbr", 3 }, &verdict);
	assert_int_equal(verdict.judgment, RULE_REFUSE);
	rules_judge(&rules, &facts, 0, &(struct rule_call){ IPPROTO_TCP, 13, "bbr\0zz", 6 }, &verdict);
	assert_int_equal(verdict.judgment, RULE_REFUSE);
	rules_judge(&rules, &facts, 0, &(struct rule_call){ IPPROTO_TCP, 13, "bb", 2 }, &verdict);
	assert_int_equal(verdict.judgment, RULE_PASS);
	for (size_t length = 1; length <= sizeof(tos); length += length == 1 ? 3 : 4) {
		rules_judge(&rules, &facts, 0, &(struct rule_call){ IPPROTO_IP, 1, tos, length }, &verdict);
		assert_int_equal(verdict.judgment, RULE_REFUSE);
	}
	rules_judge(&rules, &facts, 0, &(struct rule_call){ IPPROTO_IP, 1, tos, 0 }, &verdict);
	assert_int_equal(verdict.judgment, RULE_PASS);
	rules_free(&rules);
}

static void only_what_a_verb_looks_at_is_watched(void **state)
{
	struct rules rules = parse("TCP_NODELAY=on force SO_SNDBUF=1MiB default SO_RCVBUF=1MiB deny TCP_CORK log SO_LINGER");

	assert_false(rules_watch(&rules, IPPROTO_TCP, the_option("TCP_NODELAY")->number));
	assert_true(rules_watch(&rules, SOL_SOCKET, SO_SNDBUF));
	assert_true(rules_watch(&rules, SOL_SOCKET, SO_RCVBUF));
	assert_true(rules_watch(&rules, IPPROTO_TCP, the_option("TCP_CORK")->number));
	assert_true(rules_watch(&rules, SOL_SOCKET, SO_LINGER));
	rules_free(&rules);
}

static void dangerous_values_are_known(void **state)
{
	struct rules rules = parse("SO_LINGER=on:0 SO_LINGER=on:5s TCP_NODELAY=on");

	assert_true(rule_is_dangerous(rules.list[0]->actions[0]->option, &rules.list[0]->actions[0]->value));
	assert_false(rule_is_dangerous(rules.list[0]->actions[1]->option, &rules.list[0]->actions[1]->value));
	assert_false(rule_is_dangerous(rules.list[0]->actions[2]->option, &rules.list[0]->actions[2]->value));
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_assignment_is_due_at_its_moment_alone),
		cmocka_unit_test(what_is_due_at_bind_is_due_when_bind_is_left_out),
		cmocka_unit_test(a_call_that_is_repeated_is_no_moment),
		cmocka_unit_test(an_option_of_other_sockets_is_passed_over),
		cmocka_unit_test(the_last_rule_of_an_option_wins),
		cmocka_unit_test(a_default_gives_way_to_what_the_program_set),
		cmocka_unit_test(no_more_than_there_is_room_for_is_stored),
		cmocka_unit_test(force_replaces_deny_refuses_set_lets_pass),
		cmocka_unit_test(a_rule_is_of_its_option_and_not_of_its_numbers),
		cmocka_unit_test(the_last_rule_that_fits_judges),
		cmocka_unit_test(a_rule_with_a_moment_forces_from_then_on),
		cmocka_unit_test(a_verdict_says_by_which_rule_and_what_to_remember),
		cmocka_unit_test(a_value_is_compared_as_the_kernel_reads_it),
		cmocka_unit_test(only_what_a_verb_looks_at_is_watched),
		cmocka_unit_test(dangerous_values_are_known),
	};

	return RUN_TESTS(tests);
}
