/* SPDX-License-Identifier: MIT */
#include "picks.h"

static void check_all(const struct facts *facts, const char *const *yes, size_t n_yes, const char *const *no, size_t n_no)
{
	for (size_t i = 0; i < n_yes; i++)
		if (!picks(facts, yes[i]))
			fail_msg("'%s' does not pick the socket", yes[i]);
	for (size_t i = 0; i < n_no; i++)
		if (picks(facts, no[i]))
			fail_msg("'%s' picks the socket", no[i]);
}

#define CHECK(facts, yes, no) check_all(facts, yes, COUNT(yes), no, COUNT(no))

static void words_and_keys_pick_by_what_the_socket_is(void **state)
{
	static const char *const yes[] = {
		"all",
		"tcp",
		"stream",
		"ipv4",
		"inet",
		"established",
		"connected",
		"family=inet",
		"type=stream",
		"protocol=tcp",
		"protocol=6",
		"state=established",
		"cookie=4711",
		"inode=99",
		"netns=4026531840",
		"interface=lo",
		"interface~l?",
		"family!=inet6",
		"protocol!=udp",
		"cookie>4710",
		"cookie<=4711",
		"inode=1-100",
	};
	static const char *const no[] = {
		"udp",
		"dgram",
		"ipv6",
		"listening",
		"unix",
		"state=connected",
		"family=unix",
		"cookie=4712",
		"inode!=99",
		"netns=1",
		"interface=eth0",
		"interface!=lo",
		"path~*",
		"path=x",
		"protocol=17",
		"cookie<4711",
		"inode=1-98",
	};
	struct facts facts = connection();

	CHECK(&facts, yes, no);
}

static void holders_pick_if_any_of_them_fits(void **state)
{
	static const char *const yes[] = {
		"1234",
		"1234:6",
		"1235:7",
		"pid=1234",
		"pid=1235",
		"pid=1-2000",
		"fd=6",
		"fd=7",
		"fd<8",
		"process=nginx",
		"process~nginx*",
		"process~*worker",
		"user=33",
		"user=0",
		"cgroup~/system.slice/*",
		"pid!=99",
		"process!=redis",
		"user!=1000",
		"fd>6",
	};
	/* of != : no holder is what the value says */
	static const char *const no[] = {
		"99",
		"1234:7",
		"1235:6",
		"pid=99",
		"fd=8",
		"process=redis",
		"process~redis*",
		"user=1000",
		"pid!=1234",
		"process!=nginx",
		"user!=0",
		"fd!=6",
		"fd!=7",
		"cgroup~/user.slice/*",
	};
	struct facts facts = connection();

	CHECK(&facts, yes, no);
}

static void a_socket_without_holders_has_none_that_fits(void **state)
{
	static const char *const yes[] = { "pid!=1", "process!=nginx", "not 1234", "all" };
	static const char *const no[] = { "pid=1234", "1234", "process~*", "user=0", "fd>=0" };
	struct facts facts = connection();

	facts.n_holders = 0;
	facts.holders = NULL;
	CHECK(&facts, yes, no);
}

static void a_user_is_globbed_by_name(void **state)
{
	static const char *const yes[] = { "user~root", "user~r*" };
	static const char *const no[] = { "user~no_such_*" };
	struct facts facts = connection();

	CHECK(&facts, yes, no);
}

static void addresses_and_ports_pick(void **state)
{
	static const char *const yes[] = {
		"port=80",
		"port=51000",
		"local-port=80",
		"peer-port=51000",
		"port=80,443",
		"port=1-100",
		"port<1024",
		"peer=10.0.0.0/8",
		"peer=10.1.2.3",
		"peer=10.1.2.3/32",
		"peer=10.1.2.2/31",
		"peer=10.1.2.3:51000",
		"peer=10.0.0.0/8:50000-52000",
		"local=*:80",
		"local=127.0.0.1:80",
		"peer=0.0.0.0/0",
		"local=127.0.0.0/8",
		"peer!=192.168.0.0/16",
		"port!=443",
		"local-port!=81",
		"peer-port>50000",
	};
	static const char *const no[] = {
		"port=81",
		"local-port=51000",
		"peer-port=80",
		"peer=11.0.0.0/8",
		"peer=10.1.2.4/31",
		"peer=10.1.2.3:80",
		"local=*:81",
		"local=127.0.0.1:81",
		"peer=::/0",
		"peer!=10.0.0.0/8",
		"port!=80",
		"port!=51000",
		"port!=80-90",
		"peer=10.1.2.3/32:1-2",
	};
	struct facts facts = connection();

	CHECK(&facts, yes, no);
}

