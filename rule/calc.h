/* SPDX-License-Identifier: MIT */
/* Arithmetic of the kernel: what options and sysctls come to in seconds and bytes. Pure. */
#ifndef RULE_CALC_H
#define RULE_CALC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockopt.h>

/** The option that plays this part; NULL if the catalogue names none. */
const struct sockopt_option *calc_option(enum sockopt_role role);

/* ---- how long until a peer that is gone is noticed ---- */

/** The longest retransmission timeout of kernels without net.ipv4.tcp_rto_max_ms. */
#define CALC_RTO_MAX_MS 120000

struct calc_keepalive {
	bool enabled;
	int64_t idle_s;
	int64_t interval_s;
	int64_t probes;
	int64_t user_timeout_ms; /* 0: none */
	int64_t retries;         /* net.ipv4.tcp_retries2 */
	int64_t rto_ms;          /* the retransmission timeout to begin with */
	int64_t rto_max_ms;
};

struct calc_dead_peer {
	int64_t first_probe_ms; /* of an idle connection; -1: none is sent */
	int64_t probes;         /* unanswered ones, until it ends */
	int64_t idle_ms;        /* -1: never noticed */
	int64_t flight_least_ms;
	int64_t flight_most_ms;
	int64_t user_timeout_ms; /* that makes both alike; 0: keepalive is off */
};

void calc_keepalive(const struct calc_keepalive *given, struct calc_dead_peer *ret);

/* ---- buffers for a path ---- */

struct calc_path {
	int64_t bytes_per_second;
	int64_t rtt_us;
	int64_t ratio; /* bytes of window for 256 of receive buffer */
	int64_t rmem_most, rmem_max;
	int64_t wmem_most, wmem_max; /* tcp_wmem[2], net.core.wmem_max */
	bool tunes;                  /* net.ipv4.tcp_moderate_rcvbuf */
};

/** One of the two buffers. */
struct calc_buffer {
	int64_t needed;     /* bytes of it, as the kernel counts */
	int64_t to_set;     /* what setsockopt is given: the kernel doubles it */
	int64_t window;     /* what can be under way with the buffer that tuning may reach */
	bool by_itself;     /* tuning gets there */
	bool can_be_set;    /* the limit allows it */
	int64_t window_set; /* what can be under way with the most that may be set */
};

struct calc_path_result {
	int64_t product; /* bandwidth times delay */
	struct calc_buffer receive, send;
};

/** @return 0, or -ERANGE: the product is more than a TCP window can be (1 GiB) */
int calc_path(const struct calc_path *given, struct calc_path_result *ret);

/** Bytes of window for 256 of buffer by net.ipv4.tcp_adv_win_scale, which counted until Linux 6.5. */
int64_t calc_ratio_of_scale(int64_t adv_win_scale);

/** The same from Linux 6.6 on, before the first data has been seen. */
#define CALC_RATIO_AT_FIRST 128

/* ---- the rounding of the wait for first data ---- */

struct calc_defer {
	int64_t kept_s;      /* what the option reads afterwards */
	int64_t retransmits; /* of the SYN-ACK; 0: off */
};

void calc_defer_accept(int64_t seconds, struct calc_defer *ret);

/* ---- traffic classes ---- */

struct calc_dscp {
	int dscp;
	int tos;                /* the byte of the header, ECN bits 0 */
	int skb_priority;       /* that Linux gives a socket whose byte is this */
	int pcp;                /* 802.1p, where a switch takes the three upper bits */
	int user_priority;      /* of 802.11, by RFC 8325 */
	const char *access;     /* its access category: BK BE VI VO */
	const char *access_pcp; /* the category of the three upper bits: what was usual before */
};

/** @param dscp 0 to 63 */
void calc_dscp(int dscp, struct calc_dscp *ret);

#endif
