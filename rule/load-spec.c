/* SPDX-License-Identifier: MIT */
/* A load as text. */

#include "load-spec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "amount.h"

#define N_(text) text
#define MESSAGE_USUAL 64
#define DATAGRAM_USUAL 1200
#define RATE_USUAL 50000000
#define RATE_MAX (INT64_C(1) << 47)
#define WORD_MAX 63

enum key {
	KEY_CONNECTIONS,
	KEY_REQUEST,
	KEY_RESPONSE,
	KEY_WRITES,
	KEY_RATE,
	KEY_SIZE,
	N_KEYS,
};

static const struct {
	const char *word;
	enum load_kind kind;
	unsigned int keys; /* 1 << KEY_... that it takes */
	const char *hint;
	struct load_spec usual;
} kinds[] = {
	{ "bulk", LOAD_BULK, 1U << KEY_CONNECTIONS, N_("such as bulk connections=4"), { LOAD_BULK, 1, 0, 0, 1, 0 } },
	{ "rr",
	  LOAD_RR,
	  1U << KEY_CONNECTIONS | 1U << KEY_REQUEST | 1U << KEY_RESPONSE | 1U << KEY_WRITES,
	  N_("such as rr connections=8 request=64 response=1KiB writes=2"),
	  { LOAD_RR, 1, MESSAGE_USUAL, MESSAGE_USUAL, 1, 0 } },
	{ "crr",
	  LOAD_CRR,
	  1U << KEY_CONNECTIONS | 1U << KEY_REQUEST | 1U << KEY_RESPONSE,
	  N_("such as crr connections=8 request=64 response=1KiB"),
	  { LOAD_CRR, 1, MESSAGE_USUAL, MESSAGE_USUAL, 1, 0 } },
	{ "udp",
	  LOAD_UDP,
	  1U << KEY_RATE | 1U << KEY_SIZE,
	  N_("such as udp rate=50Mbit/s size=1200"),
	  { LOAD_UDP, 1, DATAGRAM_USUAL, 0, 1, RATE_USUAL } },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct {
	const char *word;
	enum sockopt_unit unit;
	int64_t least, most;
	const char *wrong;
} keys[N_KEYS] = {
	[KEY_CONNECTIONS] = { "connections", SOCKOPT_UNIT_NONE, 1, LOAD_CONNECTIONS_MAX, N_("must be a number from 1 to 1000") },
	[KEY_REQUEST] = { "request", SOCKOPT_UNIT_BYTES, 1, LOAD_MESSAGE_MAX, N_("must be from 1 byte to 64MiB") },
	[KEY_RESPONSE] = { "response", SOCKOPT_UNIT_BYTES, 1, LOAD_MESSAGE_MAX, N_("must be from 1 byte to 64MiB") },
	[KEY_WRITES] = { "writes", SOCKOPT_UNIT_NONE, 1, LOAD_WRITES_MAX, N_("must be a number from 1 to 100") },
	[KEY_RATE] = { "rate", SOCKOPT_UNIT_BYTES_PER_SECOND, 1000, RATE_MAX / 8, N_("must be a rate from 8kbit/s on, such as 50Mbit/s") },
	[KEY_SIZE] = { "size", SOCKOPT_UNIT_BYTES, LOAD_DATAGRAM_LEAST, LOAD_DATAGRAM_MAX,
		       N_("must be from 16 to 65507 bytes") },
};

static void put(struct load_spec *spec, enum key key, int64_t number)
{
	switch (key) {
	case KEY_CONNECTIONS: spec->connections = (unsigned int)number; break;
	case KEY_WRITES: spec->writes = (unsigned int)number; break;
	case KEY_RESPONSE: spec->response = (uint32_t)number; break;
	case KEY_RATE: spec->rate = number * 8; break;
	default: spec->request = (uint32_t)number; break;
	}
}

static int fail(const char *text, const char *word, size_t length, const char *what, const char *hint,
		struct spec_error *ret)
{
	*ret = (struct spec_error){ (size_t)(word - text), length, what, hint };
	return -EINVAL;
}

/** One KEY=VALUE of a load of this kind. */
static int read_word(const char *text, const char *word, size_t length, size_t kind, struct load_spec *ret,
		     struct spec_error *ret_error)
{
	const char *equals = memchr(word, '=', length);
	size_t name_length = equals ? (size_t)(equals - word) : length, value_length;
	char value[WORD_MAX + 1];
	int64_t number;

	for (enum key key = 0; key < N_KEYS; key++) {
		if (!(kinds[kind].keys >> key & 1) || strlen(keys[key].word) != name_length ||
		    strncmp(keys[key].word, word, name_length) != 0)
			continue;
		if (!equals)
			break;
		value_length = length - name_length - 1;
		if (value_length > WORD_MAX)
			return fail(text, word, length, keys[key].wrong, kinds[kind].hint, ret_error);
		memcpy(value, equals + 1, value_length);
		value[value_length] = '\0';
		if (!amount_parse(keys[key].unit, keys[key].least, keys[key].most, value, &number))
			return fail(text, word, length, keys[key].wrong, kinds[kind].hint, ret_error);
		put(ret, key, number);
		return 0;
	}
	return fail(text, word, length, N_("is nothing that this load takes"), kinds[kind].hint, ret_error);
}

static size_t word_length(const char *word)
{
	return strcspn(word, " \t\n");
}

int load_spec_parse(const char *text, struct load_spec *ret, struct spec_error *ret_error)
{
	const char *word = text + strspn(text, " \t\n");
	size_t length = word_length(word), kind = 0;
	struct load_spec spec;

	if (length == 0)
		return fail(text, word, 0, N_("a load is needed"), N_("bulk, rr, crr, udp, or a command"), ret_error);
	while (kind < N_KINDS && (strlen(kinds[kind].word) != length || strncmp(kinds[kind].word, word, length) != 0))
		kind++;
	if (kind == N_KINDS) {
		*ret = (struct load_spec){ .kind = LOAD_COMMAND };
		return 0;
	}
	spec = kinds[kind].usual;
	for (word += length; *(word += strspn(word, " \t\n")); word += length) {
		length = word_length(word);
		if (read_word(text, word, length, kind, &spec, ret_error) < 0)
			return -EINVAL;
	}
	if (spec.kind == LOAD_RR && spec.writes > spec.request)
		return fail(text, text, 0, N_("a request has fewer bytes than writes"), kinds[kind].hint, ret_error);
	*ret = spec;
	return 0;
}

const char *load_spec_format(const struct load_spec *spec, char *ret, size_t size)
{
	const struct load_spec *usual;
	size_t length;

	*ret = '\0';
	if (spec->kind == LOAD_COMMAND)
		return ret;
	usual = &kinds[spec->kind].usual;
	length = (size_t)snprintf(ret, size, "%s", kinds[spec->kind].word);
	if (spec->connections != usual->connections)
		length += (size_t)snprintf(ret + length, size - length, " connections=%u", spec->connections);
	if (spec->kind == LOAD_UDP) {
		if (spec->rate != usual->rate)
			length += (size_t)snprintf(ret + length, size - length, " rate=%" PRId64 "bit/s", spec->rate);
		if (spec->request != usual->request)
			snprintf(ret + length, size - length, " size=%u", spec->request);
		return ret;
	}
	if (spec->request != usual->request)
		length += (size_t)snprintf(ret + length, size - length, " request=%u", spec->request);
	if (spec->response != usual->response)
		length += (size_t)snprintf(ret + length, size - length, " response=%u", spec->response);
	if (spec->writes != usual->writes)
		snprintf(ret + length, size - length, " writes=%u", spec->writes);
	return ret;
}

uint32_t load_spec_metrics(const struct load_spec *spec)
{
	static const uint32_t latency = 1U << METRIC_P50 | 1U << METRIC_P99 | 1U << METRIC_P999;
	static const uint32_t always = 1U << METRIC_CPU | 1U << METRIC_MEMORY;

	switch (spec->kind) {
	case LOAD_BULK:
		return always | 1U << METRIC_THROUGHPUT | 1U << METRIC_P50 | 1U << METRIC_P99 |
		       1U << METRIC_RETRANSMITS;
	case LOAD_RR: return always | 1U << METRIC_TRANSACTIONS | latency | 1U << METRIC_RETRANSMITS;
	case LOAD_CRR: return always | 1U << METRIC_CONNECTIONS | latency | 1U << METRIC_RETRANSMITS;
	case LOAD_UDP: return always | 1U << METRIC_THROUGHPUT | latency | 1U << METRIC_LOSS;
	default: return 1U << METRIC_DURATION | 1U << METRIC_THROUGHPUT | 1U << METRIC_CPU | 1U << METRIC_RETRANSMITS;
	}
}

enum experiment_work load_spec_work(const struct load_spec *spec)
{
	static const enum experiment_work works[] = {
		[LOAD_BULK] = WORK_MIB,
		[LOAD_RR] = WORK_TRANSACTION,
		[LOAD_CRR] = WORK_CONNECTION,
		[LOAD_UDP] = WORK_DATAGRAM,
		[LOAD_COMMAND] = WORK_RUN,
	};

	return works[spec->kind];
}
