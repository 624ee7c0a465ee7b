/* SPDX-License-Identifier: MIT */
#include <calc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "test.h"

static struct calc_dead_peer dead(struct calc_keepalive given)
{
	struct calc_dead_peer result;

	if (!given.rto_ms)
		given.rto_ms = 200;
	if (!given.rto_max_ms)
		given.rto_max_ms = 120000;
	calc_keepalive(&given, &result);
	return result;
}

static void an_idle_peer_is_given_up_after_the_last_probe(void **state)
{
	struct calc_dead_peer result = dead((struct calc_keepalive){
		.enabled = true, .idle_s = 60, .interval_s = 10, .probes = 3, .retries = 15 });

	assert_int_equal(result.first_probe_ms, 60000);
	assert_int_equal(result.idle_ms, 90000);
	assert_int_equal(result.user_timeout_ms, 90000);
	result = dead((struct calc_keepalive){ .idle_s = 60, .interval_s = 10, .probes = 3, .retries = 15 });
	assert_int_equal(result.idle_ms, -1);
	assert_int_equal(result.user_timeout_ms, 0);
}

/* Seen on Linux 6.18 with idle 2 s, interval 3 s, 2 probes: 5, 8, 8 and 14 s for these user timeouts. */
static void a_user_timeout_takes_the_place_of_the_count(void **state)
{
	static const struct {
		int64_t user_timeout_ms, idle_ms;
	} seen[] = { { 0, 8000 }, { 1000, 5000 }, { 5000, 5000 }, { 5001, 8000 }, { 6000, 8000 }, { 8000, 8000 }, { 12000, 14000 } };

	for (size_t i = 0; i < COUNT(seen); i++)
		assert_int_equal(dead((struct calc_keepalive){ .enabled = true,
							       .idle_s = 2,
							       .interval_s = 3,
							       .probes = 2,
							       .retries = 15,
							       .user_timeout_ms = seen[i].user_timeout_ms })
					 .idle_ms,
				 seen[i].idle_ms);
}

/* Seconds until ETIMEDOUT seen on Linux 6.18, with an RTO of 204 ms (56 in the last but one). */
static void data_in_flight_is_given_up_between_the_two_times(void **state)
{
	static const struct {
		int64_t retries, rto_ms, rto_max_ms, user_timeout_ms, seen_ms;
	} seen[] = {
		{ 4, 204, 120000, 0, 6804 },
		{ 5, 204, 120000, 0, 13347 },
		{ 6, 204, 1000, 0, 6784 },
		{ 3, 56, 120000, 0, 3692 },
		{ 4, 204, 120000, 3000, 3420 },
	};

	for (size_t i = 0; i < COUNT(seen); i++) {
		struct calc_dead_peer result = dead((struct calc_keepalive){ .retries = seen[i].retries,
									     .rto_ms = seen[i].rto_ms,
									     .rto_max_ms = seen[i].rto_max_ms,
									     .user_timeout_ms = seen[i].user_timeout_ms });

		assert_in_range(seen[i].seen_ms, result.flight_least_ms, result.flight_most_ms + 20);
	}
}

static void fifteen_retries_are_the_924_seconds_of_the_manual(void **state)
{
	assert_int_equal(dead((struct calc_keepalive){ .retries = 15 }).flight_least_ms, 924600 + 200);
	assert_int_equal(dead((struct calc_keepalive){ .retries = 0 }).flight_least_ms, 200 + 200);
}

static void a_path_that_tuning_reaches_needs_nothing(void **state)
{
	struct calc_path given = {
		.bytes_per_second = 125000000,
		.rtt_us = 80000,
		.ratio = 128,
		.rmem_most = 20000000,
		.rmem_max = 9999999,
		.wmem_most = 19999999,
		.wmem_max = 10000000,
		.tunes = true,
	};
	struct calc_path_result result;

	assert_int_equal(calc_path(&given, &result), 0);
	assert_int_equal(result.product, 10000000);
	assert_int_equal(result.receive.needed, 20000000);
	assert_int_equal(result.receive.to_set, 10000000);
	assert_int_equal(result.receive.window, 10000000);
	assert_true(result.receive.by_itself);
	assert_false(result.receive.can_be_set);
	assert_false(result.send.by_itself);
	assert_true(result.send.can_be_set);
	given.tunes = false;
	assert_int_equal(calc_path(&given, &result), 0);
	assert_false(result.receive.by_itself);
}

static void a_window_of_more_than_tcp_can_is_refused(void **state)
{
	struct calc_path given = { .bytes_per_second = INT64_C(1) << 50, .rtt_us = INT64_C(3600) * 1000000, .ratio = 128 };
	struct calc_path_result result = { .product = 7 };

	assert_int_equal(calc_path(&given, &result), -ERANGE);
	assert_int_equal(result.product, 7);
	given.ratio = 0;
	given.rtt_us = 1;
	assert_int_equal(calc_path(&given, &result), -ERANGE);
}

