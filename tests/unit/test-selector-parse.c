/* SPDX-License-Identifier: MIT */
#include <selector.h>

#include "test.h"

static struct selector *parse(const char *text)
{
	struct selector *selector = NULL;
	struct selector_error error;

	if (selector_parse(text, &selector, &error) != 0)
		fail_msg("'%s': at %zu: %s", text, error.at, error.what ? error.what : "(nothing said)");
	return selector;
}

/** The selector is refused, with an error at this offset, of this length. */
static void refused(const char *text, size_t at, size_t length)
{
	struct selector *selector = (void *)(uintptr_t)0x5a;
	struct selector_error error;

	memset(&error, 0x5a, sizeof(error));
	if (selector_parse(text, &selector, &error) != -EINVAL)
		fail_msg("'%s' is accepted", text);
	assert_ptr_equal(selector, (void *)(uintptr_t)0x5a);
	if (error.at != at || error.length != length)
		fail_msg("'%s': error at %zu, %zu long (%s)", text, error.at, error.length, error.what);
	assert_non_null(error.what);
	assert_true(error.at + error.length <= strlen(text));
}

static void the_forms_of_the_design_are_accepted(void **state)
{
	static const char *const texts[] = {
		"all",
		"1234",
		"1234:5",
		"tcp",
		"udp",
		"listening",
		"process=nginx and state=established and TCP_NODELAY=off",
		"process = nginx",
		"port=80",
		"port!=80",
		"port<1024",
		"port<=1024",
		"port>1024",
		"port>=1024",
		"port==80",
		"process~ngi*",
		"peer=10.0.0.0/8",
		"port=8000-8999",
		"port=80,443",
		"not tcp",
		"not not tcp",
		"(tcp)",
		"((tcp) or (udp))",
		"tcp and (port=80 or port=443)",
		"tcp and(udp)or(unix)",
		"process='my server'",
		"process=\"my server\"",
		"path='/run/a (b).sock'",
		"  tcp  ",
		"\ttcp\n",
		"SO_RCVBUF>=64KiB",
		"tcp_user_timeout=30s",
		"nodelay=on",
		"SO_LINGER=on:5s",
		"TCP_CONGESTION=bbr",
		"TCP_CONGESTION~b*",
		"IP_TOS=ef",
		"user=0",
		"local=*:80",
		"peer=[::1]:80",
		"inode=1",
		"cookie=4711",
		"interface=lo",
		"cgroup~/system.slice/*",
		"ipv4 and tcp and not listening",
		"protocol=tcp",
		"state=connected",
		"fd=3-9",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		selector_free(parse(texts[i]));
}

static void what_was_meant_is_told(void **state)
{
	static const struct {
		const char *text, *meant;
	} cases[] = {
		{ "nginx", "process=nginx" },
		{ "php-fpm8.2", "process=php-fpm8.2" },
		{ "a-name-longer-than-any-process", "" },
		{ ":8081", "port=8081" },
		{ "localhost:8081", "port=8081" },
		{ "*:8081", "port=8081" },
		{ "127.0.0.1:8081", "'local=127.0.0.1:8081 or peer=127.0.0.1:8081'" },
		{ "10.0.0.0/8", "'local=10.0.0.0/8 or peer=10.0.0.0/8'" },
		{ "[::1]:80", "'local=[::1]:80 or peer=[::1]:80'" },
		{ "127.0.0.1:80x", "" },
		{ "12x", "" },
		{ "listen", "listening" },
		{ "listn", "listening" },
		{ "LISTEN", "listening" },
		{ "ESTABLISHED", "established" },
		{ "estab", "established" },
		{ "tcp and tcp6", "'tcp and ipv6'" },
		{ "unix/stream", "'unix and stream'" },
		{ "port", "" },
		{ "proces=nginx", "process" },
		{ "sport=80", "local-port" },
		{ "Port=80", "port" },
		{ "host=10.0.0.1", "peer" },
		{ "TCP_NODELY=on", "" }, /* said by the catalogue */
		{ "state=listen", "listening" },
		{ "state=tcp", "" },
		{ "family=ipv66", "ipv6" },
		{ "protocol=upd", "" },
		{ "port=htttp", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selector *selector;
		struct selector_error error;

		assert_int_equal(selector_parse(cases[i].text, &selector, &error), -EINVAL);
		if (strcmp(error.meant, cases[i].meant) != 0)
			fail_msg("'%s': '%s', not '%s'", cases[i].text, error.meant, cases[i].meant);
	}
}

static void an_error_names_the_word_and_where_it_stands(void **state)
{
	static const struct {
		const char *text;
		size_t at, length;
	} cases[] = {
		{ "", 0, 0 },
		{ "   ", 3, 0 },
		{ "tcp and", 7, 0 },
		{ "tcp or ", 7, 0 },
		{ "not", 3, 0 },
		{ "bogus", 0, 5 },
		{ "tcp and bogus", 8, 5 },
		{ "tcp udp", 4, 3 },
		{ "tcp and udp)", 11, 1 },
		{ "(tcp", 0, 1 },
		{ "tcp and (udp or unix", 8, 1 },
		{ "()", 1, 1 },
		{ "and", 0, 3 },
		{ "port", 0, 4 },
		{ "TCP_NODELAY", 0, 11 },
		{ "port=", 5, 0 },
		{ "port=)", 5, 1 },
		{ "port=x", 5, 1 },
		{ "tcp and port=80x", 13, 3 },
		{ "family=tcp", 7, 3 },
		{ "peer=10.0.0.0/99", 5, 11 },
		{ "peer=10.0.0.1%lo", 5, 11 },
		{ "peer=fe80::1%", 5, 8 },
		{ "peer=[fe80::1%lo]%lo:80", 5, 18 },
		{ "peer=[fe80::1]x:80", 5, 13 },
		{ "peer=fe80::1%longer-than-names", 5, 25 },
		{ "TCP_NODELYA=on", 0, 11 },
		{ "TCP_NODELAY=perhaps", 12, 7 },
		{ "=80", 0, 1 },
		{ "12x", 0, 3 },
		{ "0", 0, 1 },
		{ "12:", 0, 3 },
		{ "12:x", 0, 4 },
		{ "12:5x", 0, 5 },
		{ "4294967296", 0, 10 },
		{ "process='nginx", 8, 6 },
		{ "port~80", 5, 2 },
		{ "process<x", 8, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		refused(cases[i].text, cases[i].at, cases[i].length);
}

static void an_unknown_option_comes_with_the_nearest(void **state)
{
	struct selector *selector;
	struct selector_error error;

	assert_int_equal(selector_parse("tcp and TCP_NODELYA=on", &selector, &error), -EINVAL);
	assert_int_equal(error.value.problem, SOCKOPT_NO_SUCH_OPTION);
	assert_ptr_equal(error.value.near[0], the_option("TCP_NODELAY"));
}

static void a_wrong_value_of_an_option_comes_with_the_option(void **state)
{
	static const char text[] = "tcp and TCP_KEEPIDLE=5MiB";
	struct selector *selector;
	struct selector_error error;

	assert_int_equal(selector_parse(text, &selector, &error), -EINVAL);
	assert_int_not_equal(error.value.problem, SOCKOPT_NO_PROBLEM);
	assert_ptr_equal(error.value.option, the_option("TCP_KEEPIDLE"));
	assert_int_equal(error.at, 21);
	/* it points into the caller's text, not into memory that is gone */
	assert_true(error.value.word >= text && error.value.word < text + sizeof(text));
}

/** What can be kept can lie outside of what can be set: 2304 of SO_RCVBUF, 0 of TCP_MAXSEG. */
static void the_value_of_an_option_is_what_get_gives(void **state)
{
	selector_free(parse("TCP_KEEPIDLE=0"));
	selector_free(parse("SO_TYPE=stream"));
	selector_free(parse("IP_MULTICAST_IF=127.0.0.1"));
	selector_free(parse("SO_ERROR!=0"));
}

static char *joined(const char *piece, const char *separator, size_t n)
{
	size_t one = strlen(piece) + strlen(separator);
	char *text = malloc(n * one + 1);
	char *at = text;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%s%s", i ? separator : "", piece);
	return text;
}

static void deep_nesting_is_refused_and_not_a_crash(void **state)
{
	static const char *const openings[] = { "(", "not ", "(not " };

	for (size_t i = 0; i < COUNT(openings); i++) {
		char *text = joined(openings[i], "", 20000);
		struct selector *selector;
		struct selector_error error;

		assert_int_equal(selector_parse(text, &selector, &error), -EINVAL);
		assert_non_null(error.what);
		free(text);
	}
}

static void sensible_nesting_is_accepted(void **state)
{
	char text[256] = "";

	for (int i = 0; i < 30; i++)
		strcat(text, "(");
	strcat(text, "tcp");
	for (int i = 0; i < 30; i++)
		strcat(text, ")");
	selector_free(parse(text));
}

/** Lists that scripts make: one condition a socket. */
static void a_long_list_is_accepted_and_freed(void **state)
{
	char *text = joined("1234:5", " or ", 5000);
	struct selector *selector = parse(text);

	selector_free(selector);
	free(text);
	text = joined("tcp", " and ", 5000);
	selector_free(parse(text));
	free(text);
}

static void a_word_that_is_too_long_is_refused(void **state)
{
	char text[400];
	struct selector *selector;
	struct selector_error error;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(selector_parse(text, &selector, &error), -EINVAL);
	text[300] = '=';
	assert_int_equal(selector_parse(text, &selector, &error), -EINVAL);
}

static void parse_does_without_room_for_an_error(void **state)
{
	struct selector *selector;

	assert_int_equal(selector_parse("bogus", &selector, NULL), -EINVAL);
	selector_free(NULL);
}

static void all_is_the_word_alone(void **state)
{
	static const struct {
		const char *text;
		bool is_all;
	} cases[] = { { "all", true }, { "(all)", true }, { "tcp", false }, { "all and tcp", false }, { "not all", false } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selector *selector = parse(cases[i].text);

		assert_int_equal(selector_is_all(selector), cases[i].is_all);
		selector_free(selector);
	}
}

static void pids_are_told_where_only_they_can_match(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		pid_t pids[4];
	} cases[] = {
		{ "1234", 1, { 1234 } },
		{ "1234:5", 1, { 1234 } },
		{ "pid=1234", 1, { 1234 } },
		{ "pid=7-9", 3, { 7, 8, 9 } },
		{ "pid=7,12", 2, { 7, 12 } },
		{ "1234 or 99:3", 2, { 1234, 99 } },
		{ "tcp and 1234", 1, { 1234 } },
		{ "1234 and TCP_NODELAY=off", 1, { 1234 } },
		{ "(tcp and 7) or 8", 2, { 7, 8 } },
		{ "1234 or tcp", 0, { 0 } },
		{ "tcp", 0, { 0 } },
		{ "not 1234", 0, { 0 } },
		{ "pid!=1234", 0, { 0 } },
		{ "pid>1234", 0, { 0 } },
		{ "pid=1-1000000", 0, { 0 } }, /* more than there is room for: any */
		{ "pid=18446744073709551600-18446744073709551605", 0, { 0 } },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selector *selector = parse(cases[i].text);
		pid_t pids[4] = { 0 };
		size_t n = selector_pids(selector, pids, COUNT(pids));

		selector_free(selector);
		if (n != cases[i].n)
			fail_msg("'%s': %zu pids", cases[i].text, n);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(pids[k], cases[i].pids[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_forms_of_the_design_are_accepted),
		cmocka_unit_test(what_was_meant_is_told),
		cmocka_unit_test(an_error_names_the_word_and_where_it_stands),
		cmocka_unit_test(an_unknown_option_comes_with_the_nearest),
		cmocka_unit_test(a_wrong_value_of_an_option_comes_with_the_option),
		cmocka_unit_test(the_value_of_an_option_is_what_get_gives),
		cmocka_unit_test(deep_nesting_is_refused_and_not_a_crash),
		cmocka_unit_test(sensible_nesting_is_accepted),
		cmocka_unit_test(a_long_list_is_accepted_and_freed),
		cmocka_unit_test(a_word_that_is_too_long_is_refused),
		cmocka_unit_test(parse_does_without_room_for_an_error),
		cmocka_unit_test(all_is_the_word_alone),
		cmocka_unit_test(pids_are_told_where_only_they_can_match),
	};

	return RUN_TESTS(tests);
}
