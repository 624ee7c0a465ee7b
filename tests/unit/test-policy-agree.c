/* SPDX-License-Identifier: MIT */
/*
 * The kernel's side of `run` and the selector pick the same sockets: random expressions over all that the one decides,
 * random sockets. SOCKOPT_SEED repeats a run.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <selector.h>
#include <time.h>

#include <user-policy.h>

#include "test.h"

#define EXPRESSIONS 3000
#define SOCKETS 20

static uint64_t seed;

static unsigned int below(size_t limit)
{
	return (unsigned int)(random_next(&seed) % limit);
}

#define PICK(list) list[below(COUNT(list))]

/* ---- a socket ---- */

/** Few different ones, so that an expression can meet them. */
static void make_address(int family, struct facts_address *ret)
{
	static const unsigned char ipv4[][4] = { { 0 }, { 127, 0, 0, 1 }, { 10, 1, 2, 3 }, { 10, 1, 3, 4 } };
	unsigned int way = below(3);

	*ret = (struct facts_address){ .family = family, .port = (uint16_t)(below(3) ? below(16) : below(65536)) };
	if (family == AF_INET) {
		memcpy(ret->ip, PICK(ipv4), 4);
	} else if (way == 0) {
		ret->ip[10] = ret->ip[11] = 0xff;
		memcpy(ret->ip + 12, PICK(ipv4), 4);
	} else {
		ret->ip[0] = way == 1 ? 0x20 : 0;
		ret->ip[7] = (unsigned char)below(3);
		ret->ip[15] = (unsigned char)below(3);
	}
}

/** Values of options; of some there is none. */
static int get_value(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	int value = *(const int *)context + option->number % 3;

	if (option->get_type->size != sizeof(value) || option->number % 7 == 0)
		return -ENOPROTOOPT;
	ret->length = sizeof(value);
	memcpy(ret->bytes, &value, sizeof(value));
	return 0;
}

static void make_socket(struct facts *ret, struct facts_holder *holder, int *value)
{
	static const struct sockopt_kind kinds[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 },
	};
	static const char *const names[] = { "nginx", "nginx: worker", "a-name-of-15-ch", "x", "" };
	static const char *const cgroups[] = { "/", "/a", "/a/b", "/system.slice/nginx.service" };

	*holder = (struct facts_holder){
		.pid = (pid_t)(1 + below(8)),
		.fd = -1,
		.uid = below(3),
		.process = PICK(names),
		.cgroup = PICK(cgroups),
	};
	*ret = (struct facts){
		.kind = PICK(kinds),
		.state = (enum facts_state)below(FACTS_N_STATES),
		.netns = 1 + below(4),
		.holders = holder,
		.n_holders = 1,
		.get = get_value,
		.context = value,
	};
	*value = (int)below(12) - 4;
	if (ret->kind.family != AF_INET && ret->kind.family != AF_INET6)
		return;
	make_address(ret->kind.family, &ret->local);
	if (below(2))
		make_address(ret->kind.family, &ret->peer);
}

/* ---- an expression ---- */

struct expression {
	char text[4096];
	size_t used;
};

static void put(struct expression *expression, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct expression *expression, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	expression->used += (size_t)vsnprintf(expression->text + expression->used,
					      sizeof(expression->text) - expression->used, format, arguments);
	va_end(arguments);
	assert_true(expression->used < sizeof(expression->text));
}

static const char *const operators[] = { "=", "=", "!=", "<", "<=", ">", ">=" };

static void put_word(struct expression *expression)
{
	static const char *const words[] = {
		"all",
		"tcp",
		"udp",
		"mptcp",
		"unix",
		"netlink",
		"ipv4",
		"ipv6",
		"stream",
		"dgram",
		"raw",
		"listening",
		"established",
		"connected",
		"time-wait",
		"close-wait",
		"syn-sent",
		"closed",
		"family=inet",
		"family!=inet6",
		"type=stream",
		"type!=dgram",
		"protocol=tcp",
		"protocol!=tcp",
		"protocol=17",
		"state=established",
		"state!=listening",
		"netns=1",
		"netns!=2",
		"user=0",
		"user!=1",
		"1",
		"2",
		"process=nginx",
		"process!=nginx",
		"process~nginx*",
		"process~*n?x*",
		"process~[a-n]*",
		"process~?",
		"process=a-name-of-15-ch",
		"process=a-name-that-is-too-long",
		"cgroup=/",
		"cgroup!=/a",
		"cgroup~/a/*",
		"cgroup~/*.service",
		"cgroup=/none",
	};

	put(expression, "%s", PICK(words));
}

