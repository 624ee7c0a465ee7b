/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <parse.h>
#include <sys/time.h>

#include "test.h"

static struct word word_of(const char *text)
{
	return (struct word){ text, strlen(text) };
}

static int field_from(const struct sockopt_field *field, const char *text, void *bytes, size_t *ret_length,
		      struct trouble *trouble)
{
	*trouble = (struct trouble){ SOCKOPT_NO_PROBLEM, text };
	return parse_field(field, word_of(text), bytes, 0, ret_length, trouble);
}

static void check_refused(const struct sockopt_field *field, const char *text, int wanted, enum sockopt_problem problem,
			  size_t at)
{
	unsigned char bytes[SOCKOPT_VALUE_MAX];
	struct trouble trouble;
	size_t length;
	int r = field_from(field, text, bytes, &length, &trouble);

	if (r != wanted || trouble.problem != problem || trouble.at != text + at)
		fail_msg("'%s': %d, problem %d at %td", text, r, (int)trouble.problem, trouble.at - text);
}

static void check_value_refused(const char *name, const char *text, int wanted, enum sockopt_problem problem, size_t at)
{
	struct sockopt_value value = { .length = 7 };
	struct sockopt_error error = { 0 };
	int r = sockopt_parse(the_option(name), text, &value, &error);

	if (r != wanted || error.problem != problem || error.at != at)
		fail_msg("%s='%s': %d, problem %d at %zu", name, text, r, (int)error.problem, error.at);
	assert_int_equal(value.length, 7);
}

static struct sockopt_value value_of(const char *name, const char *text)
{
	struct sockopt_value value;
	int r = sockopt_parse(the_option(name), text, &value, NULL);

	if (r != 0)
		fail_msg("%s='%s': %d", name, text, r);
	return value;
}

static void next_part_is_cut_outside_of_braces_and_brackets(void **state)
{
	static const char *const parts[] = { "a", "{b;c}", "[::1]:80", "", "{d;{e;f}}", "" };
	struct word rest = word_of("a;{b;c};[::1]:80;;{d;{e;f}};"), part;

	for (size_t i = 0; i < COUNT(parts); i++) {
		assert_true(parse_next(&rest, ';', &part));
		assert_int_equal(part.length, strlen(parts[i]));
		assert_memory_equal(part.at, parts[i], part.length);
	}
	assert_false(parse_next(&rest, ';', &part));
}

