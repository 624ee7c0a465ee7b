/* SPDX-License-Identifier: MIT */
#include <config.h>
#include <errno.h>
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

/** Listeners and what connects to clusters; an alias that leads back ends. */
static void envoy_is_read_as_yaml_or_json(void **state)
{
	static const char *const yaml[] = { "static_resources:", "  listeners:",
					    "  - address: { socket_address: { address: \"::1\", port_value: 443 } }",
					    "    tcp_fast_open_queue_length: 7", "    socket_options:",
					    "    - &one { level: 6, name: 4, int_value: \"60\", state: STATE_LISTENING }",
					    "    - { level: 1, name: 512, buf_value: \"AQAAAAUAAAA=\" }",
					    "    - { level: 1, int_value: 1 }", "    filter_chains: []" };
	static const char *const json[] = { "{ \"clusters\": [ { \"upstream_connection_options\": {",
					    "\"tcp_keepalive\": {", "\"keepalive_time\": 300 } } } ] }" };
	static const char *const loop[] = { "&a [ *a, *a, *a ]" }, *const broken[] = { "a: [", "b: }" };
	struct seen seen = { .n = 0 };
	int r = config_read(CONFIG_ENVOY, yaml, 9, take, &seen);

	if (r == -EOPNOTSUPP)
		skip();
	assert_int_equal(r, 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.facts.local.port, 443);
	assert_int_equal(seen.last.facts.kind.family, AF_INET6);
	assert_int_equal(seen.last.n_settings, 3);
	assert_int_equal(value_of(&seen, "TCP_FASTOPEN"), 7);
	assert_int_equal(value_of(&seen, "TCP_KEEPIDLE"), 60);
	assert_int_equal(seen.last.settings[1].state, FACTS_LISTENING);
	assert_int_equal(seen.last.settings[1].line, 6);
	assert_null(seen.last.settings[2].option);
	assert_int_equal(seen.last.settings[2].length, 8);

	seen = read_lines(CONFIG_ENVOY, json, 3);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.facts.state, FACTS_ESTABLISHED);
	assert_int_equal(value_of(&seen, "SO_KEEPALIVE"), 1);
	assert_int_equal(value_of(&seen, "TCP_KEEPIDLE"), 300);
	assert_int_equal(seen.last.settings[1].line, 3);

	assert_int_equal(read_lines(CONFIG_ENVOY, loop, 1).n, 0);
	assert_int_equal(config_read(CONFIG_ENVOY, broken, 2, take, &seen), -EBADMSG);
}

static void sysctls_have_points_or_slashes(void **state)
{
	static const char *const lines[] = { "# net.ipv4.tcp_tw_recycle = 1", "- net/ipv4/tcp_tw_recycle=1 ",
					     "net.ipv4.tcp_fin_timeout = 30" };
	struct seen seen = read_lines(CONFIG_SYSCTL, lines, 3);

	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last.settings[0].what, CONFIG_GONE);
	assert_int_equal(seen.last.settings[0].line, 2);
}

static void words_of_servers_and_directives(void **state)
{
	static const char *const proxy[] = { "backend b", "server a 192.0.2.1:80 check tcp-ut 45s", "option nolinger" };
	static const char *const web[] = { "http { tcp_nodelay off; listen 80 deferred backlog=99; }" };
	struct seen seen = read_lines(CONFIG_HAPROXY, proxy, 3);

	assert_int_equal(value_of(&seen, "TCP_USER_TIMEOUT"), 45000);
	assert_int_equal(value_of(&seen, "SO_LINGER"), 1);
	seen = read_lines(CONFIG_NGINX, web, 1);
	assert_int_equal(seen.n, 2);
	assert_int_equal(value_of(&seen, "TCP_DEFER_ACCEPT"), 1);
	assert_int_equal(seen.last.settings[1].what, CONFIG_BACKLOG);
	assert_int_equal(seen.last.settings[1].value, 99);
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
	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "backlog", "many", CONFIG_SIDE_BOTH, 1));
	assert_false(config_set(&socket, CONFIG_NGINX, "listen", "no_such_word", "5", CONFIG_SIDE_BOTH, 1));
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
		cmocka_unit_test(envoy_is_read_as_yaml_or_json),
		cmocka_unit_test(sysctls_have_points_or_slashes),
		cmocka_unit_test(words_of_servers_and_directives),
		cmocka_unit_test(the_kind_is_guessed),
		cmocka_unit_test(a_value_that_cannot_be_read_sets_nothing),
	};

	return RUN_TESTS(tests);
}
