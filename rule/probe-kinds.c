/* SPDX-License-Identifier: MIT */
/* The kinds of socket on which options are probed. */

#include <netinet/in.h>
#include <linux/can.h>
#include <linux/netlink.h>

#include "probe.h"

/* In the order in which `explain` looks for one that an option applies to. */
const struct probe_kind probe_kinds[] = {
	{ "tcp4", { AF_INET, SOCK_STREAM, IPPROTO_TCP } },
	{ "tcp6", { AF_INET6, SOCK_STREAM, IPPROTO_TCP } },
	{ "mptcp4", { AF_INET, SOCK_STREAM, IPPROTO_MPTCP } },
	{ "mptcp6", { AF_INET6, SOCK_STREAM, IPPROTO_MPTCP } },
	{ "udp4", { AF_INET, SOCK_DGRAM, IPPROTO_UDP } },
	{ "udp6", { AF_INET6, SOCK_DGRAM, IPPROTO_UDP } },
	{ "udplite4", { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE } },
	{ "udplite6", { AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE } },
	{ "ping4", { AF_INET, SOCK_DGRAM, IPPROTO_ICMP } },
	{ "ping6", { AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 } },
	{ "raw-icmp4", { AF_INET, SOCK_RAW, IPPROTO_ICMP } },
	{ "raw-icmp6", { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 } },
	{ "raw-igmp4", { AF_INET, SOCK_RAW, IPPROTO_IGMP } },
	{ "raw-raw4", { AF_INET, SOCK_RAW, IPPROTO_RAW } },
	{ "raw-raw6", { AF_INET6, SOCK_RAW, IPPROTO_RAW } },
	{ "raw-253-4", { AF_INET, SOCK_RAW, 253 } },
	{ "raw-253-6", { AF_INET6, SOCK_RAW, 253 } },
	{ "sctp4", { AF_INET, SOCK_STREAM, IPPROTO_SCTP } },
	{ "sctp6", { AF_INET6, SOCK_STREAM, IPPROTO_SCTP } },
	{ "sctp-many4", { AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP } },
	{ "sctp-many6", { AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP } },
	{ "dccp4", { AF_INET, SOCK_DCCP, IPPROTO_DCCP } },
	{ "dccp6", { AF_INET6, SOCK_DCCP, IPPROTO_DCCP } },
	{ "can-raw", { AF_CAN, SOCK_RAW, CAN_RAW } },
	{ "can-isotp", { AF_CAN, SOCK_DGRAM, CAN_ISOTP } },
	{ "can-j1939", { AF_CAN, SOCK_DGRAM, CAN_J1939 } },
	{ "kcm-dgram", { AF_KCM, SOCK_DGRAM, 0 } },
	{ "smc", { AF_SMC, SOCK_STREAM, 0 } },
	{ "unix-stream", { AF_UNIX, SOCK_STREAM, 0 } },
	{ "unix-dgram", { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "unix-seqpacket", { AF_UNIX, SOCK_SEQPACKET, 0 } },
	{ "netlink-route", { AF_NETLINK, SOCK_RAW, NETLINK_ROUTE } },
	{ "netlink-netfilter", { AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER } },
	{ "netlink-generic", { AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC } },
	{ "packet-raw", { AF_PACKET, SOCK_RAW, 0 } },
	{ "packet-dgram", { AF_PACKET, SOCK_DGRAM, 0 } },
	/* 0x88b5, which nobody sends */
	{ "packet-protocol", { AF_PACKET, SOCK_RAW, __builtin_bswap16(0x88b5) } },
	{ "vsock-stream", { AF_VSOCK, SOCK_STREAM, 0 } },
	{ "vsock-seqpacket", { AF_VSOCK, SOCK_SEQPACKET, 0 } },
	{ "xdp", { AF_XDP, SOCK_RAW, 0 } },
	{ "vsock-dgram", { AF_VSOCK, SOCK_DGRAM, 0 } },
	{ "tipc-stream", { AF_TIPC, SOCK_STREAM, 0 } },
	{ "tipc-seqpacket", { AF_TIPC, SOCK_SEQPACKET, 0 } },
	{ "tipc-rdm", { AF_TIPC, SOCK_RDM, 0 } },
	{ "tipc-dgram", { AF_TIPC, SOCK_DGRAM, 0 } },
	{ "alg", { AF_ALG, SOCK_SEQPACKET, 0 } },
	{ "rds", { AF_RDS, SOCK_SEQPACKET, 0 } },
	{ "rxrpc", { AF_RXRPC, SOCK_DGRAM, AF_INET } },
	{ "llc-stream", { AF_LLC, SOCK_STREAM, 0 } },
	{ "llc-dgram", { AF_LLC, SOCK_DGRAM, 0 } },
	{ "phonet-pipe", { AF_PHONET, SOCK_SEQPACKET, 2 } },
	{ "nfc-llcp-stream", { AF_NFC, SOCK_STREAM, 1 } },
	{ "nfc-llcp-dgram", { AF_NFC, SOCK_DGRAM, 1 } },
	{ "mctp", { AF_MCTP, SOCK_DGRAM, 0 } },
	{ "caif", { AF_CAIF, SOCK_SEQPACKET, 0 } },
	{ "caif-util", { AF_CAIF, SOCK_SEQPACKET, 3 } },
};
const size_t probe_n_kinds = sizeof(probe_kinds) / sizeof(probe_kinds[0]);
_Static_assert(sizeof(probe_kinds) / sizeof(probe_kinds[0]) <= PROBE_KINDS_MAX, "a result has room for each kind");
