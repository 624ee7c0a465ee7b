/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <inttypes.h>
#include <out.h>

#include "test.h"

/** A stream into memory. */
struct sink {
	struct out out;
	char *text;
	size_t length;
};

static struct sink *sink_new(void)
{
	struct sink *sink = malloc(sizeof(*sink));

	assert_non_null(sink);
	memset(&sink->out, 0, offsetof(struct out, buffer));
	sink->text = NULL;
	sink->out.file = open_memstream(&sink->text, &sink->length);
	assert_non_null(sink->out.file);
	return sink;
}

static void sink_end(struct sink *sink, const char *wanted)
{
	out_flush(&sink->out);
	fclose(sink->out.file);
	if (wanted)
		assert_string_equal(sink->text, wanted);
	free(sink->text);
	free(sink);
}

static void numbers_are_as_printf_writes_them(void **state)
{
	static const int64_t edges[] = { 0, 1, -1, 9, 10, -10, 99, 100, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };
	uint64_t random = 99;

	for (int i = 0; i < 2000; i++) {
		uint64_t number = i < (int)COUNT(edges) ? (uint64_t)edges[i] : random_next(&random) >> i % 64;
		struct sink *sink = sink_new();
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "%" PRIu64 " %" PRId64, number, (int64_t)number);
		out_unsigned(&sink->out, number);
		out_char(&sink->out, ' ');
		out_signed(&sink->out, (int64_t)number);
		sink_end(sink, wanted);
	}
}

static void all_comes_out_in_order_however_long_the_parts_are(void **state)
{
	static const size_t lengths[] = { 0, 1, 7, 1000, 16383, 16384, 16385, 40000, 65535, 65536, 65537, 200000 };
	struct sink *sink = sink_new();
	size_t total = 0, at = 0;
	char *part = malloc(200000);

	assert_non_null(part);
	for (int round = 0; round < 5; round++)
		for (size_t i = 0; i < COUNT(lengths); i++) {
			memset(part, 'a' + (int)i, lengths[i]);
			out_bytes(&sink->out, part, lengths[i]);
			out_char(&sink->out, '.');
			total += lengths[i] + 1;
		}
	out_flush(&sink->out);
	fflush(sink->out.file);
	assert_int_equal(sink->length, total);
	for (int round = 0; round < 5; round++)
		for (size_t i = 0; i < COUNT(lengths); i++) {
			for (size_t k = 0; k < lengths[i]; k++)
				assert_int_equal(sink->text[at + k], 'a' + (int)i);
			at += lengths[i];
			assert_int_equal(sink->text[at++], '.');
		}
	free(part);
	sink_end(sink, NULL);
}

static void room_is_there_as_it_was_asked_for(void **state)
{
	struct sink *sink = sink_new();

	for (int i = 0; i < 100; i++) {
		char *room = out_room(&sink->out, sizeof(sink->out.buffer) / 4);

		assert_true(room >= sink->out.buffer);
		assert_true(room + sizeof(sink->out.buffer) / 4 <= sink->out.buffer + sizeof(sink->out.buffer));
		sink->out.used += 10000;
	}
	sink_end(sink, NULL);
}

static void addresses_are_as_inet_ntop_writes_them(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "127.0.0.1", "255.255.255.255", "10.1.20.3" };
	static const char *const texts6[] = { "::", "::1", "2001:db8::5", "::ffff:10.0.0.1", "fe80::1" };
	unsigned char ip[16];

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sink *sink = sink_new();

		inet_pton(AF_INET, texts[i], ip);
		out_ip(&sink->out, AF_INET, ip);
		sink_end(sink, texts[i]);
	}
	for (size_t i = 0; i < COUNT(texts6); i++) {
		struct sink *sink = sink_new();

		inet_pton(AF_INET6, texts6[i], ip);
		out_ip(&sink->out, AF_INET6, ip);
		sink_end(sink, texts6[i]);
	}
}

static void a_text_is_filled_up_and_never_cut(void **state)
{
	struct sink *sink = sink_new();

	out_padded(&sink->out, "tcp", 6);
	out_padded(&sink->out, "longer", 3);
	out_padded(&sink->out, "", 2);
	out_padded(&sink->out, "\xc3\xa9", 3); /* one column */
	out_text(&sink->out, "|");
	sink_end(sink, "tcp   longer  \xc3\xa9  |");
}

