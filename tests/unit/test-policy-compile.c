/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <policy-compile.h>

#include "test.h"

#define SOCKET SOCKOPT_AT_SOCKET
#define BIND SOCKOPT_AT_BIND
#define LISTEN SOCKOPT_AT_LISTEN
#define CONNECT SOCKOPT_AT_CONNECT
#define ACCEPT SOCKOPT_AT_ACCEPT

static struct policy_program program;
static struct policy_refusal refusal;
static struct rules rules;

static int compile(const char *text, bool sees_pids)
{
	struct rule_error error;

	rules_free(&rules);
	memset(&rules, 0, sizeof(rules));
	if (rules_parse(&rules, "-r", text, &error) < 0)
		fail_msg("'%s': %s", text, error.what ? error.what : "(a value)");
	return policy_compile(&rules, sees_pids ? POLICY_SEES_PIDS | POLICY_SEES_CGROUPS : 0, &program, &refusal);
}

static void compiled(const char *text)
{
	if (compile(text, true) < 0)
		fail_msg("'%s' was refused: %s (%s)", text, refusal.what, refusal.word);
}

/** what: a part of the reason. */
static void refused(const char *text, const char *what, const char *word)
{
	if (compile(text, false) != -EOPNOTSUPP)
		fail_msg("'%s' was not refused", text);
	assert_non_null(refusal.rule);
	if (!strstr(refusal.what, what) || strcmp(refusal.word, word) != 0)
		fail_msg("'%s' was refused: %s (%s)", text, refusal.what, refusal.word);
}

static void moments(const char *text, enum policy_kind kind, unsigned wanted)
{
	compiled(text);
	if (program.actions[0].moments[kind] != wanted)
		fail_msg("'%s': moments %#x, not %#x", text, program.actions[0].moments[kind], wanted);
	assert_int_equal(policy_moments(&program, 0) & wanted, wanted);
}

static void each_kind_has_its_moments(void **state)
{
	moments("TCP_USER_TIMEOUT=30s", POLICY_TCP4, LISTEN | CONNECT);
	moments("TCP_KEEPIDLE=60s", POLICY_MPTCP6, LISTEN | CONNECT);
	moments("TCP_USER_TIMEOUT=30s", POLICY_MPTCP4, 0); /* it has no such option */
	moments("TCP_USER_TIMEOUT=30s", POLICY_UDP4, 0);
	moments("TCP_USER_TIMEOUT=30s", POLICY_OTHER, 0);
	moments("tcp or udp: SO_PRIORITY=5", POLICY_TCP6, CONNECT | ACCEPT);
	moments("tcp or udp: SO_PRIORITY=5", POLICY_UDP6, SOCKET);
	moments("tcp: SO_REUSEADDR=on", POLICY_TCP4, BIND);
	moments("tcp and ipv4: SO_REUSEADDR=on", POLICY_TCP6, 0);
}

/** The numbers of an option can be another's on sockets of other families. */
static void a_rule_names_the_families_that_it_is_not_for(void **state)
{
	const uint64_t bluetooth = UINT64_C(1) << AF_BLUETOOTH, ip = UINT64_C(1) << AF_INET | UINT64_C(1) << AF_INET6;

	compiled("deny TCP_NODELAY");
	assert_true(program.actions[0].others & bluetooth);
	assert_false(program.actions[0].others & ip);
	compiled("deny L2CAP_OPTIONS");
	assert_false(program.actions[0].others & bluetooth);
	assert_true(program.actions[0].others & ip);
	compiled("deny SO_KEEPALIVE");
	assert_int_equal(program.actions[0].others, 0);
	compiled("deny 6:1");
	assert_int_equal(program.actions[0].others, 0);
}

#define HOOK(at) (1U << POLICY_AT_##at)

static void hooks(const char *text, unsigned wanted)
{
	compiled(text);
	if (program.hooks != wanted)
		fail_msg("'%s': hooks %#x, not %#x", text, program.hooks, wanted);
}

