/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <number.h>
#include <sys/time.h>

#include "test.h"

static const struct sockopt_symbol flag_list[] = { { "F_NONE", 0 }, { "F_ONE", 1 }, { "F_TWO", 2 }, { "F_BOTH", 3 } };
static const struct sockopt_symbols flag_symbols = { "F_", flag_list, COUNT(flag_list) };

static const char *shown(const char *name, const void *bytes, size_t length)
{
	static char text[2048];
	int needed = sockopt_format(the_option(name), bytes, length, text, sizeof(text));

	assert_int_equal(needed, strlen(text));
	return text;
}

static const char *shown_int(const char *name, int number)
{
	return shown(name, &number, sizeof(number));
}

static const char *shown_number(const struct sockopt_field *field, int64_t number)
{
	static char text[128];
	unsigned char bytes[8] = { 0 };
	int needed;

	number_store(field, bytes, 0, number);
	needed = sockopt_format_field(field, bytes, 0, text, sizeof(text));
	assert_int_equal(needed, strlen(text));
	return text;
}

static const char *shown_unit(enum sockopt_unit unit, int64_t number)
{
	struct sockopt_field field = { .scalar = SOCKOPT_SIGNED, .unit = unit, .size = 8, .count = 1 };

	return shown_number(&field, number);
}

static void a_time_is_in_the_greatest_unit_that_it_is_whole_in(void **state)
{
	assert_string_equal(shown_int("TCP_USER_TIMEOUT", 30000), "30s");
	assert_string_equal(shown_int("TCP_USER_TIMEOUT", 1500), "1500ms");
	assert_string_equal(shown_int("TCP_USER_TIMEOUT", 0), "0");
	assert_string_equal(shown_int("TCP_KEEPIDLE", 7200), "7200s");
	assert_string_equal(shown_int("TCP_LINGER2", -1), "-1s");
	assert_string_equal(shown_int("SO_BUSY_POLL", 50), "50us");
	assert_string_equal(shown_int("SO_BUSY_POLL", 5000), "5ms");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_NS, 1), "1ns");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_NS, 3000000000), "3s");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_NS, 3000), "3us");
}

static void a_size_is_in_powers_of_1024_where_it_is_round(void **state)
{
	assert_string_equal(shown_int("SO_RCVBUF", 131072), "128 KiB");
	assert_string_equal(shown_int("SO_RCVBUF", 4 << 20), "4 MiB");
	assert_string_equal(shown_int("SO_RCVBUF", 1 << 30), "1 GiB");
	assert_string_equal(shown_int("SO_RCVBUF", 212993), "212993");
	assert_string_equal(shown_int("SO_RCVBUF", 0), "0");
	assert_string_equal(shown_int("SO_PEEK_OFF", -1), "-1");
}

static void a_rate_is_in_bits_where_they_are_round(void **state)
{
	uint64_t rate = 12500000;

	assert_string_equal(shown("SO_MAX_PACING_RATE", &rate, sizeof(rate)), "100Mbit/s");
	rate = 125;
	assert_string_equal(shown("SO_MAX_PACING_RATE", &rate, sizeof(rate)), "1kbit/s");
	rate = 7;
	assert_string_equal(shown("SO_MAX_PACING_RATE", &rate, sizeof(rate)), "7B/s");
	rate = UINT64_MAX;
	assert_string_equal(shown("SO_MAX_PACING_RATE", &rate, sizeof(rate)), "unlimited");
}

static void an_unsigned_number_is_never_negative(void **state)
{
	static const enum sockopt_unit units[] = {
		SOCKOPT_UNIT_NONE,
		SOCKOPT_UNIT_S,
		SOCKOPT_UNIT_NS,
		SOCKOPT_UNIT_BYTES,
		SOCKOPT_UNIT_BYTES_PER_SECOND,
		SOCKOPT_UNIT_PACKETS,
	};

	for (size_t i = 0; i < COUNT(units); i++) {
		struct sockopt_field field = { .scalar = SOCKOPT_UNSIGNED, .unit = units[i], .size = 8, .count = 1 };
		const char *text = shown_number(&field, INT64_MIN + 1);

		if (strchr(text, '-'))
			fail_msg("unit %d: 2^63 + 1 is shown as %s", (int)units[i], text);
	}
}