static void a_foreign_text_is_a_json_string(void **state)
{
	static const char *const texts[][2] = {
		{ "nginx: worker", "\"nginx: worker\"" },
		{ "", "\"\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\033[31m", "\"\\\\x1b[31m\"" },
		{ "tab\t", "\"tab\\\\x09\"" },
		{ "bad\xff", "\"bad\\\\xff\"" },
		{ "caf\xc3\xa9", "\"caf\xc3\xa9\"" },
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sink *sink = sink_new();

		out_json_string(&sink->out, texts[i][0]);
		sink_end(sink, texts[i][1]);
	}
}

static void json_of(const char *name, const void *bytes, size_t length, const char *wanted)
{
	struct sink *sink = sink_new();

	out_json_value(&sink->out, the_option(name)->get_type, bytes, length);
	sink_end(sink, wanted);
}

static void as_many_addresses_as_there_are_are_told(void **state)
{
	static const unsigned char two[52] = { 3, [4] = 2, [8] = AF_INET, 0, 0, 80, 127, 0, 0, 1, [24] = AF_INET6, 0, 0, 80, [47] = 1 };

	json_of("SCTP_GET_PEER_ADDRS", two, sizeof(two), "{\"assoc_id\":3,\"addr_num\":2,\"addrs\":\"127.0.0.1:80;[::1]:80\"}");
	json_of("SCTP_GET_PEER_ADDRS", two, 24, "{\"assoc_id\":3,\"addr_num\":2,\"addrs\":\"127.0.0.1:80\"}");
	json_of("SCTP_GET_PEER_ADDRS", two, 8, "{\"assoc_id\":3,\"addr_num\":2,\"addrs\":\"\"}");
}

static void a_secret_is_not_in_the_json(void **state)
{
	struct sockopt_value value;

	assert_int_equal(sockopt_parse(the_option("TLS_TX"), the_option("TLS_TX")->example, &value, NULL), 0);
	json_of("TLS_TX", value.bytes, value.length,
		"{\"info.version\":772,\"info.cipher_type\":51,\"iv\":\"***\",\"key\":\"***\",\"salt\":\"***\","
		"\"rec_seq\":\"0x0000000000000000\"}");
	json_of("TLS_TX", value.bytes, 4, "{\"version\":772,\"cipher_type\":51}");
	/* A cipher that is not known: what follows may be a key. */
	value.bytes[2] = 99;
	json_of("TLS_TX", value.bytes, value.length, "{\"version\":772,\"cipher_type\":99}");
	json_of("TCP_FASTOPEN_KEY", "sixteen bytes ..", 16, "\"***\"");
	json_of("TCP_FASTOPEN_KEY", "", 0, "\"0x\"");
}

static void values_are_numbers_objects_strings_and_hex(void **state)
{
	struct linger linger = { 1, 5 };
	int minus = -1;
	uint64_t cookie = UINT64_C(18446744073709551615);

	json_of("SO_RCVBUF", &minus, sizeof(minus), "-1");
	json_of("SO_MARK", &minus, sizeof(minus), "4294967295");
	json_of("SO_LINGER", &linger, sizeof(linger), "{\"l_onoff\":1,\"l_linger\":5}");
	json_of("SO_LINGER", &linger, 4, "{\"l_onoff\":1}");
	json_of("TCP_CONGESTION", "bbr\0rest", 8, "\"bbr\"");
	json_of("TCP_CONGESTION", "", 0, "\"\"");
	json_of("SO_COOKIE", &cookie, sizeof(cookie), "\"18446744073709551615\"");
	json_of("SO_RCVBUF", "\x01\x02", 2, "\"0x0102\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(all_comes_out_in_order_however_long_the_parts_are),
		cmocka_unit_test(room_is_there_as_it_was_asked_for),
		cmocka_unit_test(addresses_are_as_inet_ntop_writes_them),
		cmocka_unit_test(a_text_is_filled_up_and_never_cut),
		cmocka_unit_test(a_foreign_text_is_a_json_string),
		cmocka_unit_test(as_many_addresses_as_there_are_are_told),
		cmocka_unit_test(a_secret_is_not_in_the_json),
		cmocka_unit_test(values_are_numbers_objects_strings_and_hex),
	};

	return RUN_TESTS(tests);
}
