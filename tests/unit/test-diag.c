/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <diag.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include "child.h"

static struct inet_diag_msg inet_message(void)
{
	struct inet_diag_msg message = {
		.idiag_family = AF_INET,
		.idiag_state = TCP_ESTABLISHED,
		.idiag_uid = 33,
		.idiag_inode = 99,
		.id = { .idiag_sport = htons(80), .idiag_dport = htons(51000), .idiag_cookie = { 0x11111111, 0x22222222 } },
	};

	message.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
	message.id.idiag_dst[0] = htonl(0x0a010203);
	return message;
}

static void an_inet_message_is_a_socket(void **state)
{
	struct inet_diag_msg message = inet_message();
	struct diag_socket socket;

	assert_true(diag_read_inet(&message, sizeof(message), IPPROTO_TCP, &socket));
	assert_int_equal(socket.uid, 33);
	assert_true(socket.facts.inode == 99);
	assert_true(socket.facts.cookie == UINT64_C(0x2222222211111111));
	assert_int_equal(socket.facts.state, FACTS_ESTABLISHED);
	assert_int_equal(socket.facts.kind.type, SOCK_STREAM);
	assert_int_equal(socket.facts.local.port, 80);
	assert_int_equal(socket.facts.peer.port, 51000);
	assert_memory_equal(socket.facts.peer.ip, "\x0a\1\2\3", 4);
	assert_int_equal(socket.facts.n_holders, 0);
}

