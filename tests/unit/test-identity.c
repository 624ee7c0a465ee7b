/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <identity.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <linux/netlink.h>

#include "child.h"

static struct facts facts_of(int fd)
{
	struct identity_namespaces namespaces = { .n = 0 };
	struct facts facts = { 0 };

	assert_int_equal(identity_read(fd, &namespaces, &facts), 0);
	return facts;
}

static void listen_on_loopback(int fd, struct sockaddr_in *ret)
{
	socklen_t length = sizeof(*ret);

	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)ret, sizeof(*ret)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &length), 0);
}

static void the_life_of_a_tcp_socket_is_told_state_by_state(void **state)
{
	int listener = open_tcp(), client = open_tcp(), server;
	struct sockaddr_in address;
	struct facts facts = facts_of(client);

	assert_int_equal(facts.state, FACTS_UNBOUND);
	assert_memory_equal(&facts.kind, &((struct sockopt_kind){ AF_INET, SOCK_STREAM, IPPROTO_TCP }), sizeof(facts.kind));
	assert_int_equal(facts.peer.family, AF_UNSPEC);

	listen_on_loopback(listener, &address);
	facts = facts_of(listener);
	assert_int_equal(facts.state, FACTS_LISTENING);
	assert_int_equal(facts.local.port, ntohs(address.sin_port));
	assert_memory_equal(facts.local.ip, "\x7f\0\0\1", 4);

	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(server >= 0);
	facts = facts_of(client);
	assert_int_equal(facts.state, FACTS_ESTABLISHED);
	assert_int_equal(facts.peer.port, ntohs(address.sin_port));
	assert_int_equal(facts_of(server).peer.port, facts.local.port);

	assert_int_equal(shutdown(client, SHUT_WR), 0);
	for (int i = 0; i < 100 && facts_of(server).state != FACTS_CLOSE_WAIT; i++)
		usleep(1000);
	assert_int_equal(facts_of(server).state, FACTS_CLOSE_WAIT);
	assert_true(facts_of(client).state == FACTS_FIN_WAIT_2 || facts_of(client).state == FACTS_FIN_WAIT_1);
	close(server);
	close(client);
	close(listener);
}

static void a_bound_socket_is_bound(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = open_tcp();

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(facts_of(fd).state, FACTS_BOUND);
	close(fd);
}

static void a_datagram_socket_with_a_peer_is_connected(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(facts_of(fd).state, FACTS_UNBOUND);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(facts_of(fd).state, FACTS_CONNECTED);
	assert_int_equal(facts_of(fd).peer.port, 9);
	close(fd);
}

static void unix_sockets_have_paths_and_peers(void **state)
{
	char folder[96];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = open_socket(AF_UNIX, SOCK_STREAM, 0), client = open_socket(AF_UNIX, SOCK_STREAM, 0), pair[2];

	make_folder(folder, sizeof(folder));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/a.sock", folder);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(facts_of(listener).state, FACTS_BOUND);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(facts_of(listener).state, FACTS_LISTENING);
	assert_string_equal(facts_of(listener).local.path, address.sun_path);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(facts_of(client).state, FACTS_ESTABLISHED);
	assert_string_equal(facts_of(client).peer.path, address.sun_path);
	unlink(address.sun_path);
	rmdir(folder);
	close(client);
	close(listener);

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(facts_of(pair[0]).state, FACTS_CONNECTED);
	assert_int_equal(facts_of(pair[0]).peer.family, AF_UNIX); /* it has a peer, without a name */
	assert_int_equal(facts_of(pair[0]).peer.path[0], '\0');
	close(pair[0]);
	close(pair[1]);
}

static void a_netlink_socket_has_a_port_and_groups(void **state)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 << 4 };
	socklen_t length = sizeof(address);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	unsigned int group = 33; /* of which the address does not tell */
	struct facts facts = facts_of(fd);

	assert_int_equal(facts.state, FACTS_UNBOUND);
	assert_int_equal(facts.local.family, AF_UNSPEC);
	assert_int_equal(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)), 0);
	facts = facts_of(fd);
	assert_int_equal(facts.state, FACTS_UNBOUND);
	assert_int_equal(facts.local.family, AF_NETLINK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	facts = facts_of(fd);
	assert_int_equal(facts.state, FACTS_BOUND);
	assert_int_equal(facts.local.netlink.portid, address.nl_pid);
	assert_int_equal(facts.local.netlink.groups[0], 1 << 4);
	assert_int_equal(facts.local.netlink.groups[1], 1);
	assert_int_equal(facts.peer.family, AF_UNSPEC);
	address.nl_pid = 4711;
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	facts = facts_of(fd);
	assert_int_equal(facts.state, FACTS_CONNECTED);
	assert_int_equal(facts.peer.netlink.portid, 4711);
	close(fd);
}