static void a_prefix_of_any_length_fits_bit_by_bit(void **state)
{
	struct facts facts = connection();

	for (unsigned int bits = 0; bits <= 32; bits++) {
		uint32_t address = ntohl(inet_addr("10.1.2.3"));
		uint32_t mask = bits ? UINT32_MAX << (32 - bits) : 0;
		struct in_addr same = { htonl(address & mask) },
			       other = { htonl((address & mask) ^ (bits ? UINT32_C(1) << (32 - bits) : 0)) };
		char text[64];

		snprintf(text, sizeof(text), "peer=%s/%u", inet_ntoa(same), bits);
		assert_true(picks(&facts, text));
		snprintf(text, sizeof(text), "peer=%s/%u", inet_ntoa(other), bits);
		assert_int_equal(picks(&facts, text), bits == 0);
	}
}

static void ipv6_prefixes_pick_and_ipv4_fits_the_mapped(void **state)
{
	static const char *const yes[] = { "peer=2001:db8::/32", "peer=2001:db8::/33", "peer=[2001:db8::1]:51000",
					   "local=192.0.2.0/24", "local=192.0.2.1:80", "local=::ffff:0:0/96", "ipv6" };
	static const char *const no[] = { "peer=2001:db9::/32", "peer=10.0.0.0/8", "local=192.0.3.0/24", "ipv4",
					  "peer=2001:db8:8000::/33" };
	struct facts facts = connection();

	facts.kind.family = facts.local.family = facts.peer.family = AF_INET6;
	inet_pton(AF_INET6, "::ffff:192.0.2.1", facts.local.ip);
	inet_pton(AF_INET6, "2001:db8::1", facts.peer.ip);
	CHECK(&facts, yes, no);
}

static void a_link_local_address_is_one_of_its_interface(void **state)
{
	static const char *const yes[] = { "local=fe80::1", "local=[fe80::1%3]:80", "local=[fe80::1%d0]:80", "local=[fe80::1]%d0:80",
					   "local=fe80::1%d0", "local=fe80::%3/10", "local!=fe80::1%d1", "not local=fe80::1%4",
					   "peer=fe80::2%3" };
	static const char *const no[] = { "local=fe80::1%4", "local=fe80::1%d1", "local=fe80::2%d0", "local=[fe80::1%d0]:81",
					  "local!=fe80::1%3", "peer=fe80::2%0" };
	struct facts facts = connection();

	facts.kind.family = facts.local.family = facts.peer.family = AF_INET6;
	facts.local.scope = facts.peer.scope = 3;
	strcpy(facts.interface, "d0");
	inet_pton(AF_INET6, "fe80::1", facts.local.ip);
	inet_pton(AF_INET6, "fe80::2", facts.peer.ip);
	CHECK(&facts, yes, no);
}

static void a_unix_socket_picks_by_path_and_has_no_port(void **state)
{
	static const char *const yes[] = { "unix", "path=/run/a.sock", "path~/run/*", "path~*.sock", "path!=/run/b.sock",
					   "family=unix", "stream" };
	static const char *const no[] = { "tcp", "ipv4", "port=80", "port!=80", "path=/run/b.sock", "path!=/run/a.sock",
					  "peer=10.0.0.0/8", "local=*:80", "protocol=tcp" };
	struct facts facts = {
		.kind = { AF_UNIX, SOCK_STREAM, 0 },
		.state = FACTS_LISTENING,
		.local = { .family = AF_UNIX, .path = "/run/a.sock" },
	};

	CHECK(&facts, yes, no);
	facts.local = (struct facts_address){ .family = AF_UNIX, .path = "@abstract" };
	assert_true(picks(&facts, "path=@abstract"));
	facts.local = (struct facts_address){ .family = AF_UNSPEC };
	facts.peer = (struct facts_address){ .family = AF_UNIX, .path = "/run/a.sock" };
	assert_true(picks(&facts, "path=/run/a.sock"));
}

static int get_nothing(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	return -EPERM;
}

