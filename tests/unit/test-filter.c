/* SPDX-License-Identifier: MIT */
#include <user-judge.h>

#include "picks.h"
#include "sample-record.h"

static void compile(const char *text, struct filter_program *ret)
{
	struct selector *selector;
	struct selector_error error;

	if (selector_parse(text, &selector, &error) != 0)
		fail_msg("'%s': at %zu: %s", text, error.at, error.what);
	filter_compile(selector, ret);
	selector_free(selector);
}

/** What a judgement is made of. */
struct case_of {
	struct facts facts;
	struct facts_holder holder;
	uint64_t cgroup;
	enum user_holder held_by;
	bool undecided; /* a holder decides nothing */
	const struct sample *sample;
};

static enum user_judgement judge(const struct case_of *the, const char *text)
{
	static struct all_values values;
	struct socket_record record = { 0 };
	struct filter_program program;
	__u64 facts[FACT_N_FACTS] = { 0 };

	compile(text, &program);
	assert_true(program.length > 0 && program.length <= FILTER_MAX);
	user_facts(&the->facts, the->cgroup, &record, facts);
	if (the->sample) {
		struct record_view view = sample_view(the->sample);

		record.blocks = view.head->blocks;
		memcpy(record.ask, view.head->ask, sizeof(record.ask));
		memcpy(record.special, view.head->special, sizeof(record.special));
		for (size_t i = 0; i < VALUES_N_BLOCKS; i++)
			if (view.blocks[i])
				memcpy(values.block[i], view.blocks[i], values_block_sizes[i]);
	}
	return user_judge(&program, &record, the->sample ? &values : NULL, facts, the->held_by, !the->undecided);
}

static void check(const struct case_of *the, enum user_judgement wanted, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (judge(the, texts[i]) != wanted)
			fail_msg("'%s': %d, wanted %d", texts[i], (int)judge(the, texts[i]), (int)wanted);
}

#define CHECK(the, wanted, ...)                                     \
	do {                                                        \
		static const char *const texts[] = { __VA_ARGS__ }; \
		check(the, wanted, texts, COUNT(texts));            \
	} while (0)

/** The connection of picks.h, of its first process alone. */
static struct case_of of_one(void)
{
	struct case_of the = { .facts = connection(), .held_by = USER_HELD_BY_ONE };

	the.facts.n_holders = 1;
	return the;
}

static void what_the_socket_is_decides(void **state)
{
	struct case_of the = of_one();

	CHECK(&the, USER_YES, "all", "tcp", "stream", "ipv4", "established", "connected", "family=inet", "type=stream",
	      "protocol=tcp", "protocol!=udp", "protocol=6", "state=established", "state!=listening", "netns=4026531840", "netns!=1", "inode=99",
	      "inode=1-100", "inode=5,99", "inode!=1-98", "inode>98", "inode>=99", "inode<100", "inode<=99", "cookie=4711",
	      "cookie!=4712", "not udp", "tcp and established", "udp or established", "not (udp or listening)");
	CHECK(&the, USER_NO, "udp", "dgram", "ipv6", "unix", "listening", "family=inet6", "family!=inet", "protocol!=tcp",
	      "state=connected", "state!=established", "netns=1", "inode=1-98", "inode!=99", "inode>99", "inode<99", "cookie=4712",
	      "cookie!=4711", "not tcp", "tcp and listening", "udp or listening", "path=x", "path~*");
	CHECK(&the, USER_UNKNOWN, "interface=lo", "user=0", "user!=0", "cookie>5", "cookie=1-9999", "cookie=0", "cookie=1,2", "SO_KEEPALIVE=on",
	      "not interface=lo", "tcp and interface=lo", "udp or user=0");
	CHECK(&the, USER_NO, "udp and interface=lo", "not (tcp or interface=lo)");
	CHECK(&the, USER_YES, "tcp or interface=lo", "not (udp and user=0)");
}

