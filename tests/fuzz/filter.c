/* SPDX-License-Identifier: MIT */
/*
 * A selector, compiled for the kernel, against itself: what the kernel's side rules out the selector does not pick, and
 * where it is sure (no option is looked at) the selector picks it. The first bytes are the socket; the rest is the text
 * of the selector, or numbers that one is made from, so that it has a meaning.
 */
#include <errno.h>
#include <netinet/in.h>
#include <selector.h>
#include <stdio.h>

#include "fuzz.h"
#include "user-judge.h"

#define SOCKET_BYTES 48

struct socket {
	struct facts facts;
	struct facts_holder holders[2];
	int value; /* of every option that is a number of four bytes */
	bool has_values;
	bool decide; /* a holder does */
};

/** Few different ones, so that a selector can meet them. */
static void make_address(const uint8_t *data, int family, struct facts_address *ret)
{
	static const unsigned char ipv4[4][4] = { { 0 }, { 127, 0, 0, 1 }, { 10, 1, 2, 3 }, { 10, 1, 2, 4 } };
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	ret->family = family;
	ret->port = (uint16_t)(data[0] & 1 ? data[1] : data[1] << 8 | data[2]);
	if (family == AF_INET) {
		memcpy(ret->ip, ipv4[data[3] & 3], 4);
	} else if (family == AF_INET6 && data[3] & 4) {
		memcpy(ret->ip, mapped, 12);
		memcpy(ret->ip + 12, ipv4[data[3] & 3], 4);
	} else if (family == AF_INET6) {
		ret->ip[0] = data[3] & 8 ? 0x20 : 0;
		ret->ip[7] = data[4] & 3;
		ret->ip[15] = data[5] & 3;
	}
}

static int get_value(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct socket *socket = context;

	if (!socket->has_values || option->get_type->size != sizeof(socket->value))
		return -ENOPROTOOPT;
	ret->length = sizeof(socket->value);
	memcpy(ret->bytes, &socket->value, sizeof(socket->value));
	return 0;
}

static void make_socket(const uint8_t *data, struct socket *ret)
{
	static const struct sockopt_kind kinds[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_UNIX, SOCK_DGRAM, 0 },
		{ AF_INET, SOCK_RAW, 1 },
		{ AF_NETLINK, SOCK_RAW, 0 },
	};
	static const char *const names[] = { "nginx", "a-name-of-15-ch", "", "x" };
	struct facts *facts = &ret->facts;

	*ret = (struct socket){ .has_values = data[0] & 1, .decide = data[0] & 2 };
	facts->kind = kinds[data[1] % 8];
	facts->state = data[2] % FACTS_N_STATES;
	facts->cookie = 1 + (data[3] & 7);
	facts->inode = data[4] & 7;
	facts->netns = 1 + (data[5] & 3);
	make_address(data + 6, facts->kind.family, &facts->local);
	if (data[12] & 1)
		make_address(data + 13, facts->kind.family, &facts->peer);
	facts->n_holders = data[19] % 3;
	for (size_t i = 0; i < facts->n_holders; i++)
		ret->holders[i] = (struct facts_holder){
			.pid = 1 + data[20 + i * 4] % 8,
			.fd = data[21 + i * 4] % 8,
			.uid = data[22 + i * 4] % 2,
			.process = names[data[23 + i * 4] & 3],
			.cgroup = "/",
		};
	facts->holders = ret->holders;
	memcpy(&ret->value, data + 28, sizeof(ret->value));
	facts->get = get_value;
	facts->context = ret;
}

/** The values as bpf/read.gen.h writes them: every one of four bytes is the same. */
static void fill_values(const struct socket *socket, struct socket_record *record, struct all_values *ret)
{
	record->blocks = socket->has_values ? (1U << VALUES_N_BLOCKS) - 1 : 0;
	for (size_t i = 0; i < VALUES_N_BLOCKS; i++)
		for (size_t at = 0; at + 4 <= VALUES_BLOCK_MAX; at += 4)
			memcpy(&ret->block[i][at], &socket->value, 4);
}

static void compare(const struct socket *socket, const struct selector *selector, bool with_values)
{
	static struct all_values values;
	struct socket_record record = { 0 };
	struct filter_program program;
	__u64 facts[FACT_N_FACTS] = { 0 };
	enum user_holder held = socket->facts.n_holders > 1 ? USER_HELD_BY_SEVERAL : (enum user_holder)socket->facts.n_holders;
	enum user_judgement judgement;
	bool picks = selector_matches(selector, &socket->facts);

	filter_compile(selector, &program);
	if (program.length == 0 || program.length > FILTER_MAX)
		abort();
	/* no cgroup: that of the holders is not told by a number */
	user_facts(&socket->facts, 0, &record, facts);
	fill_values(socket, &record, &values);
	judgement = user_judge(&program, &record, with_values ? &values : NULL, facts, held, socket->decide);
	if (judgement == USER_NO && picks)
		abort();
	if (judgement == USER_YES && !picks && !program.has_options)
		abort();
	/* A socket that nobody holds: its table must be looked at. */
	if (picks && socket->facts.n_holders == 0 && !filter_may_pick_unheld(&program, &socket->facts.kind, socket->facts.netns))
		abort();
	if (picks && socket->facts.n_holders == 0 && !filter_may_pick_unheld(&program, &socket->facts.kind, 0))
		abort();
}