static void no_hook_is_attached_that_is_not_needed(void **state)
{
	hooks("listen: TCP_USER_TIMEOUT=30s", HOOK(TCP));
	hooks("connect: TCP_USER_TIMEOUT=30s", HOOK(CONNECT4) | HOOK(CONNECT6));
	hooks("connect and ipv4: TCP_USER_TIMEOUT=30s", HOOK(CONNECT4));
	hooks("deny TCP_CORK", HOOK(SET));
	hooks("log SO_RCVBUF", HOOK(SET));
	hooks("connect and ipv4: force TCP_USER_TIMEOUT=30s",
	      HOOK(CONNECT4) | HOOK(SET) | HOOK(BIND4) | HOOK(BIND6) | HOOK(CONNECT6) | HOOK(TCP));
	hooks("udp and ipv4: SO_PRIORITY=5",
	      HOOK(CREATE) | HOOK(SET) | HOOK(BIND4) | HOOK(CONNECT4) | HOOK(SEND4));
	hooks("default TCP_USER_TIMEOUT=30s", HOOK(SET) | HOOK(CONNECT4) | HOOK(CONNECT6) | HOOK(TCP));
}

static void memory_is_kept_only_if_a_rule_asks(void **state)
{
	compiled("TCP_USER_TIMEOUT=30s");
	assert_false(program.has_memory);
	compiled("force TCP_USER_TIMEOUT=30s");
	assert_false(program.has_memory);
	compiled("connect: force TCP_USER_TIMEOUT=30s");
	assert_true(program.has_memory);
	compiled("default TCP_USER_TIMEOUT=30s");
	assert_true(program.has_memory);
	assert_int_equal(program.n_defaults, 1);
	assert_int_equal(program.actions[0].remembered, 1);
	compiled("tcp: SO_REUSEADDR=on");
	assert_true(program.has_memory);
	/* It ends the other one's force, from connect on. */
	compiled("force TCP_NODELAY=on\nconnect: TCP_NODELAY=off");
	assert_true(program.has_memory);
}

static void names_of_processes_alone_need_the_kernel_s_types(void **state)
{
	compiled("connect and user=0: TCP_NODELAY=on");
	assert_false(program.needs_types);
	compiled("connect and process=x: TCP_NODELAY=on");
	assert_true(program.needs_types);
}

static void one_option_has_one_slot(void **state)
{
	compiled("TCP_NODELAY=on TCP_KEEPIDLE=60s\nport=80: TCP_NODELAY=off");
	assert_int_equal(program.n_actions, 3);
	assert_int_equal(program.n_lines, 3);
	assert_int_equal(program.actions[0].slot, program.actions[2].slot);
	assert_int_not_equal(program.actions[0].slot, program.actions[1].slot);
	assert_int_equal(program.actions[0].level, IPPROTO_TCP);
	assert_int_equal(program.actions[1].number, TCP_KEEPIDLE);
	assert_int_equal(program.actions[0].n_tests, 0);
	assert_int_equal(program.actions[2].n_tests, 3);
}

static void values_are_as_each_call_takes_them(void **state)
{
	int number;

	compiled("TCP_CONGESTION=cubic");
	assert_true(program.actions[0].is_string);
	assert_memory_equal(program.actions[0].value, "cubic", 6);
	assert_memory_equal(program.actions[0].made, "cubic", 6);
	/* unsigned long to setsockopt(2), an int to bpf_setsockopt() */
	compiled("tcp or udp: SO_MAX_PACING_RATE=1000");
	memcpy(&number, program.actions[0].made, sizeof(number));
	assert_int_equal(number, 1000);
	assert_int_equal(program.actions[0].made_length, sizeof(int));
	assert_int_equal(program.actions[0].length, sizeof(long));
	compiled("tcp or udp: SO_RCVBUF=64KiB");
	assert_int_equal(program.actions[0].transform, POLICY_DOUBLED);
	refused("tcp or udp: SO_MAX_PACING_RATE=8000000000", "takes 32 bits", "SO_MAX_PACING_RATE");
	compiled("deny=EACCES TCP_NODELAY=off");
	assert_int_equal(program.actions[0].error, EACCES);
	assert_true(program.actions[0].has_value);
}

