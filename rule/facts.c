/* SPDX-License-Identifier: MIT */
/* Words for what a socket is, and what its state means for the catalogue. */

#include "facts.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>

static const char *const state_words[] = {
	[FACTS_UNBOUND] = "unbound",
	[FACTS_BOUND] = "bound",
	[FACTS_LISTENING] = "listening",
	[FACTS_CONNECTED] = "connected",
	[FACTS_ESTABLISHED] = "established",
	[FACTS_SYN_SENT] = "syn-sent",
	[FACTS_SYN_RECV] = "syn-recv",
	[FACTS_FIN_WAIT_1] = "fin-wait-1",
	[FACTS_FIN_WAIT_2] = "fin-wait-2",
	[FACTS_TIME_WAIT] = "time-wait",
	[FACTS_CLOSE_WAIT] = "close-wait",
	[FACTS_LAST_ACK] = "last-ack",
	[FACTS_CLOSING] = "closing",
	[FACTS_CLOSED] = "closed",
};

const char *facts_state_word(enum facts_state state)
{
	return state_words[state];
}

const char *facts_family_word(int family)
{
	static const char *const words[] = {
		[AF_UNIX] = "unix",
		[AF_INET] = "inet",
		[AF_INET6] = "inet6",
		[AF_NETLINK] = "netlink",
		[AF_PACKET] = "packet",
		[AF_VSOCK] = "vsock",
		[44] = "xdp",
		[AF_CAN] = "can",
		[AF_ALG] = "alg",
		[AF_BLUETOOTH] = "bluetooth",
		[AF_IEEE802154] = "ieee802154",
		[AF_ISDN] = "isdn",
		[AF_IUCV] = "iucv",
		[AF_PPPOX] = "pppox",
		[AF_ATMSVC] = "atmsvc",
		[AF_ATMPVC] = "atmpvc",
		[AF_ROSE] = "rose",
		[AF_X25] = "x25",
		[AF_NETROM] = "netrom",
		[AF_AX25] = "ax25",
		[AF_TIPC] = "tipc",
		[AF_RDS] = "rds",
		[AF_LLC] = "llc",
		[AF_RXRPC] = "rxrpc",
		[AF_PHONET] = "phonet",
		[AF_CAIF] = "caif",
		[AF_NFC] = "nfc",
		[AF_KCM] = "kcm",
		[43] = "smc",
		[AF_QIPCRTR] = "qipcrtr",
		[45] = "mctp",
	};

	return family >= 0 && (size_t)family < sizeof(words) / sizeof(words[0]) ? words[family] : NULL;
}

const char *facts_type_word(int type)
{
	static const char *const words[] = {
		[SOCK_STREAM] = "stream",
		[SOCK_DGRAM] = "dgram",
		[SOCK_RAW] = "raw",
		[SOCK_RDM] = "rdm",
		[SOCK_SEQPACKET] = "seqpacket",
		[SOCK_DCCP] = "dccp",
		[SOCK_PACKET] = "packet",
	};

	return type >= 0 && (size_t)type < sizeof(words) / sizeof(words[0]) ? words[type] : NULL;
}

const char *facts_protocol_word(const struct sockopt_kind *kind)
{
	if (kind->family != AF_INET && kind->family != AF_INET6)
		return facts_family_word(kind->family);
	switch (kind->protocol) {
	case IPPROTO_ICMP: return "icmp";
	case IPPROTO_ICMPV6: return "icmpv6";
	case IPPROTO_TCP: return "tcp";
	case IPPROTO_UDP: return "udp";
	case IPPROTO_UDPLITE: return "udplite";
	case IPPROTO_SCTP: return "sctp";
	case IPPROTO_DCCP: return "dccp";
	case IPPROTO_MPTCP: return "mptcp";
	case 256: return "smc";
	default: return kind->type == SOCK_RAW ? "raw" : NULL;
	}
}

