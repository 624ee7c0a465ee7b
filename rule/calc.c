/* SPDX-License-Identifier: MIT */
/* Arithmetic of the kernel's timers, windows and classes. */

#include "calc.h"

#include <errno.h>

/* The kernel reckons with this least timeout whatever net.ipv4.tcp_rto_min_us says (tcp_model_timeout). */
#define MODEL_RTO_MS INT64_C(200)
#define DOUBLINGS_MAX 30
#define TCP_WINDOW_MAX (INT64_C(1) << 30)

const struct sockopt_option *calc_option(enum sockopt_role role)
{
	for (size_t i = 0; i < sockopt_count(); i++)
		if (sockopt_at(i)->role == role)
			return sockopt_at(i);
	return NULL;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/** net/ipv4/tcp_timer.c, tcp_keepalive_timer: looked at with the first probe, then once an interval. */
static void judge_idle(const struct calc_keepalive *given, struct calc_dead_peer *ret)
{
	int64_t idle_ms = given->idle_s * 1000, interval_ms = given->interval_s * 1000;

	ret->probes = given->probes;
	if (given->user_timeout_ms) {
		int64_t rest_ms = given->user_timeout_ms - idle_ms;

		ret->probes = larger(1, (rest_ms + interval_ms - 1) / interval_ms);
	}
	ret->first_probe_ms = idle_ms;
	ret->idle_ms = idle_ms + ret->probes * interval_ms;
	ret->user_timeout_ms = idle_ms + given->probes * interval_ms;
}

/** The kernel's model of so many retransmissions: doubling from the least timeout to the greatest, then linear. */
static int64_t model_timeout(int64_t retries, int64_t rto_max_ms)
{
	int64_t doublings = 0;

	while (doublings < DOUBLINGS_MAX && (MODEL_RTO_MS << (doublings + 1)) <= rto_max_ms)
		doublings++;
	if (retries <= doublings)
		return ((INT64_C(2) << retries) - 1) * MODEL_RTO_MS;
	return ((INT64_C(2) << doublings) - 1) * MODEL_RTO_MS + (retries - doublings) * rto_max_ms;
}

/** The wait between two retransmissions that is running after so much time. */
static int64_t wait_after(const struct calc_keepalive *given, int64_t elapsed_ms)
{
	int64_t wait_ms = smaller(given->rto_ms, given->rto_max_ms), at_ms = wait_ms;

	while (at_ms < elapsed_ms && wait_ms < given->rto_max_ms) {
		wait_ms = smaller(2 * wait_ms, given->rto_max_ms);
		at_ms += wait_ms;
	}
	return wait_ms;
}

/**
 * Counted from the first retransmission (tcp_retransmit_stamp), and looked at when a timer fires. A tail loss
 * probe puts the first one off by as much again.
 */
static void judge_flight(const struct calc_keepalive *given, struct calc_dead_peer *ret)
{
	int64_t bound_ms = given->user_timeout_ms;
	int64_t slack_ms = 0;

	/* With a user timeout the last timer is cut to it; else it may run past the bound. */
	if (!bound_ms) {
		bound_ms = model_timeout(given->retries, given->rto_max_ms);
		slack_ms = wait_after(given, given->rto_ms + bound_ms);
	}
	ret->flight_least_ms = given->rto_ms + bound_ms;
	ret->flight_most_ms = 2 * given->rto_ms + bound_ms + slack_ms;
}

void calc_keepalive(const struct calc_keepalive *given, struct calc_dead_peer *ret)
{
	*ret = (struct calc_dead_peer){ .first_probe_ms = -1, .idle_ms = -1 };
	if (given->enabled)
		judge_idle(given, ret);
	judge_flight(given, ret);
}

int64_t calc_ratio_of_scale(int64_t scale)
{
	if (scale > 0)
		return scale < 9 ? 256 - (256 >> scale) : 256;
	return scale > -9 ? 256 >> -scale : 0;
}

static void judge_buffer(int64_t product, int64_t ratio, int64_t most, int64_t limit, bool tunes,
			 struct calc_buffer *ret)
{
	ret->needed = (product * 256 + ratio - 1) / ratio;
	ret->to_set = (ret->needed + 1) / 2;
	ret->window = most * ratio / 256;
	ret->by_itself = tunes && most >= ret->needed;
	ret->can_be_set = limit >= ret->to_set;
	ret->window_set = smaller(limit, ret->to_set) * 2 * ratio / 256;
}

int calc_path(const struct calc_path *given, struct calc_path_result *ret)
{
	/* In long double nothing overflows, and what is in range is exact. */
	long double product = (long double)given->bytes_per_second * (long double)given->rtt_us / 1e6L;
	struct calc_path_result result = { 0 };

	if (product > (long double)TCP_WINDOW_MAX || given->ratio <= 0)
		return -ERANGE;
	result.product = larger(1, (int64_t)(product + 0.5L));
	judge_buffer(result.product, given->ratio, given->rmem_most, given->rmem_max, given->tunes, &result.receive);
	/* tcp_sndbuf_expand() makes room for twice what is under way. */
	judge_buffer(result.product, 128, given->wmem_most, given->wmem_max, true, &result.send);
	*ret = result;
	return 0;
}

/** net/ipv4/tcp.c, secs_to_retrans() and retrans_to_secs(). */
void calc_defer_accept(int64_t seconds, struct calc_defer *ret)
{
	int64_t wait_s = 1, sum_s = 1;

	*ret = (struct calc_defer){ 0 };
	if (seconds <= 0)
		return;
	ret->retransmits = 1;
	while (seconds > sum_s && ret->retransmits < 255) {
		wait_s = smaller(2 * wait_s, 120);
		sum_s += wait_s;
		ret->retransmits++;
	}
	ret->kept_s = sum_s;
}

/** RFC 8325, 4.3, as cfg80211_classify8021d() has it; what it does not name keeps its three upper bits. */
static int user_priority_of(int dscp)
{
	static const struct {
		unsigned char dscp, up;
	} named[] = {
		{ 10, 0 },
		{ 12, 0 },
		{ 14, 0 },
		{ 16, 0 },
		{ 18, 3 },
		{ 20, 3 },
		{ 22, 3 },
		{ 24, 4 },
		{ 26, 4 },
		{ 28, 4 },
		{ 30, 4 },
		{ 44, 6 },
		{ 46, 6 },
		{ 48, 7 },
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (named[i].dscp == dscp)
			return named[i].up;
	return dscp >> 3;
}

void calc_dscp(int dscp, struct calc_dscp *ret)
{
	static const char *const categories[] = { "BE", "BK", "BK", "BE", "VI", "VI", "VO", "VO" };
	/* net/ipv4/route.c, ip_tos2prio[], by the bits of the byte that a DSCP can set */
	static const unsigned char priorities[] = { 0, 0, 2, 2, 6, 6, 4, 4 };

	*ret = (struct calc_dscp){
		.dscp = dscp,
		.tos = dscp << 2,
		.skb_priority = priorities[dscp & 7],
		.pcp = dscp >> 3,
		.user_priority = user_priority_of(dscp),
	};
	ret->access = categories[ret->user_priority];
	ret->access_pcp = categories[ret->pcp];
}