static void other_numbers_are_plain(void **state)
{
	static const enum sockopt_unit units[] = {
		SOCKOPT_UNIT_NONE,
		SOCKOPT_UNIT_SEGMENTS,
		SOCKOPT_UNIT_PACKETS,
		SOCKOPT_UNIT_HOPS,
		SOCKOPT_UNIT_PROBES,
		SOCKOPT_UNIT_RETRIES,
		SOCKOPT_UNIT_PORT,
		SOCKOPT_UNIT_FD,
		SOCKOPT_UNIT_CPU,
		SOCKOPT_UNIT_PID,
		SOCKOPT_UNIT_INSTRUCTIONS,
		SOCKOPT_UNIT_CONNECTIONS,
		SOCKOPT_UNIT_PERCENT,
	};

	for (size_t i = 0; i < COUNT(units); i++) {
		assert_string_equal(shown_unit(units[i], 1024), "1024");
		assert_string_equal(shown_unit(units[i], -1), "-1");
	}
}

static void a_port_range_is_two_ports(void **state)
{
	assert_string_equal(shown_unit(SOCKOPT_UNIT_PORT_RANGE, 40000 | 50000LL << 16), "40000-50000");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_PORT_RANGE, 50000LL << 16), "0-50000");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_PORT_RANGE, 40000), "40000-0");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_PORT_RANGE, UINT32_MAX), "65535-65535");
	assert_string_equal(shown_unit(SOCKOPT_UNIT_PORT_RANGE, 0), "none");
}

static void words_are_those_of_the_catalogue(void **state)
{
	unsigned int mark = 0x1f;

	assert_string_equal(shown_int("TCP_NODELAY", 1), "on");
	assert_string_equal(shown_int("TCP_NODELAY", 0), "off");
	assert_string_equal(shown_int("TCP_NODELAY", 7), "7"); /* no boolean that we know */
	assert_string_equal(shown_int("IP_MTU_DISCOVER", 2), "do");
	assert_string_equal(shown_int("IP_MTU_DISCOVER", 99), "99");
	assert_string_equal(shown_int("SO_TYPE", SOCK_STREAM), "stream");
	assert_string_equal(shown_int("IP_TOS", 0xb8), "ef");
	assert_string_equal(shown_int("IP_TOS", 0xb9), "0xb9");
	assert_string_equal(shown_int("IP_TOS", 3), "0x03");
	assert_string_equal(shown_int("IPV6_TCLASS", -1), "-1");
	assert_string_equal(shown("SO_MARK", &mark, sizeof(mark)), "0x1f");
}

static void flags_are_names_and_the_rest_as_hex(void **state)
{
	struct sockopt_field field = {
		.scalar = SOCKOPT_UNSIGNED,
		.look = SOCKOPT_LOOK_FLAGS,
		.size = 4,
		.count = 1,
		.symbols = &flag_symbols,
	};
	struct sockopt_field bare = { .scalar = SOCKOPT_UNSIGNED, .look = SOCKOPT_LOOK_FLAGS, .size = 4, .count = 1 };

	assert_string_equal(shown_number(&field, 0), "0");
	assert_string_equal(shown_number(&field, 1), "one");
	assert_string_equal(shown_number(&field, 3), "one|two");
	assert_string_equal(shown_number(&field, 0x12), "two|0x10");
	assert_string_equal(shown_number(&field, 0x8), "8");
	assert_string_equal(shown_number(&bare, 0xff), "0xff");
}

static void a_struct_has_its_fields_by_name(void **state)
{
	struct ip_mreqn request = { .imr_multiaddr.s_addr = htonl(0xef010101), .imr_ifindex = 3 };
	uint32_t pair[2] = { 2, 1460 };

	assert_string_equal(shown("IP_ADD_MEMBERSHIP", &request, sizeof(request)),
			    "imr_multiaddr=239.1.1.1,imr_address=0.0.0.0,imr_ifindex=3");
	assert_string_equal(shown("TCP_REPAIR_OPTIONS", pair, sizeof(pair)), "{opt_code=mss,opt_val=1460}");
}

/** An older kernel fills in fewer fields than the struct has today. */
static void a_struct_that_was_cut_has_the_fields_that_are_there(void **state)
{
	struct ip_mreqn request = { .imr_multiaddr.s_addr = htonl(0xef010101), .imr_ifindex = 3 };
	unsigned char info[512] = { 0 };

	assert_string_equal(shown("IP_ADD_MEMBERSHIP", &request, 8), "imr_multiaddr=239.1.1.1,imr_address=0.0.0.0");
	assert_string_equal(shown("IP_ADD_MEMBERSHIP", &request, 7), "imr_multiaddr=239.1.1.1");
	assert_string_equal(shown("IP_ADD_MEMBERSHIP", &request, 0), "");
	for (size_t length = 0; length < the_option("TCP_INFO")->get_type->size; length++)
		shown("TCP_INFO", info, length);
	assert_non_null(strstr(shown("TCP_INFO", info, 104), "tcpi_total_retrans="));
	assert_null(strstr(shown("TCP_INFO", info, 104), "tcpi_pacing_rate="));
}

