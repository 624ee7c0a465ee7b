/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <rule.h>

#include "test.h"

static struct facts tcp_in(enum facts_state state)
{
	struct facts facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = state };

	facts.local.family = AF_INET;
	facts.local.port = 80;
	return facts;
}

/** wanted: a digit an action, 1 if it is owed. */
static void owed(const char *text, enum facts_state state, bool is_accepted, const char *wanted)
{
	struct rules rules = { 0 };
	struct rule_error error;
	struct facts facts = tcp_in(state);
	unsigned past = rules_come_to(&facts, is_accepted);
	char got[16] = "";

	if (rules_parse(&rules, "-r", text, &error) < 0)
		fail_msg("'%s': %s", text, error.what ? error.what : "(a value)");
	for (size_t i = 0; i < rules.n; i++)
		for (size_t k = 0; k < rules.list[i]->n_actions; k++)
			strcat(got, rules_owe(&rules, &facts, past, rules.list[i]->actions[k]) ? "1" : "0");
	if (strcmp(got, wanted) != 0)
		fail_msg("'%s': %s, not %s", text, got, wanted);
	rules_free(&rules);
}

static void a_socket_is_owed_what_it_has_come_to(void **state)
{
	owed("TCP_USER_TIMEOUT=30s", FACTS_UNBOUND, false, "0");
	owed("TCP_USER_TIMEOUT=30s", FACTS_BOUND, false, "0");
	owed("TCP_USER_TIMEOUT=30s", FACTS_LISTENING, false, "1");
	owed("TCP_USER_TIMEOUT=30s", FACTS_ESTABLISHED, false, "1");
	owed("TCP_USER_TIMEOUT=30s", FACTS_ESTABLISHED, true, "1");
	owed("bind: SO_REUSEADDR=on", FACTS_BOUND, false, "1");
	owed("connect: TCP_NODELAY=on", FACTS_ESTABLISHED, false, "1");
}

static void an_accepted_socket_has_from_its_listener_what_is_inherited(void **state)
{
	owed("listen: TCP_NODELAY=on", FACTS_ESTABLISHED, true, "1");
	owed("listen: TCP_NODELAY=on", FACTS_ESTABLISHED, false, "0");
	owed("connect: TCP_NODELAY=on", FACTS_ESTABLISHED, true, "0");
	owed("accept: SO_PRIORITY=5", FACTS_ESTABLISHED, true, "1");
	/* not inherited */
	owed("listen: SO_PRIORITY=5", FACTS_ESTABLISHED, true, "0");
	owed("listen: SO_PRIORITY=5", FACTS_LISTENING, false, "1");
}

static void the_last_that_fits_counts(void **state)
{
	owed("TCP_NODELAY=on\nTCP_NODELAY=off", FACTS_ESTABLISHED, false, "01");
	owed("TCP_NODELAY=on\nport=81: TCP_NODELAY=off", FACTS_ESTABLISHED, false, "10");
	owed("TCP_NODELAY=on\nport=80: force TCP_NODELAY=off", FACTS_ESTABLISHED, false, "01");
	owed("TCP_NODELAY=on TCP_KEEPIDLE=60s", FACTS_ESTABLISHED, false, "11");
}

static void what_is_not_made_or_not_known_is_owed_to_none(void **state)
{
	owed("default TCP_NODELAY=on", FACTS_ESTABLISHED, false, "0");
	owed("deny TCP_NODELAY", FACTS_ESTABLISHED, false, "0");
	owed("log TCP_NODELAY", FACTS_ESTABLISHED, false, "0");
	owed("udp: SO_PRIORITY=5", FACTS_ESTABLISHED, false, "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_owed_what_it_has_come_to),
		cmocka_unit_test(an_accepted_socket_has_from_its_listener_what_is_inherited),
		cmocka_unit_test(the_last_that_fits_counts),
		cmocka_unit_test(what_is_not_made_or_not_known_is_owed_to_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