static void an_ipv6_message_has_its_whole_address(void **state)
{
	struct inet_diag_msg message = inet_message();
	struct diag_socket socket;

	message.idiag_family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::1", message.id.idiag_src);
	assert_true(diag_read_inet(&message, sizeof(message), IPPROTO_TCP, &socket));
	assert_int_equal(socket.facts.local.family, AF_INET6);
	assert_memory_equal(socket.facts.local.ip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
}

static void the_state_is_told_by_protocol_and_addresses(void **state)
{
	static const struct {
		uint8_t state;
		int protocol;
		bool has_port, has_peer;
		enum facts_state wanted;
	} cases[] = {
		{ TCP_LISTEN, IPPROTO_TCP, true, false, FACTS_LISTENING },
		{ TCP_TIME_WAIT, IPPROTO_TCP, true, true, FACTS_TIME_WAIT },
		{ TCP_CLOSE, IPPROTO_TCP, true, false, FACTS_BOUND },
		{ TCP_CLOSE, IPPROTO_TCP, false, false, FACTS_UNBOUND },
		/* closed by a reset: getpeername(2) tells of no peer, so that it is bound, if it is somebody's at all */
		{ TCP_CLOSE, IPPROTO_TCP, true, true, FACTS_BOUND },
		{ TCP_CLOSE, IPPROTO_UDP, true, false, FACTS_BOUND },
		{ TCP_ESTABLISHED, IPPROTO_UDP, true, true, FACTS_CONNECTED },
		{ TCP_LISTEN, IPPROTO_MPTCP, true, false, FACTS_LISTENING },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct inet_diag_msg message = inet_message();
		struct diag_socket socket;

		message.idiag_state = cases[i].state;
		if (!cases[i].has_port)
			message.id.idiag_sport = 0;
		if (!cases[i].has_peer) {
			message.id.idiag_dport = 0;
			message.id.idiag_dst[0] = 0;
		}
		assert_true(diag_read_inet(&message, sizeof(message), cases[i].protocol, &socket));
		assert_int_equal(socket.facts.state, cases[i].wanted);
		assert_int_equal(socket.facts.peer.family != AF_UNSPEC,
				 cases[i].has_peer && !(cases[i].state == TCP_CLOSE && cases[i].protocol == IPPROTO_TCP));
		if (cases[i].state != TCP_CLOSE || !cases[i].has_peer)
			continue;
		message.idiag_inode = 0;
		assert_true(diag_read_inet(&message, sizeof(message), cases[i].protocol, &socket));
		assert_int_equal(socket.facts.state, FACTS_CLOSED);
	}
}

static void an_interface_without_a_name_is_its_number(void **state)
{
	struct inet_diag_msg message = inet_message();
	struct diag_socket socket;

	message.id.idiag_if = 999999;
	assert_true(diag_read_inet(&message, sizeof(message), IPPROTO_TCP, &socket));
	assert_string_equal(socket.facts.interface, "999999");
}

static void a_message_that_is_cut_or_of_another_family_is_none(void **state)
{
	struct inet_diag_msg inet = inet_message();
	struct unix_diag_msg local = { .udiag_family = AF_UNIX };
	struct diag_socket socket;

	for (size_t length = 0; length < sizeof(inet); length++)
		assert_false(diag_read_inet(&inet, length, IPPROTO_TCP, &socket));
	for (size_t length = 0; length < sizeof(local); length++)
		assert_false(diag_read_unix(&local, length, &socket));
	inet.idiag_family = AF_UNIX;
	assert_false(diag_read_inet(&inet, sizeof(inet), IPPROTO_TCP, &socket));
	local.udiag_family = AF_INET;
	assert_false(diag_read_unix(&local, sizeof(local), &socket));
}

/** A unix_diag message with one attribute, its declared length as given. */
static size_t unix_message(unsigned char *ret, uint8_t kernel_state, uint8_t type, uint16_t attribute,
			   uint16_t declared, const void *payload, size_t length)
{
	struct unix_diag_msg message = {
		.udiag_family = AF_UNIX,
		.udiag_state = kernel_state,
		.udiag_type = type,
		.udiag_ino = 77,
		.udiag_cookie = { 5, 0 },
	};
	struct nlattr header = { .nla_len = declared, .nla_type = attribute };

	memcpy(ret, &message, sizeof(message));
	memcpy(ret + sizeof(message), &header, sizeof(header));
	memcpy(ret + sizeof(message) + sizeof(header), payload, length);
	return sizeof(message) + sizeof(header) + length;
}

static void a_unix_message_has_its_name(void **state)
{
	unsigned char bytes[512];
	struct diag_socket socket;
	size_t length = unix_message(bytes, TCP_LISTEN, SOCK_STREAM, UNIX_DIAG_NAME, 4 + 11, "/run/a.sock", 11);

	assert_true(diag_read_unix(bytes, length, &socket));
	assert_string_equal(socket.facts.local.path, "/run/a.sock");
	assert_int_equal(socket.facts.state, FACTS_LISTENING);
	assert_true(socket.facts.inode == 77);
	assert_true(socket.facts.cookie == 5);
	assert_int_equal(socket.uid, (uid_t)-1);

	length = unix_message(bytes, TCP_CLOSE, SOCK_DGRAM, UNIX_DIAG_NAME, 4 + 5, "\0name", 5);
	assert_true(diag_read_unix(bytes, length, &socket));
	assert_string_equal(socket.facts.local.path, "@name");
	assert_int_equal(socket.facts.state, FACTS_BOUND);
}

static void a_unix_message_without_name_is_unbound_or_has_a_peer(void **state)
{
	unsigned char bytes[512];
	struct diag_socket socket;
	size_t length = unix_message(bytes, TCP_CLOSE, SOCK_DGRAM, UNIX_DIAG_PEER, 8, "\1\0\0\0", 4);

	assert_true(diag_read_unix(bytes, length, &socket));
	assert_int_equal(socket.facts.state, FACTS_UNBOUND);
	assert_int_equal(socket.facts.local.family, AF_UNSPEC);
	length = unix_message(bytes, TCP_ESTABLISHED, SOCK_DGRAM, UNIX_DIAG_PEER, 8, "\1\0\0\0", 4);
	assert_true(diag_read_unix(bytes, length, &socket));
	assert_int_equal(socket.facts.state, FACTS_CONNECTED);
	assert_int_equal(socket.facts.peer.family, AF_UNIX);
	length = unix_message(bytes, TCP_ESTABLISHED, SOCK_STREAM, UNIX_DIAG_PEER, 8, "\1\0\0\0", 4);
	assert_true(diag_read_unix(bytes, length, &socket));
	assert_int_equal(socket.facts.state, FACTS_ESTABLISHED);
}

static void an_attribute_that_lies_about_its_length_is_not_believed(void **state)
{
	static const uint16_t lies[] = { 0, 1, 3, 500, UINT16_MAX };
	unsigned char bytes[512];
	struct diag_socket socket;

	for (size_t i = 0; i < COUNT(lies); i++) {
		size_t length = unix_message(bytes, TCP_LISTEN, SOCK_STREAM, UNIX_DIAG_NAME, lies[i], "/run/a.sock", 11);

		assert_true(diag_read_unix(bytes, length, &socket));
		assert_int_equal(socket.facts.local.family, AF_UNSPEC);
	}
}

static void a_name_longer_than_a_path_is_cut(void **state)
{
	unsigned char bytes[512];
	char name[300];
	struct diag_socket socket;
	size_t length;

	memset(name, 'x', sizeof(name));
	length = unix_message(bytes, TCP_LISTEN, SOCK_STREAM, UNIX_DIAG_NAME, 4 + sizeof(name), name, sizeof(name));
	assert_true(diag_read_unix(bytes, length, &socket));
	assert_int_equal(strlen(socket.facts.local.path), 108);
}

struct search {
	uint64_t cookies[3];
	int seen[3];
	uint64_t netns;
};

static int look_for(void *arg, const struct diag_socket *socket)
{
	struct search *search = arg;

	for (size_t i = 0; i < COUNT(search->cookies); i++)
		if (socket->facts.cookie == search->cookies[i]) {
			search->seen[i]++;
			search->netns = socket->facts.netns;
		}
	return 0;
}

static int stop(void *arg, const struct diag_socket *socket)
{
	return 42;
}

static uint64_t cookie_of(int fd)
{
	struct sockopt_value value;
	uint64_t cookie;

	assert_int_equal(sockopt_get(fd, the_option("SO_COOKIE"), &value), 0);
	memcpy(&cookie, value.bytes, sizeof(cookie));
	return cookie;
}

static void each_lists_our_own_sockets_once(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fds[] = { open_tcp(), open_socket(AF_INET, SOCK_DGRAM, 0), open_socket(AF_UNIX, SOCK_STREAM, 0) };
	struct search search = { .netns = 0 };
	int r;

	assert_int_equal(bind(fds[0], (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fds[0], 1), 0);
	assert_int_equal(bind(fds[1], (struct sockaddr *)&address, sizeof(address)), 0);
	for (size_t i = 0; i < 3; i++)
		search.cookies[i] = cookie_of(fds[i]);
	r = diag_each(look_for, &search);
	if (r == 0)
		assert_int_equal(diag_each(stop, NULL), 42);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	if (r < 0)
		SKIP_BECAUSE("no sock_diag here: %s", strerror(-r));
	if (!search.seen[0] && !search.seen[1])
		SKIP_BECAUSE("this kernel has no inet_diag");
	assert_int_equal(search.seen[0], 1);
	assert_int_equal(search.seen[1], 1);
	assert_int_equal(search.seen[2], 1);
	assert_true(search.netns == netns_of_path("/proc/self/ns/net"));
}

static void each_in_comes_back_to_its_own_namespace(void **state)
{
	uint64_t before = netns_of_path("/proc/self/ns/net");
	pid_t child = child_begin();
	struct search search = { .netns = 0 };
	int r = diag_each_in(child, look_for, &search);

	child_end(child);
	assert_true(netns_of_path("/proc/self/ns/net") == before);
	assert_true(r == 0 || r == -EPERM);
	assert_int_equal(r == -EPERM, geteuid() != 0);
	assert_int_equal(diag_each_in(pid_that_is_gone(), look_for, &search), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_inet_message_is_a_socket),
		cmocka_unit_test(an_ipv6_message_has_its_whole_address),
		cmocka_unit_test(the_state_is_told_by_protocol_and_addresses),
		cmocka_unit_test(an_interface_without_a_name_is_its_number),
		cmocka_unit_test(a_message_that_is_cut_or_of_another_family_is_none),
		cmocka_unit_test(a_unix_message_has_its_name),
		cmocka_unit_test(a_unix_message_without_name_is_unbound_or_has_a_peer),
		cmocka_unit_test(an_attribute_that_lies_about_its_length_is_not_believed),
		cmocka_unit_test(a_name_longer_than_a_path_is_cut),
		cmocka_unit_test(each_lists_our_own_sockets_once),
		cmocka_unit_test(each_in_comes_back_to_its_own_namespace),
	};

	return RUN_TESTS(tests);
}