static void put_number(struct expression *expression)
{
	static const char *const keys[] = { "pid", "port", "local-port", "peer-port" };
	const char *operator= PICK(operators);

	put(expression, "%s%s%u", PICK(keys), operator, below(4) ? below(16) : below(65536));
	if (strcmp(operator, "=") != 0 && strcmp(operator, "!=") != 0)
		return;
	if (below(3) == 0)
		put(expression, ",%u", below(16));
	if (below(3) == 0)
		put(expression, ",%u-%u", below(8), 8 + below(9));
}

static void put_address(struct expression *expression)
{
	static const char *const addresses[] = { "0.0.0.0", "127.0.0.1", "10.1.2.3", "10.1.3.4", "::", "::1", "::ffff:10.1.2.3",
						 "2000::1", "2000:0:0:1::2" };
	const char *address = PICK(addresses);
	bool is_v6 = strchr(address, ':');

	put(expression, "%s%s", below(2) ? "local" : "peer", below(3) ? "=" : "!=");
	switch (below(4)) {
	case 0: put(expression, "%s", address); break;
	case 1: put(expression, is_v6 ? "[%s]:%u" : "%s:%u", address, below(16)); break;
	case 2: put(expression, "*:%u-%u", below(8), 8 + below(9)); break;
	default: put(expression, "%s/%u", address, below(is_v6 ? 129 : 33)); break;
	}
}

/** The options that the kernel's side compares. */
static void put_option(struct expression *expression)
{
	static const char *const names[] = { "SO_RCVBUF", "SO_PRIORITY", "SO_MARK", "SO_RCVLOWAT", "TCP_KEEPIDLE", "TCP_KEEPCNT",
					     "TCP_SYNCNT", "IPV6_TCLASS", "SO_REUSEADDR", "TCP_NODELAY" };

	put(expression, "%s%s%u", PICK(names), PICK(operators), below(8));
}

static void put_expression(struct expression *expression, unsigned int depth)
{
	static void (*const leaves[])(struct expression *) = { put_word, put_word, put_word, put_number, put_address, put_option };
	unsigned int way = depth ? below(5) : 0;

	if (way < 2) {
		PICK(leaves)
		(expression);
		return;
	}
	put(expression, way == 2 ? "not (" : "(");
	put_expression(expression, depth - 1);
	put(expression, ")");
	if (way == 2)
		return;
	put(expression, way == 3 ? " and (" : " or (");
	put_expression(expression, depth - 1);
	put(expression, ")");
}

/* ---- */

/** @return how many of the sockets it picks; -1: the kernel's side does not take it */
static int compare(const char *selector_text)
{
	static struct policy_program program;
	struct policy_refusal refusal;
	struct rules rules = { 0 };
	char rule[5000];
	int picked = -1;

	snprintf(rule, sizeof(rule), "%s: log SO_PRIORITY", selector_text);
	if (rules_parse(&rules, "-r", rule, NULL) == 0 &&
	    policy_compile(&rules, POLICY_SEES_PIDS | POLICY_SEES_CGROUPS, &program, &refusal) == 0) {
		picked = 0;
		for (int i = 0; i < SOCKETS; i++) {
			struct facts_holder holder;
			struct facts facts;
			bool here, there;
			int value;

			make_socket(&facts, &holder, &value);
			here = selector_matches(rules.list[0]->selector, &facts);
			there = user_policy_fits(&program, &facts);
			picked += here;
			if (here != there)
				fail_msg("'%s' %s a socket %d:%d:%d %s of %s in %s, value %d; the kernel's side %s it", selector_text,
					 here ? "picks" : "does not pick", facts.kind.family, facts.kind.type, facts.kind.protocol,
					 facts_state_word(facts.state), holder.process, holder.cgroup, value,
					 there ? "picks" : "does not pick");
		}
	}
	rules_free(&rules);
	return picked;
}

static void the_kernels_side_and_the_selector_pick_the_same(void **state)
{
	const char *wanted = getenv("SOCKOPT_SEED");
	unsigned int taken = 0, telling = 0;

	seed = wanted ? strtoull(wanted, NULL, 10) : (uint64_t)time(NULL) * 65536 + (uint64_t)getpid();
	print_message("# SOCKOPT_SEED=%" PRIu64 "\n", seed);
	for (int i = 0; i < EXPRESSIONS; i++) {
		struct expression expression = { .used = 0 };
		int picked;

		put_expression(&expression, below(5));
		picked = compare(expression.text);
		taken += picked >= 0;
		telling += picked > 0 && picked < SOCKETS;
	}
	print_message("# %u of %d expressions are taken, %u pick some of %d sockets\n", taken, EXPRESSIONS, telling, SOCKETS);
	assert_true(taken > EXPRESSIONS / 2);
	assert_true(telling > EXPRESSIONS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_side_and_the_selector_pick_the_same),
	};

	return RUN_TESTS(tests);
}