const char *facts_netlink_word(int protocol)
{
	static const char *const words[] = {
		[NETLINK_ROUTE] = "route",
		[NETLINK_USERSOCK] = "usersock",
		[NETLINK_SOCK_DIAG] = "sock_diag",
		[NETLINK_XFRM] = "xfrm",
		[NETLINK_SELINUX] = "selinux",
		[NETLINK_ISCSI] = "iscsi",
		[NETLINK_AUDIT] = "audit",
		[NETLINK_FIB_LOOKUP] = "fib_lookup",
		[NETLINK_CONNECTOR] = "connector",
		[NETLINK_NETFILTER] = "netfilter",
		[NETLINK_KOBJECT_UEVENT] = "uevent",
		[NETLINK_GENERIC] = "generic",
		[NETLINK_SCSITRANSPORT] = "scsi",
		[NETLINK_ECRYPTFS] = "ecryptfs",
		[NETLINK_RDMA] = "rdma",
		[NETLINK_CRYPTO] = "crypto",
		[NETLINK_SMC] = "smc",
	};

	return protocol >= 0 && (size_t)protocol < sizeof(words) / sizeof(words[0]) ? words[protocol] : NULL;
}

const char *facts_ethertype_word(unsigned int ethertype)
{
	switch (ethertype) {
	case 0: return "none";
	case ETH_P_ALL: return "all";
	case ETH_P_IP: return "ip";
	case ETH_P_IPV6: return "ipv6";
	case ETH_P_ARP: return "arp";
	case ETH_P_8021Q: return "vlan";
	case ETH_P_PPP_DISC: return "pppoe-discovery";
	case ETH_P_PPP_SES: return "pppoe";
	case ETH_P_PAE: return "eapol";
	case ETH_P_LLDP: return "lldp";
	default: return NULL;
	}
}

unsigned int facts_catalog_states(const struct facts *facts)
{
	switch (facts->state) {
	case FACTS_UNBOUND: return SOCKOPT_UNBOUND | SOCKOPT_UNCONNECTED;
	case FACTS_BOUND: return SOCKOPT_BOUND | SOCKOPT_UNCONNECTED;
	case FACTS_LISTENING: return SOCKOPT_LISTENING | SOCKOPT_BOUND | SOCKOPT_UNCONNECTED;
	case FACTS_SYN_SENT:
	case FACTS_SYN_RECV: return SOCKOPT_CONNECTING | SOCKOPT_BOUND;
	case FACTS_CONNECTED:
	case FACTS_ESTABLISHED: return SOCKOPT_CONNECTED | SOCKOPT_BOUND;
	default: return SOCKOPT_CONNECTED | SOCKOPT_BOUND | SOCKOPT_SHUTDOWN;
	}
}

unsigned int facts_moments_left(const struct facts *facts)
{
	switch (facts->state) {
	case FACTS_UNBOUND:
		return SOCKOPT_AT_ANY_TIME | SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN |
		       SOCKOPT_AT_CONNECT | SOCKOPT_AT_ACCEPT;
	case FACTS_BOUND: return SOCKOPT_AT_ANY_TIME | SOCKOPT_AT_LISTEN | SOCKOPT_AT_CONNECT;
	/* What a handshake takes from the listener, or a listener does, is done anew for each connection to come. */
	case FACTS_LISTENING: return SOCKOPT_AT_ANY_TIME | SOCKOPT_AT_LISTEN | SOCKOPT_AT_CONNECT | SOCKOPT_AT_ACCEPT;
	default: return SOCKOPT_AT_ANY_TIME | SOCKOPT_AT_ACCEPT;
	}
}

bool facts_has_own_addresses(int family)
{
	return family != AF_UNSPEC && family != AF_INET && family != AF_INET6 && family != AF_UNIX;
}

void facts_bound_address(struct facts_address *address)
{
	switch (address->family) {
	case AF_UNSPEC:
	case AF_INET:
	case AF_INET6:
	case AF_NETLINK:
	case AF_VSOCK: break;
	case AF_UNIX: address->path[sizeof(address->path) - 1] = '\0'; break;
	case AF_PACKET: address->packet.interface[sizeof(address->packet.interface) - 1] = '\0'; break;
	default:
		address->other.interface[sizeof(address->other.interface) - 1] = '\0';
		if (address->other.length > FACTS_ADDRESS_MAX)
			address->other.length = FACTS_ADDRESS_MAX;
	}
}