static void ports_and_addresses_decide(void **state)
{
	struct case_of the = of_one();

	CHECK(&the, USER_YES, "port=80", "port=51000", "port=1-100", "local-port=80", "peer-port=51000", "port!=81", "port<100",
	      "port>50000", "local-port<=80", "peer-port>=51000", "local=127.0.0.1", "local=127.0.0.0/8", "local=0.0.0.0/0",
	      "local=127.0.0.1:80", "local=*:1-80", "peer=10.1.2.2/31", "peer!=10.1.2.4", "peer=10.0.0.0/8:51000", "local!=::1");
	CHECK(&the, USER_NO, "port=81", "port=1-79", "port!=80", "port!=51000", "local-port=51000", "peer-port=80", "port>51000",
	      "local=127.0.0.2", "local=127.0.0.1:81", "local=*:81", "peer=10.1.2.2", "peer=10.1.2.2/32", "peer=11.0.0.0/8", "peer!=10.0.0.0/8",
	      "local=::ffff:127.0.0.1", "local=::/0");

	the.facts.peer = (struct facts_address){ 0 };
	CHECK(&the, USER_NO, "peer=10.0.0.0/8", "peer=0.0.0.0/0", "peer=*:0", "peer-port=0", "peer-port>=0", "peer-port<=4294967295",
	      "peer-port=0-9999999999", "peer-port=4294967295", "port=51000");
	CHECK(&the, USER_YES, "peer!=10.0.0.0/8", "peer-port!=51000", "port!=51000");
	the.facts.kind = (struct sockopt_kind){ AF_UNIX, SOCK_STREAM, 0 };
	the.facts.local.family = AF_UNIX;
	CHECK(&the, USER_NO, "port=80", "port!=80", "local=0.0.0.0/0", "protocol=tcp", "protocol!=tcp", "tcp", "peer-port!=1");
	CHECK(&the, USER_YES, "local!=0.0.0.0/0", "unix", "not tcp");
	CHECK(&the, USER_UNKNOWN, "path=/run/x", "path~*");
}

static void an_ipv4_prefix_fits_the_mapped_address(void **state)
{
	struct case_of the = of_one();

	the.facts.kind.family = the.facts.local.family = the.facts.peer.family = AF_INET6;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", the.facts.local.ip);
	inet_pton(AF_INET6, "2001:db8:1:2:3:4:5:6", the.facts.peer.ip);
	CHECK(&the, USER_YES, "local=127.0.0.1", "local=127.0.0.0/8", "local=0.0.0.0/0", "local=::ffff:127.0.0.1", "local=::/0",
	      "local=::/64", "peer=2001:db8::/32", "peer=2001:db8:1:2::/64", "peer=2001:db8:1:2:3::/80", "peer=2001:db8:1:2:3:4:5:6",
	      "peer=[2001:db8:1:2:3:4:5:6]:51000", "peer!=10.0.0.0/8");
	CHECK(&the, USER_NO, "local=127.0.0.2", "local=10.0.0.0/8", "local=::/96", "peer=2001:db8:1:3::/64", "peer=2001:db8:1:2:4::/80",
	      "peer=2001:db8:1:2:3:4:5:7", "peer=0.0.0.0/0", "peer=[2001:db8:1:2:3:4:5:6]:1", "peer=2001:db8:1:2:3:4:5:7%3");
	CHECK(&the, USER_UNKNOWN, "peer=2001:db8:1:2:3:4:5:6%3", "peer!=2001:db8:1:2:3:4:5:6%lo");
}