/** What selectors are made from. */
struct source {
	const uint8_t *at, *end;
	char text[4096];
	size_t used;
};

static unsigned int next(struct source *source)
{
	return source->at < source->end ? *source->at++ : 0;
}

static void put(struct source *source, const char *text)
{
	size_t length = strlen(text);

	if (source->used + length >= sizeof(source->text))
		abort();
	memcpy(source->text + source->used, text, length + 1);
	source->used += length;
}

#define PICK(source, list) list[next(source) % (sizeof(list) / sizeof(list[0]))]

static void put_number(struct source *source)
{
	static const char *const edges[] = { "0", "255", "256", "65535", "65536", "4294967295", "18446744073709551605" };
	unsigned int n = next(source);
	char text[16];

	snprintf(text, sizeof(text), "%u", n & 15);
	put(source, n < 200 ? text : edges[n % 7]);
}

static void put_comparison(struct source *source)
{
	static const char *const keys[] = { "pid", "fd", "inode", "cookie", "port", "local-port", "peer-port" };
	static const char *const operators[] = { "=", "!=", "<", "<=", ">", ">=" };
	const char *operator;

	put(source, PICK(source, keys));
	operator= PICK(source, operators);
	put(source, operator);
	put_number(source);
	if (operator[0] == '=' || operator[0] == '!')
		for (unsigned int more = next(source) % 4; more > 2; more--) {
			put(source, ",");
			put_number(source);
		}
}

static void put_word(struct source *source)
{
	static const char *const words[] = {
		"all",
		"tcp",
		"udp",
		"icmp",
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
		"bound",
		"unbound",
		"time-wait",
		"close-wait",
		"syn-recv",
		"closed",
		"family=inet",
		"family!=inet6",
		"family=unix",
		"type=stream",
		"type!=dgram",
		"protocol=tcp",
		"protocol!=tcp",
		"protocol=1",
		"state=bound",
		"state!=established",
		"netns=1",
		"netns!=2",
		"netns=3",
		"process=nginx",
		"process!=nginx",
		"process=x",
		"process!=a-name-of-15-ch",
		"process=a-name-that-is-too-long",
		"process~n*",
		"1",
		"2",
		"1:2",
		"3:3",
		"2:1",
		"user=0",
		"user!=1",
		"interface=lo",
		"interface!=lo",
		"path~*",
		"path=x",
		"cgroup=/",
		"cgroup!=/",
		"cgroup=/x",
	};

	put(source, PICK(source, words));
}

static void put_address(struct source *source)
{
	static const char *const sides[] = { "local=", "local!=", "peer=", "peer!=" };
	static const char *const addresses[] = {
		"0.0.0.0",
		"127.0.0.1",
		"10.1.2.3",
		"10.1.2.4",
		"::",
		"::1",
		"::ffff:10.1.2.3",
		"2000::1",
		"0:0:0:1::",
		"0:0:0:2::2",
	};
	const char *address;
	char text[64];

	put(source, PICK(source, sides));
	address = PICK(source, addresses);
	if (next(source) & 1)
		snprintf(text, sizeof(text), "%s/%u", address, next(source) % (strchr(address, ':') ? 129 : 33));
	else
		snprintf(text, sizeof(text), strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, next(source) & 63);
	put(source, text);
}

static void put_option(struct source *source)
{
	static const char *const names[] = { "SO_RCVBUF", "SO_MARK", "SO_PEEK_OFF", "SO_PRIORITY", "TCP_USER_TIMEOUT", "IP_TTL", "SO_INCOMING_CPU" };
	static const char *const operators[] = { "=", "!=", "<", "<=", ">", ">=" };

	put(source, PICK(source, names));
	put(source, PICK(source, operators));
	if (next(source) & 1)
		put(source, "-");
	put_number(source);
}

static void put_expression(struct source *source, unsigned int depth)
{
	static void (*const leaves[])(struct source *) = { put_word, put_comparison, put_address, put_option, put_word, put_comparison };
	unsigned int way = next(source);

	if (depth == 0 || way % 5 < 2) {
		PICK(source, leaves)
		(source);
		return;
	}
	put(source, way % 5 == 2 ? "not (" : "(");
	put_expression(source, depth - 1);
	put(source, ")");
	if (way % 5 == 2)
		return;
	put(source, way % 5 == 3 ? " and (" : " or (");
	put_expression(source, depth - 1);
	put(source, ")");
}

static char *make_text(const uint8_t *data, size_t size)
{
	struct source source = { .at = data, .end = data + size };

	put_expression(&source, 4);
	return fuzz_text((const uint8_t *)source.text, source.used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selector_error error;
	struct selector *selector;
	struct socket socket;
	char *text;

	if (size < SOCKET_BYTES)
		return 0;
	make_socket(data, &socket);
	text = (data[SOCKET_BYTES - 1] & 3 ? make_text : fuzz_text)(data + SOCKET_BYTES, size - SOCKET_BYTES);
	if (selector_parse(text, &selector, &error) == 0) {
		compare(&socket, selector, true);
		compare(&socket, selector, false);
		selector_free(selector);
	}
	free(text);
	return 0;
}