static void a_linger_and_a_timeout_have_their_short_forms(void **state)
{
	struct linger linger = { 1, 5 };
	struct timeval time = { 0, 250000 };

	assert_string_equal(shown("SO_LINGER", &linger, sizeof(linger)), "on:5s");
	linger.l_linger = 0;
	assert_string_equal(shown("SO_LINGER", &linger, sizeof(linger)), "on:0");
	linger = (struct linger){ 0, 5 };
	assert_string_equal(shown("SO_LINGER", &linger, sizeof(linger)), "off");
	assert_string_equal(shown("SO_RCVTIMEO", &time, sizeof(time)), "250ms");
	time = (struct timeval){ 0, 0 };
	assert_string_equal(shown("SO_RCVTIMEO", &time, sizeof(time)), "0");
	time = (struct timeval){ 90, 1 };
	assert_string_equal(shown("SO_RCVTIMEO", &time, sizeof(time)), "90000001us");
	time = (struct timeval){ INT64_MAX, 7 };
	assert_string_equal(shown("SO_RCVTIMEO", &time, sizeof(time)), "tv_sec=9223372036854775807s,tv_usec=7us");
	time = (struct timeval){ 1000000000000, INT64_MAX }; /* no kernel gives it, but a caller may ask what it looks like */
	assert_string_equal(shown("SO_RCVTIMEO", &time, sizeof(time)),
			    "tv_sec=1000000000000s,tv_usec=9223372036854775807us");
	time = (struct timeval){ -1, 7 };
	assert_string_equal(shown("SO_RCVTIMEO", &time, sizeof(time)), "tv_sec=-1s,tv_usec=7us");
}

static void addresses_are_as_people_write_them(void **state)
{
	struct sockaddr_storage peer = { 0 };
	struct sockaddr_in in = { AF_INET, htons(443), { htonl(0xc0000201) }, { 0 } };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct in_addr v4 = { htonl(0x7f000001) };

	assert_string_equal(shown("SO_PEERNAME", &peer, sizeof(peer)), "-");
	memcpy(&peer, &in, sizeof(in));
	assert_string_equal(shown("SO_PEERNAME", &peer, sizeof(peer)), "192.0.2.1:443");
	memcpy(&peer, &in6, sizeof(in6));
	assert_string_equal(shown("SO_PEERNAME", &peer, sizeof(peer)), "[::1]:80");
	assert_string_equal(shown("IP_MULTICAST_IF", &v4, sizeof(v4)), "127.0.0.1");
	assert_string_equal(shown("SO_ORIGINAL_DST", &in, sizeof(in)), "192.0.2.1:443");
	assert_string_equal(shown("IP6T_SO_ORIGINAL_DST", &in6, sizeof(in6)), "[::1]:80");
	/* The kernel leaves optlen as it was: a program's buffer may be longer than what was written. */
	memcpy(&peer, &in, sizeof(in));
	assert_string_equal(shown("SO_ORIGINAL_DST", &peer, sizeof(peer)), "192.0.2.1:443");
}

/** getsockopt(SO_PEERNAME) of a TCP socket gives 16 bytes, not a whole struct sockaddr_storage. */
static void an_address_that_was_cut_is_still_an_address(void **state)
{
	struct sockaddr_in in = { AF_INET, htons(443), { htonl(0xc0000201) }, { 0 } };

	assert_string_equal(shown("SO_PEERNAME", &in, sizeof(in)), "192.0.2.1:443");
}

static void bytes_are_hex_and_strings_end_at_the_nul(void **state)
{
	assert_string_equal(shown("IP_OPTIONS", "\x01\x02\xff", 3), "0x0102ff");
	assert_string_equal(shown("IP_OPTIONS", "", 0), "0x");
	assert_string_equal(shown("TCP_CONGESTION", "reno\0XXXX", 9), "reno");
	assert_string_equal(shown("TCP_CONGESTION", "reno", 4), "reno");
	assert_string_equal(shown("TCP_CONGESTION", "", 0), "");
}

static void a_string_shows_nothing_that_a_terminal_should_not_see(void **state)
{
	assert_string_equal(shown("TCP_CONGESTION", "a\x1b[31m\\\x7f\xc3", 10), "a\\x1b[31m\\x5c\\x7f\\xc3");
}