static void a_holder_decides_if_it_is_the_only_one(void **state)
{
	struct case_of the = of_one();

	CHECK(&the, USER_YES, "1234", "1234:6", "pid=1234", "pid=1-2000", "pid!=1", "fd=6", "fd<7", "process=nginx", "process!=apache",
	      "not pid=5");
	CHECK(&the, USER_NO, "1235", "1234:7", "1235:6", "pid!=1234", "fd=7", "fd>6", "process=ngin", "process=nginx2", "process!=nginx",
	      "process=a-name-of-16-ch", "process=a-name-that-is-longer");
	CHECK(&the, USER_UNKNOWN, "process~ng*", "user=0", "cgroup~*");
	CHECK(&the, USER_NO, "1234 and udp");

	/* Others may hold it, too, or its other holders are still to come. */
	the.held_by = USER_HELD_BY_SEVERAL;
	CHECK(&the, USER_UNKNOWN, "1234", "1234:6", "1235", "pid!=1", "not pid=5", "process=nginx", "process=other", "fd=6");
	CHECK(&the, USER_NO, "1234 and udp");
	the.held_by = USER_HELD_BY_ONE;
	the.undecided = true;
	CHECK(&the, USER_UNKNOWN, "1234", "1235", "process=other");

	the.held_by = USER_HELD_BY_NONE;
	CHECK(&the, USER_NO, "1234", "pid=1-99999", "pid>0", "fd>=0", "process=nginx");
	CHECK(&the, USER_YES, "pid!=1234", "not pid>0", "process!=nginx");
	CHECK(&the, USER_UNKNOWN, "process~*", "user=0");
}

static void a_cgroup_is_told_by_its_number(void **state)
{
	struct case_of the = of_one();

	/* What has no number of its own is looked up in another hierarchy, elsewhere. */
	the.cgroup = 0;
	CHECK(&the, USER_UNKNOWN, "cgroup=/none", "cgroup!=/none", "cgroup=/");
	the.cgroup = 4242424242;
	CHECK(&the, USER_NO, "cgroup=/none-of-this-name");
	CHECK(&the, USER_YES, "cgroup!=/none-of-this-name");
	/* Other ways to write a path are none that the selector knows. */
	CHECK(&the, USER_UNKNOWN, "cgroup=/a/", "cgroup=//a", "cgroup=/a/../b", "cgroup=/a/./b", "cgroup=/a/..", "cgroup=a", "cgroup~/a*");
}

static void options_decide_by_their_value(void **state)
{
	struct case_of the = of_one();
	struct sample sample;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	sample_set_int(&sample, "SO_RCVBUF", 131072);
	sample_set_int(&sample, "SO_MARK", -1); /* unsigned: the greatest */
	sample_set_int(&sample, "TCP_NODELAY", 1);
	sample_set_int(&sample, "SO_INCOMING_CPU", -1);
	sample_mark(sample.head->ask, "SO_SNDBUF");
	the.sample = &sample;
	CHECK(&the, USER_YES, "SO_RCVBUF=131072", "SO_RCVBUF=128KiB", "SO_RCVBUF>131071", "SO_RCVBUF>=131072", "SO_RCVBUF<131073",
	      "SO_RCVBUF<=131072", "SO_RCVBUF!=1", "TCP_NODELAY=on", "SO_MARK>5", "SO_INCOMING_CPU<0", "not TCP_NODELAY=off");
	CHECK(&the, USER_NO, "SO_RCVBUF=131073", "SO_RCVBUF>131072", "SO_RCVBUF<131072", "SO_RCVBUF!=131072", "TCP_NODELAY=off",
	      "SO_MARK<5", "SO_INCOMING_CPU>0");
	CHECK(&the, USER_UNKNOWN, "SO_SNDBUF>0", "IPV6_V6ONLY=off", "TCP_CONGESTION=bbr", "SO_LINGER=off", "SO_RCVBUF~1*", "UDP_CORK=off");
	the.sample = NULL;
	CHECK(&the, USER_UNKNOWN, "SO_RCVBUF=131072", "TCP_NODELAY=off");
}

static void what_it_looks_at_is_told(void **state)
{
	struct filter_program program;

	compile("tcp and port=80", &program);
	assert_false(program.has_holders || program.has_options);
	compile("tcp and (pid=1 or port=80)", &program);
	assert_true(program.has_holders);
	compile("not process=x", &program);
	assert_true(program.has_holders);
	compile("SO_RCVBUF=1", &program);
	assert_true(program.has_options && !program.has_holders);
	compile("SO_RCVBUF~1", &program);
	assert_false(program.has_options);
	filter_compile(NULL, &program);
	assert_int_equal(program.length, 1);
	assert_int_equal(program.instructions[0].operation, FILTER_TRUE);
}