static void a_number_must_fit_its_field(void **state)
{
	static const struct {
		enum sockopt_scalar scalar;
		uint16_t size;
		const char *least, *greatest, *below, *above;
	} cases[] = {
		{ SOCKOPT_SIGNED, 1, "-128", "127", "-129", "128" },
		{ SOCKOPT_UNSIGNED, 1, "0", "255", "-1", "256" },
		{ SOCKOPT_SIGNED, 2, "-32768", "32767", "-32769", "32768" },
		{ SOCKOPT_UNSIGNED, 2, "0", "65535", "-1", "65536" },
		{ SOCKOPT_BIG_ENDIAN, 2, "0", "65535", "-1", "65536" },
		{ SOCKOPT_SIGNED, 4, "-2147483648", "2147483647", "-2147483649", "2147483648" },
		{ SOCKOPT_UNSIGNED, 4, "0", "4294967295", "-1", "4294967296" },
		{ SOCKOPT_BIG_ENDIAN, 4, "0", "4294967295", "-1", "4294967296" },
		{ SOCKOPT_SIGNED, 8, "-9223372036854775808", "9223372036854775807", "-9223372036854775809",
		  "9223372036854775808" },
		{ SOCKOPT_UNSIGNED, 8, "0", "18446744073709551615", "-1", "18446744073709551616" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_field field = { .scalar = cases[i].scalar, .size = cases[i].size, .count = 1 };
		const char *const out[] = { cases[i].below, cases[i].above };
		unsigned char bytes[8] = { 0 };
		struct trouble trouble;
		size_t length;

		assert_int_equal(field_from(&field, cases[i].least, bytes, &length, &trouble), 0);
		assert_int_equal(length, cases[i].size);
		assert_int_equal(field_from(&field, cases[i].greatest, bytes, &length, &trouble), 0);
		for (size_t k = 0; k < 2; k++)
			if (field_from(&field, out[k], bytes, &length, &trouble) != -ERANGE)
				fail_msg("%s is taken for a number of %u bytes", out[k], cases[i].size);
	}
}

static void flags_must_fit_their_field(void **state)
{
	struct sockopt_field u8 = { .scalar = SOCKOPT_UNSIGNED, .look = SOCKOPT_LOOK_FLAGS, .size = 1, .count = 1 };
	struct sockopt_field u32 = { .scalar = SOCKOPT_UNSIGNED, .look = SOCKOPT_LOOK_FLAGS, .size = 4, .count = 1 };
	unsigned char bytes[8];
	struct trouble trouble;
	size_t length;

	assert_int_equal(field_from(&u8, "255", bytes, &length, &trouble), 0);
	assert_int_equal(field_from(&u32, "0xffffffff", bytes, &length, &trouble), 0);
	check_refused(&u8, "256", -ERANGE, SOCKOPT_OUT_OF_RANGE, 0);
	check_refused(&u32, "0x100000000", -ERANGE, SOCKOPT_OUT_OF_RANGE, 0);
}

static void an_address_is_of_its_family(void **state)
{
	struct sockopt_field v4 = { .scalar = SOCKOPT_IPV4, .size = 4, .count = 1 };
	struct sockopt_field v6 = { .scalar = SOCKOPT_IPV6, .size = 16, .count = 1 };
	unsigned char bytes[16];
	struct trouble trouble;
	size_t length;

	assert_int_equal(field_from(&v4, "192.0.2.1", bytes, &length, &trouble), 0);
	assert_memory_equal(bytes, "\xc0\0\2\1", 4);
	assert_int_equal(field_from(&v6, "2001:db8::1", bytes, &length, &trouble), 0);
	assert_memory_equal(bytes, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	check_refused(&v4, "2001:db8::1", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v6, "192.0.2.1", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v4, "192.0.2", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v4, "", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v6, "0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123:4567:89ab:cdef", -EINVAL, SOCKOPT_BAD_VALUE, 0);
}

static void a_socket_address_has_a_port_or_none(void **state)
{
	struct sockopt_field field = { .scalar = SOCKOPT_SOCKADDR, .size = sizeof(struct sockaddr_storage), .count = 1 };
	struct sockaddr_storage storage = { 0 };
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct trouble trouble;
	size_t length;

	assert_int_equal(field_from(&field, "192.0.2.1:80", &storage, &length, &trouble), 0);
	memcpy(&in, &storage, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_int_equal(ntohs(in.sin_port), 80);
	assert_int_equal(ntohl(in.sin_addr.s_addr), 0xc0000201);
	assert_int_equal(field_from(&field, "192.0.2.1", &storage, &length, &trouble), 0);
	memcpy(&in, &storage, sizeof(in));
	assert_int_equal(in.sin_port, 0);

	assert_int_equal(field_from(&field, "[2001:db8::1]:65535", &storage, &length, &trouble), 0);
	memcpy(&in6, &storage, sizeof(in6));
	assert_int_equal(in6.sin6_family, AF_INET6);
	assert_int_equal(ntohs(in6.sin6_port), 65535);
	assert_int_equal(in6.sin6_addr.s6_addr[15], 1);
	assert_int_equal(field_from(&field, "[::]", &storage, &length, &trouble), 0);
}

static void parse_refuses_what_is_no_socket_address(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = {
		{ "", 0 },
		{ "192.0.2.1:", 10 },
		{ "192.0.2.1:x", 10 },
		{ "192.0.2.1:65536", 10 },
		{ "192.0.2.1:80x", 10 },
		{ "[::1", 4 },
		{ "[::1]:", 6 },
		{ "[192.0.2.1]:80", 0 },
		{ "::1", 1 },
		{ "example.org:80", 0 },
		{ "[::1]80", 0 },
		{ "[0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123:4567:89ab:cdef]:65535", 0 },
	};
	struct sockopt_field field = { .scalar = SOCKOPT_SOCKADDR, .size = sizeof(struct sockaddr_storage), .count = 1 };

	for (size_t i = 0; i < COUNT(cases); i++)
		check_refused(&field, cases[i].text, -EINVAL, SOCKOPT_BAD_VALUE, cases[i].at);
}

static void a_socket_address_of_one_family_takes_no_other(void **state)
{
	struct sockopt_field v4 = { .scalar = SOCKOPT_SOCKADDR, .size = sizeof(struct sockaddr_in), .count = 1 };
	struct sockopt_field v6 = { .scalar = SOCKOPT_SOCKADDR, .size = sizeof(struct sockaddr_in6), .count = 1 };
	struct {
		struct sockaddr_in6 in6;
		unsigned char behind[8];
	} room;
	struct sockaddr_in in;
	struct trouble trouble;
	size_t length;

	memset(&room, 0x5a, sizeof(room));
	assert_int_equal(field_from(&v6, "[2001:db8::1]:80", &room.in6, &length, &trouble), 0);
	assert_int_equal(length, sizeof(room.in6));
	assert_int_equal(ntohs(room.in6.sin6_port), 80);
	assert_int_equal(room.in6.sin6_scope_id, 0);
	assert_memory_equal(room.behind, "ZZZZZZZZ", sizeof(room.behind));
	assert_int_equal(field_from(&v4, "192.0.2.1:443", &in, &length, &trouble), 0);
	assert_int_equal(length, sizeof(in));
	assert_int_equal(field_from(&v6, "[fe80::1%4294967295]:80", &room.in6, &length, &trouble), 0);
	assert_int_equal(room.in6.sin6_scope_id, UINT32_MAX);
	check_refused(&v6, "[fe80::1%4294967296]:80", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v6, "[fe80::1%]:80", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v6, "[fe80::1%lo]:80", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	assert_int_equal(field_from(&v4, "-", &in, &length, &trouble), 0);
	assert_int_equal(in.sin_family, AF_UNSPEC);
	assert_int_equal(field_from(&v4, "0x0100ff", &in, &length, &trouble), 0);
	assert_memory_equal(&in, "\1\0\xff\0", 4);
	check_refused(&v4, "[::1]:80", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&v6, "192.0.2.1:80", -EINVAL, SOCKOPT_BAD_VALUE, 0);
}

static void bytes_are_pairs_of_hex_digits(void **state)
{
	struct sockopt_field field = { .scalar = SOCKOPT_BYTES, .size = 4, .count = 1 };
	unsigned char bytes[4];
	struct trouble trouble;
	size_t length;

	assert_int_equal(field_from(&field, "0x01aBFf", bytes, &length, &trouble), 0);
	assert_int_equal(length, 3);
	assert_memory_equal(bytes, "\x01\xab\xff", 3);
	assert_int_equal(field_from(&field, "0X", bytes, &length, &trouble), 0);
	assert_int_equal(length, 0);
	check_refused(&field, "0x1", -EINVAL, SOCKOPT_BAD_VALUE, 3);
	check_refused(&field, "01ab", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&field, "", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_refused(&field, "0x0g", -EINVAL, SOCKOPT_BAD_VALUE, 3);
	check_refused(&field, "0xg0", -EINVAL, SOCKOPT_BAD_VALUE, 2);
	check_refused(&field, "0x0001020304", -EMSGSIZE, SOCKOPT_TOO_LONG, 0);
}

static void a_string_leaves_room_for_its_nul(void **state)
{
	struct sockopt_field field = { .scalar = SOCKOPT_STRING, .size = 4, .count = 1 };
	char bytes[4];
	struct trouble trouble;
	size_t length;

	assert_int_equal(field_from(&field, "abc", bytes, &length, &trouble), 0);
	assert_int_equal(length, 4);
	assert_string_equal(bytes, "abc");
	assert_int_equal(field_from(&field, "", bytes, &length, &trouble), 0);
	assert_int_equal(length, 1);
	check_refused(&field, "abcd", -EMSGSIZE, SOCKOPT_TOO_LONG, 0);
}

static void a_string_has_its_escapes_as_they_are_shown(void **state)
{
	static const struct {
		const char *text, *bytes;
	} cases[] = {
		{ "a\\x2Cb", "a,b" },
		{ "\\x5c\\xff", "\\\xff" },
		{ "\\xg", "\\xg" },
		{ "\\x4", "\\x4" },
		{ "\\", "\\" },
	};
	struct sockopt_field field = { .scalar = SOCKOPT_STRING, .size = 4, .count = 1 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		char bytes[4];
		struct trouble trouble;
		size_t length;

		assert_int_equal(field_from(&field, cases[i].text, bytes, &length, &trouble), 0);
		assert_int_equal(length, strlen(cases[i].bytes) + 1);
		assert_string_equal(bytes, cases[i].bytes);
	}
	check_refused(&field, "a\\x00", -EINVAL, SOCKOPT_BAD_VALUE, 1);
	check_refused(&field, "\\x41bcd", -EMSGSIZE, SOCKOPT_TOO_LONG, 0);
}

static void a_struct_is_named_members_in_any_order(void **state)
{
	struct sockopt_value value = value_of("IP_ADD_MEMBERSHIP", "imr_ifindex=7,IMR-MULTIADDR=239.1.1.1");
	struct ip_mreqn request;

	assert_int_equal(value.length, sizeof(request));
	memcpy(&request, value.bytes, sizeof(request));
	assert_int_equal(request.imr_ifindex, 7);
	assert_int_equal(ntohl(request.imr_multiaddr.s_addr), 0xef010101);
	assert_int_equal(request.imr_address.s_addr, 0); /* what is not named is 0 */
	check_value_refused("IP_ADD_MEMBERSHIP", "imr_ifindex", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_value_refused("IP_ADD_MEMBERSHIP", "imr_ifindex=7,nosuch=1", -EINVAL, SOCKOPT_BAD_VALUE, 14);
	check_value_refused("IP_ADD_MEMBERSHIP", "imr_ifindex=7,", -EINVAL, SOCKOPT_BAD_VALUE, 14);
	check_value_refused("IP_ADD_MEMBERSHIP", "imr_multiaddr=239.1.1.256", -EINVAL, SOCKOPT_BAD_VALUE, 14);
	check_value_refused("IP_ADD_MEMBERSHIP", "", -EINVAL, SOCKOPT_BAD_VALUE, 0);
}

static void a_linger_is_off_or_on_with_a_time(void **state)
{
	static const struct {
		const char *text;
		struct linger linger;
	} cases[] = {
		{ "off", { 0, 0 } },
		{ "on:5s", { 1, 5 } },
		{ "on:0", { 1, 0 } },
		{ "ON:2min", { 1, 120 } },
		{ "yes:7", { 1, 7 } },
		{ "off:5s", { 0, 5 } },
		{ "0", { 0, 0 } },
		{ "l_onoff=1,l_linger=5s", { 1, 5 } },
		{ "l_linger=5", { 0, 5 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_value value = value_of("SO_LINGER", cases[i].text);

		assert_bytes(&value, &cases[i].linger, sizeof(struct linger));
	}
	check_value_refused("SO_LINGER", "on", -EINVAL, SOCKOPT_BAD_VALUE, 2); /* for how long? */
	check_value_refused("SO_LINGER", "on:", -EINVAL, SOCKOPT_BAD_VALUE, 3);
	check_value_refused("SO_LINGER", "on:5MiB", -EINVAL, SOCKOPT_WRONG_UNIT, 4);
	check_value_refused("SO_LINGER", "perhaps", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_value_refused("SO_LINGER", "on:2147483648", -ERANGE, SOCKOPT_OUT_OF_RANGE, 3);
}

static void a_timeout_is_a_time_or_bare_seconds(void **state)
{
	static const struct {
		const char *text;
		struct timeval time;
	} cases[] = {
		{ "250ms", { 0, 250000 } },
		{ "1.5s", { 1, 500000 } },
		{ "5", { 5, 0 } },
		{ "0", { 0, 0 } },
		{ "1us", { 0, 1 } },
		{ "2min", { 120, 0 } },
		{ "1000001us", { 1, 1 } },
		{ "tv_sec=3,tv_usec=7", { 3, 7 } },
		{ "9000000000000", { 9000000000000, 0 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_value value = value_of("SO_RCVTIMEO", cases[i].text);

		assert_bytes(&value, &cases[i].time, sizeof(struct timeval));
	}
	check_value_refused("SO_RCVTIMEO", "-1s", -ERANGE, SOCKOPT_OUT_OF_RANGE, 0);
	check_value_refused("SO_RCVTIMEO", "-1", -ERANGE, SOCKOPT_OUT_OF_RANGE, 0);
	check_value_refused("SO_RCVTIMEO", "1ns", -EINVAL, SOCKOPT_WRONG_UNIT, 1);
	check_value_refused("SO_RCVTIMEO", "soon", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_value_refused("SO_RCVTIMEO", "", -EINVAL, SOCKOPT_BAD_VALUE, 0);
	check_value_refused("SO_RCVTIMEO", "18446744073709551615", -ERANGE, SOCKOPT_OUT_OF_RANGE, 0);
}

static void an_array_is_its_elements_in_a_row(void **state)
{
	struct sockopt_value value = value_of("TCP_REPAIR_OPTIONS", "{opt_code=mss,opt_val=1460};{opt_code=3,opt_val=7}");
	static const uint32_t wanted[] = { 2, 1460, 3, 7 };

	assert_bytes(&value, wanted, sizeof(wanted));
	value = value_of("TCP_REPAIR_OPTIONS", "");
	assert_int_equal(value.length, 0);
	check_value_refused("TCP_REPAIR_OPTIONS", "{opt_code=mss;opt_val=1}", -EINVAL, SOCKOPT_BAD_VALUE, 10);
}

static void an_array_longer_than_a_value_is_refused(void **state)
{
	char text[65 * 32 + 1] = "";
	struct sockopt_value value;

	/* 8 bytes each: 64 fit, 65 do not */
	for (size_t i = 0; i < 64; i++)
		strcat(text, i ? ";{opt_code=1,opt_val=1}" : "{opt_code=1,opt_val=1}");
	assert_int_equal(sockopt_parse(the_option("TCP_REPAIR_OPTIONS"), text, &value, NULL), 0);
	assert_int_equal(value.length, SOCKOPT_VALUE_MAX);
	strcat(text, ";{opt_code=1,opt_val=1}");
	assert_int_equal(sockopt_parse(the_option("TCP_REPAIR_OPTIONS"), text, &value, NULL), -EMSGSIZE);
}

static void an_array_of_a_field_may_be_shorter_but_not_longer(void **state)
{
	struct sockopt_value value = value_of("ICMPV6_FILTER", "icmp6_filt={1;2;0xffffffff}");
	static const uint32_t wanted[8] = { 1, 2, UINT32_MAX };

	assert_bytes(&value, wanted, sizeof(wanted));
	check_value_refused("ICMPV6_FILTER", "icmp6_filt={1;2;3;4;5;6;7;8;9}", -EMSGSIZE, SOCKOPT_TOO_LONG, 28);
}

/** Each as long as its family makes it, one behind the other. */
static void addresses_are_packed(void **state)
{
	static const unsigned char wanted[44] = { AF_INET, 0, 0, 80, 127, 0, 0, 1, [16] = AF_INET6, 0, 0, 80, [39] = 1 };
	struct sockopt_value value = value_of("SCTP_SOCKOPT_BINDX_ADD", "127.0.0.1:80;[::1]:80");
	char text[300] = "1.1.1.1:1";

	assert_bytes(&value, wanted, sizeof(wanted));
	value = value_of("SCTP_SOCKOPT_BINDX_ADD", "{127.0.0.1:80;[::1]:80}");
	assert_bytes(&value, wanted, sizeof(wanted));
	check_value_refused("SCTP_SOCKOPT_BINDX_ADD", "127.0.0.1:80;x", -EINVAL, SOCKOPT_BAD_VALUE, 13);
	/* 256 bytes hold 16 of them */
	for (size_t i = 1; i < 16; i++)
		strcat(text, ";1.1.1.1:1");
	assert_int_equal(sockopt_parse(the_option("SCTP_SOCKOPT_BINDX_ADD"), text, &value, NULL), 0);
	assert_int_equal(value.length, 256);
	strcat(text, ";1.1.1.1:1");
	assert_int_equal(sockopt_parse(the_option("SCTP_SOCKOPT_BINDX_ADD"), text, &value, NULL), -EMSGSIZE);
}

/** Bytes in hex, too: a key is rarely written as a list of numbers. */
static void a_tail_of_bytes_can_be_hex(void **state)
{
	static const unsigned char wanted[] = { 0, 0, 0, 0, 7, 0, 3, 0, 0xaa, 0xbb, 0xcc };
	struct sockopt_value value = value_of("SCTP_AUTH_KEY", "sca_keynumber=7,sca_key=0xaabbcc");

	assert_bytes(&value, wanted, sizeof(wanted));
	value = value_of("SCTP_AUTH_KEY", "sca_keynumber=7,sca_key={0xaa;0xbb;0xcc}");
	assert_bytes(&value, wanted, sizeof(wanted));
	check_value_refused("SCTP_AUTH_KEY", "sca_key=0xaab", -EINVAL, SOCKOPT_BAD_VALUE, 13);
}

static void a_tail_is_counted_by_the_field_that_counts_it(void **state)
{
	struct sockopt_value value =
		value_of("IP_MSFILTER", "imsf_multiaddr=239.1.1.1,imsf_interface=127.0.0.1,imsf_fmode=include,"
					"imsf_slist={127.0.0.2;127.0.0.3}");
	struct {
		uint32_t group, interface, mode, count, sources[2];
	} wanted = { htonl(0xef010101), htonl(0x7f000001), MCAST_INCLUDE, 2, { htonl(0x7f000002), htonl(0x7f000003) } };

	assert_bytes(&value, &wanted, sizeof(wanted));
	value = value_of("IP_MSFILTER", "imsf_multiaddr=239.1.1.1,imsf_slist={}");
	assert_int_equal(value.length, 16);
}

static void a_tail_longer_than_a_value_is_refused(void **state)
{
	char text[4096] = "imsf_slist={1.1.1.1";
	struct sockopt_value value;

	/* 16 bytes and 4 a source: 124 fit */
	for (size_t i = 1; i < 124; i++)
		strcat(text, ";1.1.1.1");
	strcat(text, "}");
	assert_int_equal(sockopt_parse(the_option("IP_MSFILTER"), text, &value, NULL), 0);
	assert_int_equal(value.length, SOCKOPT_VALUE_MAX);
	strcpy(text + strlen(text) - 1, ";1.1.1.1}");
	assert_int_equal(sockopt_parse(the_option("IP_MSFILTER"), text, &value, NULL), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_part_is_cut_outside_of_braces_and_brackets),
		cmocka_unit_test(a_number_must_fit_its_field),
		cmocka_unit_test(flags_must_fit_their_field),
		cmocka_unit_test(an_address_is_of_its_family),
		cmocka_unit_test(a_socket_address_has_a_port_or_none),
		cmocka_unit_test(parse_refuses_what_is_no_socket_address),
		cmocka_unit_test(a_socket_address_of_one_family_takes_no_other),
		cmocka_unit_test(bytes_are_pairs_of_hex_digits),
		cmocka_unit_test(a_string_leaves_room_for_its_nul),
		cmocka_unit_test(a_string_has_its_escapes_as_they_are_shown),
		cmocka_unit_test(a_struct_is_named_members_in_any_order),
		cmocka_unit_test(a_linger_is_off_or_on_with_a_time),
		cmocka_unit_test(a_timeout_is_a_time_or_bare_seconds),
		cmocka_unit_test(an_array_is_its_elements_in_a_row),
		cmocka_unit_test(an_array_longer_than_a_value_is_refused),
		cmocka_unit_test(an_array_of_a_field_may_be_shorter_but_not_longer),
		cmocka_unit_test(addresses_are_packed),
		cmocka_unit_test(a_tail_of_bytes_can_be_hex),
		cmocka_unit_test(a_tail_is_counted_by_the_field_that_counts_it),
		cmocka_unit_test(a_tail_longer_than_a_value_is_refused),
	};

	return RUN_TESTS(tests);
}