static void the_old_scale_is_a_share_of_the_buffer(void **state)
{
	assert_int_equal(calc_ratio_of_scale(1), 128);
	assert_int_equal(calc_ratio_of_scale(2), 192);
	assert_int_equal(calc_ratio_of_scale(31), 256);
	assert_int_equal(calc_ratio_of_scale(0), 256);
	assert_int_equal(calc_ratio_of_scale(-2), 64);
	assert_int_equal(calc_ratio_of_scale(-31), 0);
}

/* The kernel says the same: a fresh connection offers half of its buffer (Linux 6.6; and with scale 1 before). */
static void the_first_window_is_half_of_the_buffer(void **state)
{
	int listener = open_tcp(), client = open_tcp(), size = 16384, kept = 0;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	unsigned char info[512] = { 0 };
	uint32_t ssthresh;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	assert_int_equal(setsockopt(client, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	length = sizeof(kept);
	assert_int_equal(getsockopt(client, SOL_SOCKET, SO_RCVBUF, &kept, &length), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	length = sizeof(info);
	assert_int_equal(getsockopt(client, IPPROTO_TCP, TCP_INFO, info, &length), 0);
	memcpy(&ssthresh, info + offsetof(struct tcp_info, tcpi_rcv_ssthresh), sizeof(ssthresh));
	close(listener);
	close(client);
	if (ssthresh != (uint32_t)kept * CALC_RATIO_AT_FIRST / 256)
		SKIP_BECAUSE("this kernel's net.ipv4.tcp_adv_win_scale is not 1");
}

static void the_kernel_rounds_the_same_way(void **state)
{
	static const int seconds[] = { -1, 0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 60, 63, 64, 127, 128, 247, 248, 1000, 29887, 29888, 1000000 };
	int fd = open_tcp();

	for (size_t i = 0; i < COUNT(seconds); i++) {
		struct calc_defer result;
		int kept = -1;
		socklen_t length = sizeof(kept);

		assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds[i], sizeof(int)), 0);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &kept, &length), 0);
		calc_defer_accept(seconds[i], &result);
		assert_int_equal(result.kept_s, kept);
	}
	close(fd);
}

static void the_kernel_gives_every_class_this_priority(void **state)
{
	int fd = open_socket(AF_INET, SOCK_DGRAM, 0);

	for (int dscp = 0; dscp < 64; dscp++) {
		struct calc_dscp result;
		int zero = 0, priority = -1;
		socklen_t length = sizeof(priority);

		calc_dscp(dscp, &result);
		assert_int_equal(result.tos, dscp * 4);
		assert_int_equal(result.pcp, dscp / 8);
		/* only a change of the byte sets the priority */
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_TOS, &(int){ result.tos ^ 0x20 }, sizeof(int)), 0);
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &zero, sizeof(zero)), 0);
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_TOS, &result.tos, sizeof(result.tos)), 0);
		assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, &length), 0);
		assert_int_equal(result.skb_priority, priority);
	}
	close(fd);
}

/* RFC 8325, section 4.3, the summary of figure 1. */
static void wifi_follows_the_rfc(void **state)
{
	static const struct {
		int dscp;
		const char *access;
	} rows[] = {
		{ 48, "VO" },
		{ 46, "VO" },
		{ 44, "VO" },
		{ 40, "VI" },
		{ 34, "VI" },
		{ 32, "VI" },
		{ 26, "VI" },
		{ 24, "VI" },
		{ 18, "BE" },
		{ 16, "BE" },
		{ 10, "BE" },
		{ 0, "BE" },
		{ 8, "BK" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct calc_dscp result;

		calc_dscp(rows[i].dscp, &result);
		assert_string_equal(result.access, rows[i].access);
	}
}

static void every_part_is_played_by_one_option(void **state)
{
	for (int role = SOCKOPT_ROLE_KEEPALIVE; role <= SOCKOPT_ROLE_MULTICAST_FILTER; role++) {
		size_t n = 0;

		for (size_t i = 0; i < sockopt_count(); i++)
			n += sockopt_at(i)->role == (enum sockopt_role)role;
		assert_int_equal(n, 1);
		assert_int_equal(calc_option((enum sockopt_role)role)->role, role);
	}
	assert_string_equal(calc_option(SOCKOPT_ROLE_USER_TIMEOUT)->name, "TCP_USER_TIMEOUT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_peer_is_given_up_after_the_last_probe),
		cmocka_unit_test(a_user_timeout_takes_the_place_of_the_count),
		cmocka_unit_test(data_in_flight_is_given_up_between_the_two_times),
		cmocka_unit_test(fifteen_retries_are_the_924_seconds_of_the_manual),
		cmocka_unit_test(a_path_that_tuning_reaches_needs_nothing),
		cmocka_unit_test(a_window_of_more_than_tcp_can_is_refused),
		cmocka_unit_test(the_old_scale_is_a_share_of_the_buffer),
		cmocka_unit_test(the_first_window_is_half_of_the_buffer),
		cmocka_unit_test(the_kernel_rounds_the_same_way),
		cmocka_unit_test(the_kernel_gives_every_class_this_priority),
		cmocka_unit_test(wifi_follows_the_rfc),
		cmocka_unit_test(every_part_is_played_by_one_option),
	};

	return RUN_TESTS(tests);
}
