/* SPDX-License-Identifier: MIT */
#include <config.h>
#include <netinet/in.h>

#include "test.h"

struct seen {
	size_t n;
	struct config_socket last;
};

static int take(void *context, const struct config_socket *socket)
{
	struct seen *seen = context;

	seen->n++;
	seen->last = *socket;
	return 0;
}

/** The value that the last socket gets; -1: none. */
static int64_t value_of(const struct seen *seen, const char *option)
{
	for (size_t i = 0; i < seen->last.n_settings; i++)
		if (seen->last.settings[i].option == the_option(option))
			return seen->last.settings[i].value;
	return -1;
}

static struct seen read_lines(enum config_kind kind, const char *const *lines, size_t n)
{
	struct seen seen = { .n = 0 };

	assert_int_equal(config_read(kind, lines, n, take, &seen), 0);
	return seen;
}

static void nginx_listens_over_lines(void **state)
{
	static const char *const lines[] = { "server { # listen 1 so_keepalive=on;", "listen [::1]:443 ssl",
					     "so_keepalive=30m::10; log_format x 'listen 2;';", "}" };
	struct seen seen = read_lines(CONFIG_NGINX, lines, 4);

	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.facts.local.port, 443);
	assert_int_equal(seen.last.facts.kind.family, AF_INET6);
	assert_int_equal(value_of(&seen, "SO_KEEPALIVE"), 1);
	assert_int_equal(value_of(&seen, "TCP_KEEPIDLE"), 1800);
	assert_int_equal(value_of(&seen, "TCP_KEEPINTVL"), -1);
	assert_int_equal(value_of(&seen, "TCP_KEEPCNT"), 10);
	assert_int_equal(seen.last.settings[0].line, 2);
}

static void haproxy_sections_begin_with_the_defaults(void **state)
{
	static const char *const lines[] = { "defaults", "option clitcpka", "clitcpka-idle 10m", "frontend web",
					     "bind 127.0.0.1:80 name tcp-ut tcp-ut 30", "no option clitcpka" };
	struct seen seen = read_lines(CONFIG_HAPROXY, lines, 6);

	assert_int_equal(seen.n, 1);
	assert_int_equal(value_of(&seen, "SO_KEEPALIVE"), 0);
	assert_int_equal(value_of(&seen, "TCP_KEEPIDLE"), 600);
	assert_int_equal(value_of(&seen, "TCP_USER_TIMEOUT"), 30);
}

static void systemd_sums_times_up(void **state)
{
	static const char *const lines[] = { "[Unit]", "KeepAlive=no", "[Socket]", "ListenStream = 80",
					     "KeepAlive=yes", "KeepAliveTimeSec=1min 30s", "KeepAliveProbes=many" };
	struct seen seen = read_lines(CONFIG_SYSTEMD, lines, 7);

	assert_int_equal(seen.n, 1);
	assert_int_equal(value_of(&seen, "SO_KEEPALIVE"), 1);
	assert_int_equal(value_of(&seen, "TCP_KEEPIDLE"), 90);
	assert_int_equal(value_of(&seen, "TCP_KEEPCNT"), -1);
	assert_int_equal(seen.last.facts.local.port, 80);
}

static void the_kind_is_guessed(void **state)
{
	static const char *const nginx[] = { "", "http {" }, *const proxy[] = { "  # x", "frontend a" },
				 *const unit[] = { "[Socket]" }, *const other[] = { "listen 80" };

	assert_int_equal(config_guess(nginx, 2), CONFIG_NGINX);
	assert_int_equal(config_guess(proxy, 2), CONFIG_HAPROXY);
	assert_int_equal(config_guess(unit, 1), CONFIG_SYSTEMD);
	assert_int_equal(config_guess(other, 1), CONFIG_N_KINDS);
}

static void a_value_that_cannot_be_read_sets_nothing(void **state)
{
	struct config_socket socket = { .n_settings = 0 };

	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "rcvbuf", "64x", CONFIG_SIDE_BOTH, 1));
	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "rcvbuf", NULL, CONFIG_SIDE_BOTH, 1));
	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "so_keepalive", "1:2", CONFIG_SIDE_BOTH, 1));
	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "rcvbuf", "99999999999999999999", CONFIG_SIDE_BOTH, 1));
	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "backlog", "5", CONFIG_SIDE_BOTH, 1));
	assert_int_equal(socket.n_settings, 0);
	assert_true(config_set(&socket, CONFIG_NGINX, "listen", "rcvbuf", "64k", CONFIG_SIDE_BOTH, 1));
	assert_int_equal(socket.settings[0].value, 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nginx_listens_over_lines),
		cmocka_unit_test(haproxy_sections_begin_with_the_defaults),
		cmocka_unit_test(systemd_sums_times_up),
		cmocka_unit_test(the_kind_is_guessed),
		cmocka_unit_test(a_value_that_cannot_be_read_sets_nothing),
	};

	return RUN_TESTS(tests);
}