/** yes, no and unknown: T, F and U stand for conditions that are so. */
static void logic_has_three_values(void **state)
{
	static const struct {
		const char *text;
		bool picked;
	} cases[] = {
		{ "U", false },
		{ "not U", false },
		{ "not not U", false },
		{ "T and U", false },
		{ "not (T and U)", false },
		{ "U and T", false },
		{ "F and U", false },
		{ "not (F and U)", true },
		{ "U and F", false },
		{ "not (U and F)", true },
		{ "T or U", true },
		{ "U or T", true },
		{ "F or U", false },
		{ "not (F or U)", false },
		{ "U or F", false },
		{ "not (U or F)", false },
		{ "U or U", false },
		{ "U and U", false },
		{ "not (U and U)", false },
		{ "not (U or U)", false },
		{ "T and T", true },
		{ "T and F", false },
		{ "F or F", false },
		{ "T or F", true },
	};
	struct facts facts = connection();

	facts.get = get_nothing;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[256] = "";

		for (const char *at = cases[i].text; *at; at++) {
			static const char *const letters = "TFU";
			static const char *const conditions[] = { "tcp", "udp", "TCP_NODELAY=on" };
			const char *letter = strchr(letters, *at);
			size_t length = strlen(text);

			if (letter)
				strcat(text, conditions[letter - letters]);
			else
				snprintf(text + length, sizeof(text) - length, "%c", *at);
		}
		if (picks(&facts, text) != cases[i].picked)
			fail_msg("'%s'", cases[i].text);
	}
}

static void what_cannot_be_known_is_not_picked(void **state)
{
	struct facts facts = connection();

	facts.get = NULL; /* no descriptor */
	assert_false(picks(&facts, "TCP_NODELAY=on"));
	assert_false(picks(&facts, "TCP_NODELAY!=on"));
	assert_false(picks(&facts, "not TCP_NODELAY=on"));
	facts = with_value("on");
	assert_false(picks(&facts, "UDP_CORK=on")); /* not of this kind of socket */
	assert_false(picks(&facts, "not UDP_CORK=on"));
	facts.netns = 0;
	assert_false(picks(&facts, "netns=1"));
	assert_false(picks(&facts, "netns!=1"));
}

static void and_binds_more_tightly_than_or_and_not_most(void **state)
{
	static const char *const yes[] = {
		"tcp or udp and unix",
		"(tcp or udp) and stream",
		"unix and udp or tcp",
		"not udp and tcp",
		"not (udp and tcp)",
		"tcp and not udp",
		"not udp or unix",
		"tcp and stream and ipv4",
		"udp or unix or tcp",
	};
	static const char *const no[] = { "(tcp or udp) and unix", "not tcp or udp", "not (tcp or udp)", "not tcp and not udp",
					  "unix and (udp or tcp)" };
	struct facts facts = connection();

	CHECK(&facts, yes, no);
}

/** A list of thousands of conditions must do with the stack that a thread has: 8 MiB, on musl far less. */
static void a_long_list_needs_no_deep_stack(void **state)
{
	const size_t n = 20000;
	char *text = malloc(n * 16), *at = text;
	struct facts facts = connection();

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%sport=%zu", i ? " or " : "", 1 + i % 60);
	assert_false(picks(&facts, text));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_keys_pick_by_what_the_socket_is),
		cmocka_unit_test(holders_pick_if_any_of_them_fits),
		cmocka_unit_test(a_socket_without_holders_has_none_that_fits),
		cmocka_unit_test(a_user_is_globbed_by_name),
		cmocka_unit_test(addresses_and_ports_pick),
		cmocka_unit_test(a_prefix_of_any_length_fits_bit_by_bit),
		cmocka_unit_test(ipv6_prefixes_pick_and_ipv4_fits_the_mapped),
		cmocka_unit_test(a_link_local_address_is_one_of_its_interface),
		cmocka_unit_test(a_unix_socket_picks_by_path_and_has_no_port),
		cmocka_unit_test(logic_has_three_values),
		cmocka_unit_test(what_cannot_be_known_is_not_picked),
		cmocka_unit_test(and_binds_more_tightly_than_or_and_not_most),
		cmocka_unit_test(a_long_list_needs_no_deep_stack),
	};

	return RUN_TESTS(tests);
}