static void what_is_too_long_decides_nothing(void **state)
{
	struct case_of the = of_one();
	struct filter_program program;
	char text[4096] = "port=1";

	for (int i = 2; i < 40; i++) {
		char one[32];

		snprintf(one, sizeof(one), " or port=%d", i);
		strcat(text, one);
		compile(text, &program);
		/* five instructions each, and one that joins them */
		if (program.length == 1)
			break;
		assert_int_equal(judge(&the, text), USER_NO);
	}
	assert_int_equal(program.length, 1);
	assert_int_equal(judge(&the, text), USER_UNKNOWN);
	assert_false(program.has_holders || program.has_options);
}

static void the_stack_holds_the_deepest_program(void **state)
{
	struct case_of the = of_one();
	char text[1024] = "";

	for (int i = 0; i < 30; i++)
		strcat(text, "tcp and (");
	strcat(text, "tcp");
	for (int i = 0; i < 30; i++)
		strcat(text, ")");
	assert_int_equal(judge(&the, text), USER_YES);
	text[0] = '\0';
	for (int i = 0; i < 30; i++)
		strcat(text, i % 2 ? "udp or (" : "tcp and (");
	strcat(text, "not tcp");
	for (int i = 0; i < 30; i++)
		strcat(text, ")");
	assert_int_equal(judge(&the, text), USER_NO);
}

static bool may(const char *text, int family, int type, int protocol, uint64_t netns)
{
	const struct sockopt_kind kind = { family, type, protocol };
	struct filter_program program;

	compile(text, &program);
	return filter_may_pick_unheld(&program, &kind, netns);
}

static void which_tables_can_have_a_socket_that_nobody_holds(void **state)
{
	assert_true(may("all", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_true(may("tcp", AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_false(may("tcp", AF_INET, SOCK_DGRAM, IPPROTO_UDP, 0));
	assert_false(may("tcp", AF_UNIX, SOCK_STREAM, 0, 0));
	assert_true(may("unix", AF_UNIX, SOCK_DGRAM, 0, 0));
	assert_false(may("not unix", AF_UNIX, SOCK_DGRAM, 0, 0));
	assert_true(may("established and SO_RCVBUF=5", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_false(may("pid=5", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_false(may("5:6", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_true(may("pid=5 or port=80", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_false(may("pid=5 or port=80", AF_UNIX, SOCK_STREAM, 0, 0));
	assert_true(may("not pid=5", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_true(may("netns=7", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
	assert_true(may("netns=7", AF_INET, SOCK_STREAM, IPPROTO_TCP, 7));
	assert_false(may("netns=7", AF_INET, SOCK_STREAM, IPPROTO_TCP, 8));
	assert_true(may("netns!=7", AF_INET, SOCK_STREAM, IPPROTO_TCP, 8));
	/* What it cannot be sure of it may. */
	assert_true(may("user=0", AF_UNIX, SOCK_STREAM, 0, 0));
	assert_true(may("interface=lo and tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_socket_is_decides),
		cmocka_unit_test(ports_and_addresses_decide),
		cmocka_unit_test(an_ipv4_prefix_fits_the_mapped_address),
		cmocka_unit_test(a_holder_decides_if_it_is_the_only_one),
		cmocka_unit_test(a_cgroup_is_told_by_its_number),
		cmocka_unit_test(options_decide_by_their_value),
		cmocka_unit_test(what_it_looks_at_is_told),
		cmocka_unit_test(what_is_too_long_decides_nothing),
		cmocka_unit_test(the_stack_holds_the_deepest_program),
		cmocka_unit_test(which_tables_can_have_a_socket_that_nobody_holds),
	};

	return RUN_TESTS(tests);
}
