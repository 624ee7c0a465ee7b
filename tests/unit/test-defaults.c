/* SPDX-License-Identifier: MIT */
#include <defaults.h>
#include <identity.h>
#include <netinet/in.h>

#include "test.h"

static struct live_socket live_of(int fd)
{
	struct identity_namespaces namespaces = { .n = 0 };
	struct live_socket socket = { .fd = fd };

	assert_int_equal(identity_read(fd, &namespaces, &socket.facts), 0);
	return socket;
}

static bool differs(struct defaults *defaults, int fd, const char *name)
{
	const struct sockopt_option *option = the_option(name);
	struct live_socket socket = live_of(fd);
	struct sockopt_value value;

	assert_int_equal(sockopt_get(fd, option, &value), 0);
	return defaults_differs(defaults, &socket, option, value.bytes, value.length);
}

static void a_default_is_what_a_fresh_socket_has(void **state)
{
	static const char *const names[] = { "TCP_NODELAY", "SO_RCVBUF", "TCP_CONGESTION", "SO_LINGER", "IP_TTL" };
	struct defaults *defaults = defaults_new();
	int fd = open_tcp(), fresh = open_tcp();
	struct live_socket socket = live_of(fd);

	assert_int_equal(sockopt_set_text(fd, "TCP_NODELAY=on", NULL), 0);
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct sockopt_value *value = defaults_get(defaults, &socket, the_option(names[i]));
		struct sockopt_value wanted;

		assert_non_null(value);
		assert_int_equal(sockopt_get(fresh, the_option(names[i]), &wanted), 0);
		assert_bytes(value, wanted.bytes, wanted.length);
		assert_ptr_equal(defaults_get(defaults, &socket, the_option(names[i])), value); /* asked once */
	}
	assert_null(defaults_get(defaults, &socket, the_option("SO_ATTACH_FILTER")));
	defaults_free(defaults);
	close(fresh);
	close(fd);
}

static void a_fresh_socket_differs_in_nothing(void **state)
{
	static unsigned char scratch[65536];
	struct defaults *defaults = defaults_new();
	int fds[] = { open_tcp(), open_socket(AF_INET, SOCK_DGRAM, 0), open_socket(AF_UNIX, SOCK_STREAM, 0) };

	for (size_t f = 0; f < COUNT(fds); f++) {
		struct live_socket socket = live_of(fds[f]);

		for (size_t i = 0; i < sockopt_count(); i++) {
			const struct sockopt_option *option = sockopt_at(i);
			size_t length;

			if (!sockopt_applies(option, &socket.facts.kind, SOCKOPT_GET) ||
			    option->read_effect.kind != SOCKOPT_READ_HARMLESS ||
			    sockopt_get_bytes(fds[f], option, scratch, sizeof(scratch), &length) < 0)
				continue;
			if (defaults_differs(defaults, &socket, option, scratch, length))
				fail_msg("%s differs on a fresh socket", option->name);
		}
		close(fds[f]);
	}
	defaults_free(defaults);
}

static void what_a_program_chose_differs(void **state)
{
	static const char *const texts[] = { "TCP_NODELAY=on", "SO_RCVBUF=40000", "SO_LINGER=on:5s", "TCP_CONGESTION=reno",
					     "IP_TTL=7", "TCP_USER_TIMEOUT=9s", "SO_KEEPALIVE=on" };
	static const char *const names[] = { "TCP_NODELAY", "SO_RCVBUF", "SO_LINGER", "TCP_CONGESTION", "IP_TTL",
					     "TCP_USER_TIMEOUT", "SO_KEEPALIVE" };
	struct defaults *defaults = defaults_new();
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sockopt_value before;

		assert_int_equal(sockopt_get(fd, the_option(names[i]), &before), 0);
		assert_false(differs(defaults, fd, names[i]));
		assert_int_equal(sockopt_set_text(fd, texts[i], NULL), 0);
		if (strcmp(names[i], "TCP_CONGESTION") == 0 && memcmp(before.bytes, "reno", 5) == 0)
			continue; /* it is the default here */
		if (!differs(defaults, fd, names[i]))
			fail_msg("%s does not differ", texts[i]);
	}
	defaults_free(defaults);
	close(fd);
}

static void what_is_no_setting_never_differs(void **state)
{
	struct defaults *defaults = defaults_new();
	int fd = open_tcp();

	assert_false(differs(defaults, fd, "SO_TYPE"));
	assert_false(differs(defaults, fd, "SO_COOKIE"));
	assert_false(differs(defaults, fd, "TCP_INFO"));
	defaults_free(defaults);
	close(fd);
}

static void the_word_of_the_catalogue_is_the_first_that_fits(void **state)
{
	static const struct sockopt_default list[] = {
		{ .where = { .protocols = { IPPROTO_UDP }, .n_protocols = 1 }, .value = "udp" },
		{ .where = { .types = 1U << SOCK_STREAM }, .value = "stream" },
		{ .where = { .types = 0 }, .value = "any" },
	};
	struct sockopt_option option = { .defaults = list, .n_defaults = 3 };
	struct sockopt_option none = { .defaults = list, .n_defaults = 1 };

	assert_string_equal(defaults_told(&option, &(struct sockopt_kind){ AF_INET, SOCK_DGRAM, IPPROTO_UDP })->value, "udp");
	assert_string_equal(defaults_told(&option, &(struct sockopt_kind){ AF_INET, SOCK_STREAM, IPPROTO_TCP })->value,
			    "stream");
	assert_string_equal(defaults_told(&option, &(struct sockopt_kind){ AF_UNIX, SOCK_DGRAM, 0 })->value, "any");
	assert_null(defaults_told(&none, &(struct sockopt_kind){ AF_UNIX, SOCK_DGRAM, 0 }));
}

/** Of a namespace that cannot be entered the catalogue's word is taken. */
static void a_namespace_that_is_not_ours_is_answered_by_the_catalogue(void **state)
{
	struct defaults *defaults = defaults_new();
	int fd = open_tcp();
	struct live_socket socket = live_of(fd);
	const struct sockopt_value *value;

	socket.facts.netns = 1; /* no holder is known, so none can be entered */
	value = defaults_get(defaults, &socket, the_option("TCP_NODELAY"));
	assert_non_null(value);
	assert_int_equal(value_int(value), 0);
	assert_null(defaults_get(defaults, &socket, the_option("SO_COOKIE")));
	defaults_free(defaults);
	close(fd);
	defaults_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_is_what_a_fresh_socket_has),
		cmocka_unit_test(a_fresh_socket_differs_in_nothing),
		cmocka_unit_test(what_a_program_chose_differs),
		cmocka_unit_test(what_is_no_setting_never_differs),
		cmocka_unit_test(the_word_of_the_catalogue_is_the_first_that_fits),
		cmocka_unit_test(a_namespace_that_is_not_ours_is_answered_by_the_catalogue),
	};

	return RUN_TESTS(tests);
}
