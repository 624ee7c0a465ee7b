/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/stat.h>
#include <tree.h>

#include "test.h"

static char text_of_node[256];

static const char *read_op(struct node *node, const char *key, enum node_operator op, const char *text)
{
	snprintf(text_of_node, sizeof(text_of_node), "%s", text);
	*node = (struct node){ .kind = NODE_KEY, .key = words_key(key), .op = op, .text = text_of_node };
	return value_read(node);
}

static const char *read_text(struct node *node, const char *key, const char *text)
{
	return read_op(node, key, OP_EQ, text);
}

static void accepted(struct node *node, const char *key, const char *text)
{
	const char *wrong = read_text(node, key, text);

	if (wrong)
		fail_msg("%s=%s: %s", key, text, wrong);
}

static void refused(const char *key, enum node_operator op, const char *text)
{
	struct node node;

	if (!read_op(&node, key, op, text))
		fail_msg("%s '%s' is accepted", key, text);
}

static void numbers_are_one_a_range_or_a_list(void **state)
{
	struct node node;

	accepted(&node, "port", "80");
	assert_int_equal(node.n_ranges, 1);
	assert_true(node.ranges[0].low == 80 && node.ranges[0].high == 80);
	accepted(&node, "port", "8000-8999");
	assert_true(node.ranges[0].low == 8000 && node.ranges[0].high == 8999);
	accepted(&node, "port", "80,443,8000-8999");
	assert_int_equal(node.n_ranges, 3);
	assert_true(node.ranges[2].low == 8000 && node.ranges[2].high == 8999);
	accepted(&node, "cookie", "9223372036854775807");
	assert_true(node.ranges[0].low == INT64_MAX);
	accepted(&node, "fd", "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15");
	assert_int_equal(node.n_ranges, RANGES_MAX);
}

static void parse_refuses_what_are_no_numbers(void **state)
{
	static const char *const texts[] = {
		"",
		"x",
		"80x",
		"80-",
		"-80",
		"80-70",
		"80,",
		",80",
		"80,,90",
		"80-90-100",
		"0x50",
		"8 0",
		"+80",
		"99999999999999999999999",
		"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		refused("port", OP_EQ, texts[i]);
		refused("inode", OP_EQ, texts[i]);
	}
}

static void only_equality_compares_with_a_list_or_a_range(void **state)
{
	struct node node;

	assert_null(read_op(&node, "port", OP_NE, "80,443"));
	assert_null(read_op(&node, "port", OP_LT, "1024"));
	refused("port", OP_LT, "80,443");
	refused("port", OP_GE, "80,443");
	refused("port", OP_GT, "8000-8999"); /* greater than which end? */
}

static void an_order_or_a_glob_needs_a_key_that_has_one(void **state)
{
	static const char *const texts[] = { "process", "cgroup", "interface", "path" };
	struct node node;

	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_null(read_op(&node, texts[i], OP_GLOB, "ngi*"));
		refused(texts[i], OP_LT, "x");
	}
	refused("family", OP_LT, "inet");
	refused("type", OP_GE, "stream");
	refused("state", OP_GT, "listening");
	refused("peer", OP_LE, "10.0.0.0/8");
	refused("port", OP_GLOB, "80*");
	refused("family", OP_GLOB, "in*");
	refused("pid", OP_GLOB, "1*");
}

static void a_user_is_a_name_or_a_number(void **state)
{
	struct node node;
	struct passwd *root = getpwuid(0);

	accepted(&node, "user", "1234");
	assert_int_equal(node.number, 1234);
	refused("user", OP_EQ, "no_such_user_here");
	if (!root)
		SKIP_BECAUSE("this system has no name for user 0");
	accepted(&node, "user", root->pw_name);
	assert_int_equal(node.number, 0);
}

static void a_namespace_is_a_number_or_a_path(void **state)
{
	struct node node;
	struct stat status;

	accepted(&node, "netns", "4026531840");
	assert_true(node.number == 4026531840);
	assert_int_equal(stat("/proc/self/ns/net", &status), 0);
	accepted(&node, "netns", "/proc/self/ns/net");
	assert_true(node.number == status.st_ino);
	refused("netns", OP_EQ, "no_such_namespace");
	refused("netns", OP_EQ, "/no/such/path");
}

