/* SPDX-License-Identifier: MIT */
/* The kinds of socket on which the facts are probed. */

#include "kinds.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <linux/can.h>
#include <linux/mptcp.h>
#include <linux/netlink.h>

#include "report.h"

#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif

struct kind kinds[] = {
	{ .name = "tcp4", .of = { AF_INET, SOCK_STREAM, IPPROTO_TCP } },
	{ .name = "tcp6", .of = { AF_INET6, SOCK_STREAM, IPPROTO_TCP } },
	{ .name = "mptcp4", .of = { AF_INET, SOCK_STREAM, IPPROTO_MPTCP } },
	{ .name = "mptcp6", .of = { AF_INET6, SOCK_STREAM, IPPROTO_MPTCP } },
	{ .name = "udp4", .of = { AF_INET, SOCK_DGRAM, IPPROTO_UDP } },
	{ .name = "udp6", .of = { AF_INET6, SOCK_DGRAM, IPPROTO_UDP } },
	{ .name = "udplite4", .of = { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE } },
	{ .name = "udplite6", .of = { AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE } },
	{ .name = "ping4", .of = { AF_INET, SOCK_DGRAM, IPPROTO_ICMP } },
	{ .name = "ping6", .of = { AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 } },
	{ .name = "raw-icmp4", .of = { AF_INET, SOCK_RAW, IPPROTO_ICMP } },
	{ .name = "raw-icmp6", .of = { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 } },
	{ .name = "raw-raw4", .of = { AF_INET, SOCK_RAW, IPPROTO_RAW } },
	{ .name = "raw-raw6", .of = { AF_INET6, SOCK_RAW, IPPROTO_RAW } },
	{ .name = "raw-253-4", .of = { AF_INET, SOCK_RAW, 253 } },
	{ .name = "raw-253-6", .of = { AF_INET6, SOCK_RAW, 253 } },
	{ .name = "sctp4", .of = { AF_INET, SOCK_STREAM, IPPROTO_SCTP } },
	{ .name = "sctp6", .of = { AF_INET6, SOCK_STREAM, IPPROTO_SCTP } },
	{ .name = "sctp-many4", .of = { AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP } },
	{ .name = "sctp-many6", .of = { AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP } },
	{ .name = "dccp4", .of = { AF_INET, SOCK_DCCP, IPPROTO_DCCP } },
	{ .name = "dccp6", .of = { AF_INET6, SOCK_DCCP, IPPROTO_DCCP } },
	{ .name = "can-raw", .of = { AF_CAN, SOCK_RAW, CAN_RAW } },
	{ .name = "can-isotp", .of = { AF_CAN, SOCK_DGRAM, CAN_ISOTP } },
	{ .name = "can-j1939", .of = { AF_CAN, SOCK_DGRAM, CAN_J1939 } },
	{ .name = "kcm-dgram", .of = { AF_KCM, SOCK_DGRAM, 0 } },
	{ .name = "smc", .of = { AF_SMC, SOCK_STREAM, 0 } },
	{ .name = "unix-stream", .of = { AF_UNIX, SOCK_STREAM, 0 } },
	{ .name = "unix-dgram", .of = { AF_UNIX, SOCK_DGRAM, 0 } },
	{ .name = "unix-seqpacket", .of = { AF_UNIX, SOCK_SEQPACKET, 0 } },
	{ .name = "netlink-route", .of = { AF_NETLINK, SOCK_RAW, NETLINK_ROUTE } },
	{ .name = "netlink-netfilter", .of = { AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER } },
	{ .name = "netlink-generic", .of = { AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC } },
	{ .name = "packet-raw", .of = { AF_PACKET, SOCK_RAW, 0 } },
	{ .name = "packet-dgram", .of = { AF_PACKET, SOCK_DGRAM, 0 } },
	/* 0x88b5, which nobody sends */
	{ .name = "packet-protocol", .of = { AF_PACKET, SOCK_RAW, __builtin_bswap16(0x88b5) } },
	{ .name = "vsock-stream", .of = { AF_VSOCK, SOCK_STREAM, 0 } },
	{ .name = "vsock-seqpacket", .of = { AF_VSOCK, SOCK_SEQPACKET, 0 } },
	{ .name = "xdp", .of = { AF_XDP, SOCK_RAW, 0 } },
	{ .name = "vsock-dgram", .of = { AF_VSOCK, SOCK_DGRAM, 0 } },
};
const size_t n_kinds = sizeof(kinds) / sizeof(kinds[0]);

int kind_socket(const struct kind *kind)
{
	return socket(kind->of.family, kind->of.type | SOCK_NONBLOCK | SOCK_CLOEXEC, kind->of.protocol);
}

void kinds_open(void)
{
	for (size_t i = 0; i < n_kinds; i++) {
		struct kind *kind = &kinds[i];

		kind->fresh = kind_socket(kind);
		kind->open = kind->fresh >= 0;
		kind->error = kind->open ? 0 : errno;
		if (!kind->open)
			printf("# no %s sockets here: %s\n", kind->name, report_errno(kind->error));
	}
}

bool kind_is_one_to_many(const struct kind *kind)
{
	return kind->of.protocol == IPPROTO_SCTP && kind->of.type == SOCK_SEQPACKET;
}

bool kind_accepts(const struct kind *kind)
{
	if (kind_is_one_to_many(kind))
		return false;
	return kind->of.type == SOCK_STREAM || kind->of.type == SOCK_SEQPACKET || kind->of.type == SOCK_DCCP;
}

const char *kind_own_rules(const struct kind *kind, const struct sockopt_option *option, enum sockopt_access access)
{
	/* Its getsockopt() asks the TCP socket inside for whatever is not of its own level. */
	if (kind->of.family == AF_SMC && strcmp(option->level->name, "SOL_SMC") != 0)
		return "SMC";
	if (access == SOCKOPT_GET)
		return NULL;
	if (kind->of.protocol == IPPROTO_MPTCP && option->level->number != SOL_MPTCP)
		return "MPTCP";
	if (kind->of.protocol == IPPROTO_SCTP && option->level->number == IPPROTO_IP)
		return "SCTP";
	/* The kernel refuses these to streams, and takes DCCP for none: it accepts them, to no effect. */
	if (kind->of.protocol == IPPROTO_DCCP && strstr(option->name, "MULTICAST_"))
		return "DCCP";
	if (kind->of.family == AF_VSOCK && option->level->number == SOL_SOCKET)
		return "vsock";
	return NULL;
}

const struct kind *kind_next(const struct kind *after, const struct sockopt_option *option,
			     enum sockopt_access access)
{
	size_t i = after ? (size_t)(after - kinds) + 1 : 0;

	for (; i < n_kinds; i++)
		if (kinds[i].open && sockopt_applies(option, &kinds[i].of, access))
			return &kinds[i];
	return NULL;
}