static void what_cannot_be_made_is_refused(void **state)
{
	refused("TCP_CORK=on", "bpf_setsockopt() does not take", "TCP_CORK");
	refused("SO_KEEPALIVE=on", "no hook of BPF reaches", "unix");
	refused("unix: SO_SNDBUF=1MiB", "no hook of BPF reaches", "unix");
	refused("stream: SO_KEEPALIVE=on", "no hook of BPF reaches", "unix");
	refused("raw: SO_PRIORITY=5", "no hook of BPF reaches", "icmp");
	refused("tcp: IP_TOS=ef", "cannot be set on IPv6", "IP_TOS");
	compiled("tcp and ipv4: IP_TOS=ef");
	refused("socket: TCP_NODELAY=on", "fresh MPTCP", "TCP_NODELAY");
	compiled("socket and tcp: TCP_NODELAY=on");
	refused("force TCP_CORK=on", "does not take", "TCP_CORK");
	compiled("deny TCP_CORK");
	compiled("log IPV6_V6ONLY");
}

static void what_cannot_be_decided_is_refused(void **state)
{
	refused("fd=3: TCP_NODELAY=on", "has no number there", "fd");
	refused("1234:5: TCP_NODELAY=on", "has no number there", "PID:FD");
	refused("pid=7: TCP_NODELAY=on", "pid namespace", "7");
	refused("cgroup=/x: TCP_NODELAY=on", "programs of 'run'", "cgroup");
	refused("interface=lo: TCP_NODELAY=on", "have its number", "interface");
	refused("peer=fe80::1%lo: TCP_NODELAY=on", "have its number", "interface");
	refused("inode=7: TCP_NODELAY=on", "no socket has before", "inode");
	refused("cookie=7: TCP_NODELAY=on", "no socket has before", "cookie");
	refused("path=/x: deny SO_SNDBUF", "addresses of unix sockets", "path");
	refused("user~r*: TCP_NODELAY=on", "patterns", "r*");
	refused("TCP_CORK=on: TCP_NODELAY=on", "bpf_getsockopt() does not tell", "TCP_CORK");
	refused("TCP_CONGESTION=cubic: TCP_NODELAY=on", "not compared", "TCP_CONGESTION");
	refused("accept and process=x: TCP_NODELAY=on", "which process accepts", "TCP_NODELAY");
	refused("accept and user=0: TCP_NODELAY=on", "which process accepts", "TCP_NODELAY");
	refused("bound: deny SO_PRIORITY", "whether a socket is bound", "unix");
	compiled("bound and tcp: deny SO_PRIORITY");
	compiled("connect and pid=7: TCP_NODELAY=on");
}

static void room_is_limited_and_the_end_of_it_is_told(void **state)
{
	char text[64 * 200] = "";
	size_t length = 0;

	for (int i = 0; i < POLICY_ACTIONS_MAX; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "port=%d: TCP_NODELAY=on\n", i + 1);
	compiled(text);
	snprintf(text + length, sizeof(text) - length, "port=9999: TCP_NODELAY=on\n");
	refused(text, "more rules than", "");
	*text = '\0';
	length = 0;
	for (int i = 0; i < POLICY_DEFAULTS_MAX + 1; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "port=%d: default TCP_NODELAY=on\n", i + 1);
	refused(text, "more defaults than", "");
	/* ((((a and b) ... does not need more room as it grows; a and (b and (c ... does */
	*text = '\0';
	length = 0;
	for (int i = 0; i < POLICY_DEPTH_MAX; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "port=%d or (", i + 1);
	snprintf(text + length, sizeof(text) - length, "port=99%.*s: TCP_NODELAY=on", POLICY_DEPTH_MAX, "))))))))))))))))))))");
	refused(text, "nested too deep", "");
}