static void a_word_must_be_of_its_key(void **state)
{
	struct node node;

	accepted(&node, "family", "inet6");
	assert_int_equal(node.number, AF_INET6);
	accepted(&node, "type", "dgram");
	assert_int_equal(node.number, SOCK_DGRAM);
	accepted(&node, "state", "time-wait");
	assert_int_equal(node.number, FACTS_TIME_WAIT);
	accepted(&node, "state", "connected");
	assert_int_equal(node.number, FACTS_CONNECTED);
	accepted(&node, "protocol", "tcp");
	assert_int_equal(node.number, IPPROTO_TCP);
	accepted(&node, "protocol", "253");
	assert_int_equal(node.number, 253);
	refused("family", OP_EQ, "tcp");
	refused("type", OP_EQ, "inet");
	refused("state", OP_EQ, "stream");
	refused("protocol", OP_EQ, "stream");
	refused("protocol", OP_EQ, "6x");
}

static void an_address_takes_a_prefix_and_a_port(void **state)
{
	struct node node;

	accepted(&node, "peer", "10.0.0.0/8");
	assert_int_equal(node.prefix.family, AF_INET);
	assert_int_equal(node.prefix.bits, 8);
	assert_false(node.prefix.has_port);
	accepted(&node, "local", "127.0.0.1:80");
	assert_int_equal(node.prefix.bits, 32);
	assert_true(node.prefix.has_port);
	assert_true(node.prefix.port.low == 80 && node.prefix.port.high == 80);
	accepted(&node, "local", "127.0.0.1:8000-8999");
	assert_true(node.prefix.port.high == 8999);
	accepted(&node, "peer", "2001:db8::/32");
	assert_int_equal(node.prefix.family, AF_INET6);
	assert_int_equal(node.prefix.bits, 32);
	accepted(&node, "peer", "[::1]:443");
	assert_int_equal(node.prefix.bits, 128);
	assert_true(node.prefix.port.low == 443);
	accepted(&node, "peer", "[::1]");
	assert_false(node.prefix.has_port);
	accepted(&node, "local", "*:80");
	assert_int_equal(node.prefix.family, 0);
	accepted(&node, "local", "0.0.0.0/0");
	assert_int_equal(node.prefix.bits, 0);
	accepted(&node, "local", "10.0.0.0/8:80");
	assert_int_equal(node.prefix.bits, 8);
	assert_true(node.prefix.has_port);
}

static void parse_refuses_what_is_no_address(void **state)
{
	static const char *const texts[] = {
		"",
		"localhost",
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.0/x",
		"::1/129",
		"10.0.0.256",
		"127.0.0.1:",
		"127.0.0.1:x",
		"127.0.0.1:65536",
		"127.0.0.1:90-80",
		"[::1",
		"[::1]x",
		"[::1]80",
		"*:",
		"10.0.0.1 ",
		"0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123:4567:89ab:cdef:0123",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		refused("peer", OP_EQ, texts[i]);
}

static void every_key_has_a_hint_that_names_a_form(void **state)
{
	static const char *const keys[] = { "user", "netns", "family", "type", "state", "protocol", "local", "peer",
					    "port", "pid", "fd", "inode", "cookie" };

	for (size_t i = 0; i < COUNT(keys); i++)
		assert_true(strlen(value_hint(words_key(keys[i]))) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_one_a_range_or_a_list),
		cmocka_unit_test(parse_refuses_what_are_no_numbers),
		cmocka_unit_test(only_equality_compares_with_a_list_or_a_range),
		cmocka_unit_test(an_order_or_a_glob_needs_a_key_that_has_one),
		cmocka_unit_test(a_user_is_a_name_or_a_number),
		cmocka_unit_test(a_namespace_is_a_number_or_a_path),
		cmocka_unit_test(a_word_must_be_of_its_key),
		cmocka_unit_test(an_address_takes_a_prefix_and_a_port),
		cmocka_unit_test(parse_refuses_what_is_no_address),
		cmocka_unit_test(every_key_has_a_hint_that_names_a_form),
	};

	return RUN_TESTS(tests);
}