static void a_cookie_tells_sockets_apart(void **state)
{
	int one = open_tcp(), two = open_tcp(), same = dup(one);

	assert_true(identity_cookie(one) != 0);
	assert_true(identity_cookie(one) != identity_cookie(two));
	assert_true(identity_cookie(one) == identity_cookie(same));
	assert_true(facts_of(one).cookie == identity_cookie(one));
	assert_true(identity_cookie(-1) == 0);
	close(one);
	close(two);
	close(same);
}

static void the_namespace_is_ours_and_asked_once(void **state)
{
	struct identity_namespaces namespaces = { .n = 0 };
	struct facts facts = { 0 };
	int fd = open_tcp();

	for (int i = 0; i < 3; i++)
		assert_int_equal(identity_read(fd, &namespaces, &facts), 0);
	assert_true(facts.netns == netns_of_path("/proc/self/ns/net"));
	assert_int_equal(namespaces.n, 1);
	close(fd);
}

static void the_interface_is_the_one_it_is_bound_to(void **state)
{
	int fd = open_tcp();

	assert_string_equal(facts_of(fd).interface, "");
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) < 0) {
		close(fd);
		SKIP_BECAUSE("binding to an interface: %s", strerror(errno));
	}
	assert_string_equal(facts_of(fd).interface, "lo");
	close(fd);
}

static void what_is_no_socket_is_told(void **state)
{
	struct identity_namespaces namespaces = { .n = 0 };
	struct facts facts = { 0 };
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(identity_read(pipes[0], &namespaces, &facts), -ENOTSOCK);
	assert_int_equal(identity_read(-1, &namespaces, &facts), -EBADF);
	close(pipes[0]);
	close(pipes[1]);
}

static void an_address_is_read_from_any_length(void **state)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(80),
		.sin6_scope_id = 3,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	unsigned char bytes[256];
	struct facts_address address;

	identity_address(&in6, sizeof(in6), &address);
	assert_int_equal(address.family, AF_INET6);
	assert_int_equal(address.port, 80);
	assert_int_equal(address.scope, 3);
	assert_int_equal(address.ip[15], 1);
	for (int family = 0; family < 50; family++) {
		sa_family_t narrow = (sa_family_t)family;

		memset(bytes, 0xff, sizeof(bytes));
		memcpy(bytes, &narrow, sizeof(narrow));
		for (size_t length = 0; length <= sizeof(bytes); length++) {
			identity_address(bytes, length, &address);
			assert_true(address.family == AF_UNSPEC || address.family == family);
			assert_true(address.family != AF_UNIX || memchr(address.path, 0, sizeof(address.path)));
		}
	}
}

static void an_abstract_name_begins_with_an_at_sign(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct facts_address address;
	size_t head = offsetof(struct sockaddr_un, sun_path);

	memcpy(un.sun_path, "\0name\0with", 10);
	identity_address(&un, head + 10, &address);
	assert_string_equal(address.path, "@name@with");
	memset(un.sun_path, 'x', sizeof(un.sun_path)); /* all 108 bytes, no NUL */
	identity_address(&un, sizeof(un), &address);
	assert_int_equal(strlen(address.path), sizeof(un.sun_path));
	identity_address(&un, head, &address); /* unnamed */
	assert_int_equal(address.family, AF_UNSPEC);
}

static void tcp_states_are_those_of_the_kernel(void **state)
{
	static const enum facts_state states[] = {
		FACTS_CLOSED,
		FACTS_ESTABLISHED,
		FACTS_SYN_SENT,
		FACTS_SYN_RECV,
		FACTS_FIN_WAIT_1,
		FACTS_FIN_WAIT_2,
		FACTS_TIME_WAIT,
		FACTS_CLOSED,
		FACTS_CLOSE_WAIT,
		FACTS_LAST_ACK,
		FACTS_LISTENING,
		FACTS_CLOSING,
		FACTS_SYN_RECV,
		FACTS_CLOSED,
	};

	for (unsigned int i = 0; i < COUNT(states); i++)
		assert_int_equal(identity_tcp_state(i), states[i]);
	assert_int_equal(identity_tcp_state(UINT32_MAX), FACTS_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_life_of_a_tcp_socket_is_told_state_by_state),
		cmocka_unit_test(a_bound_socket_is_bound),
		cmocka_unit_test(a_datagram_socket_with_a_peer_is_connected),
		cmocka_unit_test(unix_sockets_have_paths_and_peers),
		cmocka_unit_test(a_netlink_socket_has_a_port_and_groups),
		cmocka_unit_test(a_cookie_tells_sockets_apart),
		cmocka_unit_test(the_namespace_is_ours_and_asked_once),
		cmocka_unit_test(the_interface_is_the_one_it_is_bound_to),
		cmocka_unit_test(what_is_no_socket_is_told),
		cmocka_unit_test(an_address_is_read_from_any_length),
		cmocka_unit_test(an_abstract_name_begins_with_an_at_sign),
		cmocka_unit_test(tcp_states_are_those_of_the_kernel),
	};

	return RUN_TESTS(tests);
}
