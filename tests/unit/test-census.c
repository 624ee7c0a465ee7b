/* SPDX-License-Identifier: MIT */
#include <census.h>
#include <identity.h>
#include <netinet/in.h>

#include "test.h"

static int listen_at(in_addr_t address, uint16_t port, bool shared)
{
	int fd = open_tcp(), on = 1;
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(address) }, .sin_port = port };

	if (shared)
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static struct facts facts_of(int fd)
{
	struct identity_namespaces namespaces = { 0 };
	struct facts facts = { 0 };

	assert_int_equal(identity_read(fd, &namespaces, &facts), 0);
	return facts;
}

static int connect_to(uint16_t port)
{
	int fd = open_tcp();
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) }, .sin_port = port };

	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void an_accepted_socket_has_a_listener_and_its_client_has_none(void **state)
{
	static const in_addr_t addresses[] = { INADDR_LOOPBACK, INADDR_ANY };

	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct census *census = census_new();
		int listener = listen_at(addresses[i], 0, false);
		struct facts facts = facts_of(listener);
		int client = connect_to(htons(facts.local.port)), server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		struct facts of_server = facts_of(server), of_client = facts_of(client);

		assert_int_equal(census_read(census, &of_server), 0);
		assert_true(census_listens(census, &of_server));
		assert_false(census_listens(census, &of_client));
		close(listener);
		close(client);
		close(server);
		census_free(census);
	}
}

static void a_group_is_counted_with_the_emptiest_queue(void **state)
{
	struct census *census = census_new();
	int first = listen_at(INADDR_LOOPBACK, 0, true), clients[3];
	struct facts facts = facts_of(first);
	uint32_t least = 99;

	for (size_t i = 0; i < COUNT(clients); i++)
		clients[i] = connect_to(htons(facts.local.port));
	assert_int_equal(census_read(census, &facts), 0);
	assert_int_equal(census_group(census, &facts, &least), 1);
	assert_int_equal(least, COUNT(clients));
	census_free(census);

	int second = listen_at(INADDR_LOOPBACK, htons(facts.local.port), true);

	census = census_new();
	assert_int_equal(census_read(census, &facts), 0);
	assert_int_equal(census_group(census, &facts, &least), 2);
	assert_int_equal(least, 0);
	assert_int_equal(census_on_port(census, &facts), 2);
	facts.kind.protocol = IPPROTO_UDP;
	assert_int_equal(census_on_port(census, &facts), 0);
	for (size_t i = 0; i < COUNT(clients); i++)
		close(clients[i]);
	close(first);
	close(second);
	census_free(census);
}

static void of_a_namespace_that_is_not_known_nothing_is(void **state)
{
	struct census *census = census_new();
	struct facts facts = { .netns = 0 };

	assert_int_equal(census_read(census, &facts), -ENODATA);
	facts.netns = 1; /* no holder lives there */
	assert_int_equal(census_read(census, &facts), -EPERM);
	assert_int_equal(census_read(census, &facts), -EPERM);
	census_free(census);
	census_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_socket_has_a_listener_and_its_client_has_none),
		cmocka_unit_test(a_group_is_counted_with_the_emptiest_queue),
		cmocka_unit_test(of_a_namespace_that_is_not_known_nothing_is),
	};

	return RUN_TESTS(tests);
}
