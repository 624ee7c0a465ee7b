/* SPDX-License-Identifier: MIT */
/* The kinds of socket that there are: on which options are probed, and with which rules are checked. */

#include <netinet/in.h>
#include <linux/can.h>
#include <linux/netlink.h>

#include "probe.h"
#include "rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In the order in which `explain` looks for one that an option applies to. */
const struct probe_kind probe_kinds[] = {
	{ "tcp4", { AF_INET, SOCK_STREAM, IPPROTO_TCP } },
	{ "tcp6", { AF_INET6, SOCK_STREAM, IPPROTO_TCP } },
	{ "mptcp4", { AF_INET, SOCK_STREAM, IPPROTO_MPTCP } },
	{ "mptcp6", { AF_INET6, SOCK_STREAM, IPPROTO_MPTCP } },
	{ "udp4", { AF_INET, SOCK_DGRAM, IPPROTO_UDP } },
	{ "udp6", { AF_INET6, SOCK_DGRAM, IPPROTO_UDP } },
	{ "unix-stream", { AF_UNIX, SOCK_STREAM, 0 } },
	{ "unix-dgram", { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "unix-seqpacket", { AF_UNIX, SOCK_SEQPACKET, 0 } },
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
	{ "l2cap", { AF_BLUETOOTH, SOCK_SEQPACKET, 0 } },
	{ "l2cap-stream", { AF_BLUETOOTH, SOCK_STREAM, 0 } },
	{ "l2cap-dgram", { AF_BLUETOOTH, SOCK_DGRAM, 0 } },
	{ "l2cap-raw", { AF_BLUETOOTH, SOCK_RAW, 0 } },
	{ "hci", { AF_BLUETOOTH, SOCK_RAW, 1 } },
	{ "sco", { AF_BLUETOOTH, SOCK_SEQPACKET, 2 } },
	{ "rfcomm", { AF_BLUETOOTH, SOCK_STREAM, 3 } },
	{ "rfcomm-raw", { AF_BLUETOOTH, SOCK_RAW, 3 } },
	{ "iso", { AF_BLUETOOTH, SOCK_SEQPACKET, 8 } },
	{ "ax25-dgram", { AF_AX25, SOCK_DGRAM, 0 } },
	{ "ax25-seqpacket", { AF_AX25, SOCK_SEQPACKET, 0 } },
	{ "netrom", { AF_NETROM, SOCK_SEQPACKET, 0 } },
	{ "rose", { AF_ROSE, SOCK_SEQPACKET, 0 } },
	{ "x25", { AF_X25, SOCK_SEQPACKET, 0 } },
	{ "atmpvc", { AF_ATMPVC, SOCK_DGRAM, 0 } },
	{ "atmsvc", { AF_ATMSVC, SOCK_DGRAM, 0 } },
	{ "pppol2tp", { AF_PPPOX, SOCK_DGRAM, 1 } },
	{ "iucv", { AF_IUCV, SOCK_STREAM, 0 } },
	{ "ieee802154", { AF_IEEE802154, SOCK_DGRAM, 0 } },
	{ "isdn", { AF_ISDN, SOCK_DGRAM, 1 } }, /* ISDN_P_TE_S0 */
};
const size_t probe_n_kinds = COUNT(probe_kinds);
_Static_assert(COUNT(probe_kinds) <= PROBE_KINDS_MAX, "a result has room for each kind");

/* What can be probed on them the others show. */
static const struct sockopt_kind unprobed[] = {
	{ AF_AX25, SOCK_RAW, 0 },
	{ AF_IUCV, SOCK_SEQPACKET, 0 },
	{ AF_CAIF, SOCK_STREAM, 3 },
};

bool rule_kind(size_t index, struct sockopt_kind *ret)
{
	if (index < COUNT(probe_kinds)) {
		*ret = probe_kinds[index].of;
		return true;
	}
	index -= COUNT(probe_kinds);
	if (index < COUNT(unprobed)) {
		*ret = unprobed[index];
		return true;
	}
	/* Raw sockets have any protocol. */
	index -= COUNT(unprobed);
	*ret = (struct sockopt_kind){ index & 1 ? AF_INET6 : AF_INET, SOCK_RAW, (int)(index / 2) };
	return index / 2 <= UINT8_MAX;
}