static void a_program_is_its_length(void **state)
{
	unsigned char program[16] = { 0 };

	assert_string_equal(shown("SO_ATTACH_FILTER", program, 8), "1 instruction");
	assert_string_equal(shown("SO_ATTACH_FILTER", program, 16), "2 instructions");
	assert_string_equal(shown("SO_ATTACH_FILTER", program, 0), "0 instructions");
}

static void a_scalar_that_was_cut_is_bytes(void **state)
{
	assert_string_equal(shown("TCP_NODELAY", "\x01\x02", 2), "0x0102");
	assert_string_equal(shown("TCP_NODELAY", "", 0), "0x");
}

static void an_array_is_its_elements(void **state)
{
	uint32_t groups[] = { 0, 27, 1000 };

	assert_string_equal(shown("SO_PEERGROUPS", groups, sizeof(groups)), "0;27;1000");
	assert_string_equal(shown("SO_PEERGROUPS", groups, 4), "0");
	assert_string_equal(shown("SO_PEERGROUPS", groups, 0), "");
}

static void format_counts_and_cuts_as_snprintf(void **state)
{
	char text[8] = "#######";
	int number = 30000;

	assert_int_equal(sockopt_format(the_option("TCP_USER_TIMEOUT"), &number, sizeof(number), NULL, 0), 3);
	assert_int_equal(sockopt_format(the_option("TCP_USER_TIMEOUT"), &number, sizeof(number), text, 3), 3);
	assert_memory_equal(text, "30\0####", 8);
}

/** Any bytes of any length up to the value's most, for every option: no crash, and the text ends. */
static void format_stands_any_bytes(void **state)
{
	uint64_t seed = 4711;

	for (size_t i = 0; i < sockopt_count(); i++)
		for (int round = 0; round < 40; round++) {
			unsigned char bytes[SOCKOPT_VALUE_MAX];
			char text[64];
			size_t length = random_next(&seed) % (sizeof(bytes) + 1);
			int needed;

			for (size_t k = 0; k < sizeof(bytes); k++)
				bytes[k] = (unsigned char)random_next(&seed);
			needed = sockopt_format(sockopt_at(i), bytes, length, text, sizeof(text));
			assert_true(needed >= 0);
			assert_int_equal(strlen(text), (size_t)needed < sizeof(text) ? (size_t)needed : sizeof(text) - 1);
			for (const char *at = text; *at; at++)
				assert_true(*at >= ' ' && *at < 0x7f);
		}
}

static void format_field_shows_one_element(void **state)
{
	struct sockopt_field field = {
		.name = "k",
		.scalar = SOCKOPT_UNSIGNED,
		.unit = SOCKOPT_UNIT_MS,
		.offset = 2,
		.size = 2,
		.count = 3,
	};
	uint16_t words[] = { 9, 1, 2000, 65535 };
	char text[16];

	assert_int_equal(sockopt_format_field(&field, words, 0, text, sizeof(text)), 3);
	assert_string_equal(text, "1ms");
	sockopt_format_field(&field, words, 1, text, sizeof(text));
	assert_string_equal(text, "2s");
	sockopt_format_field(&field, words, 2, text, sizeof(text));
	assert_string_equal(text, "65535ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_in_the_greatest_unit_that_it_is_whole_in),
		cmocka_unit_test(a_size_is_in_powers_of_1024_where_it_is_round),
		cmocka_unit_test(a_rate_is_in_bits_where_they_are_round),
		cmocka_unit_test(an_unsigned_number_is_never_negative),
		cmocka_unit_test(other_numbers_are_plain),
		cmocka_unit_test(a_port_range_is_two_ports),
		cmocka_unit_test(words_are_those_of_the_catalogue),
		cmocka_unit_test(flags_are_names_and_the_rest_as_hex),
		cmocka_unit_test(a_struct_has_its_fields_by_name),
		cmocka_unit_test(a_struct_that_was_cut_has_the_fields_that_are_there),
		cmocka_unit_test(a_linger_and_a_timeout_have_their_short_forms),
		cmocka_unit_test(addresses_are_as_people_write_them),
		cmocka_unit_test(an_address_that_was_cut_is_still_an_address),
		cmocka_unit_test(bytes_are_hex_and_strings_end_at_the_nul),
		cmocka_unit_test(a_string_shows_nothing_that_a_terminal_should_not_see),
		cmocka_unit_test(a_program_is_its_length),
		cmocka_unit_test(a_scalar_that_was_cut_is_bytes),
		cmocka_unit_test(an_array_is_its_elements),
		cmocka_unit_test(format_counts_and_cuts_as_snprintf),
		cmocka_unit_test(format_stands_any_bytes),
		cmocka_unit_test(format_field_shows_one_element),
	};

	return RUN_TESTS(tests);
}
