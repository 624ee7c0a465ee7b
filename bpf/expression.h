/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the expressions of the catalogue's `kernel` facts may call. */
#ifndef BPF_EXPRESSION_H
#define BPF_EXPRESSION_H

#include "kernel.h"

/** Ticks of the kernel's clock in a second; 0: not known, what needs it is asked for. */
const volatile __u32 hz;

/** sk_rcvtimeo and sk_sndtimeo without a limit: MAX_SCHEDULE_TIMEOUT. */
#define NO_TIMEOUT 0x7fffffffffffffffLL

static __always_inline __s64 seconds(__s64 ticks)
{
	return ticks == NO_TIMEOUT ? 0 : (__u64)ticks / hz;
}

static __always_inline __s64 microseconds(__s64 ticks)
{
	return ticks == NO_TIMEOUT ? 0 : (__u64)ticks % hz * 1000000 / hz;
}

static __always_inline __u32 be32(__u32 number)
{
	return __builtin_bswap32(number);
}

/**
 * TCP_DEFER_ACCEPT is kept as a number of SYN-ACK retransmissions and told as the seconds that they take: 1 s, then
 * twice as long each time, 120 s at most (retrans_to_secs() in net/ipv4/tcp.c).
 */
static __always_inline __u32 retransmissions_in_seconds(__u32 count)
{
	return count <= 7 ? (1U << count) - 1 : 127 + 120 * (count - 7);
}

struct inet6_dev {
	struct {
		__s32 hop_limit;
	} cnf;
} __attribute__((preserve_access_index));

struct net_device {
	struct inet6_dev *ip6_ptr;
} __attribute__((preserve_access_index));

#define METRIC_HOP_LIMIT 9 /* RTAX_HOPLIMIT - 1 */

/** The hop limit of a route: its own metric, or its device's (ip6_dst_hoplimit() in net/ipv6/output_core.c). */
static __always_inline __s32 route_hop_limit(const void *route)
{
	const struct dst_entry *dst = route;
	__u64 metrics = BPF_CORE_READ(dst, _metrics) & ~3ULL;
	__u32 own = 0;

	bpf_probe_read_kernel(&own, sizeof(own), (void *)(metrics + METRIC_HOP_LIMIT * sizeof(__u32)));
	return own ? (__s32)own : BPF_CORE_READ(dst, dev, ip6_ptr, cnf.hop_limit);
}

/** Bytes behind a pointer: the name of a congestion control, of an upper layer protocol. */
static __always_inline void read_text(char *target, __u32 size, __u64 pointer, __u64 offset)
{
	bpf_probe_read_kernel(target, size, (void *)(pointer + offset));
}

#endif