/** The tests of one selector, run as bpf/policy-test.h runs them, on facts that they ask for. */
static bool decided(const char *selector, uint64_t port, uint64_t state)
{
	char text[256];
	uint32_t yes = 0x1234, no = 0x1234;

	snprintf(text, sizeof(text), "tcp and (%s): deny TCP_NODELAY", selector);
	compiled(text);
	for (unsigned i = 0; i < program.n_tests; i++) {
		const struct policy_test *test = &program.tests[i];
		uint64_t fact = test->fact == POLICY_LOCAL_PORT ? port : test->fact == POLICY_PEER_PORT ? POLICY_ABSENT :
								 test->fact == POLICY_STATE             ? state :
													  IPPROTO_TCP;
		uint32_t answer = test->operation != POLICY_RANGE || (fact >= test->low && fact <= test->high);

		if (test->operation == POLICY_AND) {
			yes = yes >> 2 << 1 | (yes & yes >> 1 & 1);
			no = no >> 2 << 1 | ((no | no >> 1) & 1);
		} else if (test->operation == POLICY_OR) {
			yes = yes >> 2 << 1 | ((yes | yes >> 1) & 1);
			no = no >> 2 << 1 | (no & no >> 1 & 1);
		} else if (test->operation == POLICY_NOT) {
			answer = yes & 1;
			yes = yes >> 1 << 1 | (no & 1);
			no = no >> 1 << 1 | answer;
		} else {
			yes = yes << 1 | (test->outcomes >> answer & 1U);
			no = no << 1 | (test->outcomes >> 4 >> answer & 1U);
		}
	}
	return yes & 1;
}

static bool matches(const char *selector, uint16_t port, enum facts_state at)
{
	struct selector *tree;
	struct selector_error error;
	struct facts facts = { .kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP }, .state = at };
	bool fits;

	facts.local.family = AF_INET;
	facts.local.port = port;
	assert_int_equal(selector_parse(selector, &tree, &error), 0);
	fits = selector_matches(tree, &facts);
	selector_free(tree);
	return fits;
}

static void the_kernel_s_side_decides_as_ours_does(void **state)
{
	static const char *const selectors[] = {
		"port=80",
		"port!=80",
		"port=80,443",
		"port!=80,443",
		"port=1-1023",
		"port!=1-1023",
		"port<80",
		"port<=80",
		"port>80",
		"port>=80",
		"local-port=80",
		"local-port!=80",
		"peer-port=80",
		"peer-port!=80",
		"peer-port>=0",
		"peer-port>1",
		"listening",
		"not listening",
		"state=bound",
		"state!=bound",
		"connected",
		"not connected",
		"all",
		"not all",
		"port=80 and listening",
		"port=80 or listening",
		"not (port=80 and listening)",
		"not (port=80 or listening)",
		"port=80 or port=81 or port=443 and not bound",
		"not not port=80",
	};
	static const enum facts_state states[] = { FACTS_UNBOUND, FACTS_BOUND, FACTS_LISTENING, FACTS_ESTABLISHED };
	static const uint16_t ports[] = { 0, 1, 79, 80, 81, 443, 1023, 1024, 65535 };

	for (size_t i = 0; i < COUNT(selectors); i++)
		for (size_t k = 0; k < COUNT(states); k++)
			for (size_t n = 0; n < COUNT(ports); n++)
				if (strstr(selectors[i], "not all") == NULL &&
				    decided(selectors[i], ports[n], states[k]) != matches(selectors[i], ports[n], states[k]))
					fail_msg("'%s' of port %u, %s", selectors[i], ports[n], facts_state_word(states[k]));
}

static void every_hook_has_a_word(void **state)
{
	for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++)
		assert_non_null(policy_hook_word((enum policy_hook)hook));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_moments),
		cmocka_unit_test(a_rule_names_the_families_that_it_is_not_for),
		cmocka_unit_test(no_hook_is_attached_that_is_not_needed),
		cmocka_unit_test(memory_is_kept_only_if_a_rule_asks),
		cmocka_unit_test(names_of_processes_alone_need_the_kernel_s_types),
		cmocka_unit_test(one_option_has_one_slot),
		cmocka_unit_test(values_are_as_each_call_takes_them),
		cmocka_unit_test(what_cannot_be_made_is_refused),
		cmocka_unit_test(what_cannot_be_decided_is_refused),
		cmocka_unit_test(room_is_limited_and_the_end_of_it_is_told),
		cmocka_unit_test(the_kernel_s_side_decides_as_ours_does),
		cmocka_unit_test(every_hook_has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
