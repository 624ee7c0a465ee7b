/* SPDX-License-Identifier: MIT */
/* What sockets of each family can be bound to, and which states they can be brought to. */

#include "probe-address.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <linux/can.h>
#include <linux/if_alg.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/nfc.h>
#include <linux/rxrpc.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>

enum { BOUND = SOCKOPT_BOUND,
       LISTENING = SOCKOPT_LISTENING,
       CONNECTED = SOCKOPT_CONNECTED };

enum { TIPC_TEST_SERVICE = 4711 }; /* any number from TIPC_RESERVED_TYPES on */

unsigned address_states(const struct kind *kind)
{
	switch (kind->of.family) {
	case AF_INET:
	case AF_INET6:
	case AF_UNIX:
	case AF_VSOCK: return BOUND | LISTENING | CONNECTED;
	/* A datagram's connect(2) keeps an address to send to, of which the socket tells nobody. */
	case AF_TIPC: return kind_accepts(kind) ? BOUND | LISTENING | CONNECTED : BOUND;
	/* Without a controller there is nobody to connect to. */
	case AF_BLUETOOTH: return BOUND | LISTENING;
	case AF_PPPOX: return CONNECTED;
	case AF_NETLINK:
	case AF_RDS: return BOUND | CONNECTED;
	case AF_PACKET:
	case AF_CAN:
	case AF_XDP:
	case AF_ALG:
	case AF_RXRPC:
	case AF_PHONET:
	case AF_NFC: return BOUND;
	/* KCM is attached to others' sockets, SMC is as good as TCP; LLC and the others need an interface of theirs. */
	default: return 0;
	}
}

static socklen_t internet_address(int family, struct sockaddr_storage *ret)
{
	ret->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		((struct sockaddr_in *)ret)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(struct sockaddr_in);
	}
	((struct sockaddr_in6 *)ret)->sin6_addr = in6addr_loopback;
	return sizeof(struct sockaddr_in6);
}

static socklen_t tipc_address(struct sockaddr_tipc *ret)
{
	ret->addrtype = TIPC_SERVICE_RANGE;
	ret->scope = TIPC_NODE_SCOPE;
	ret->addr.nameseq.type = TIPC_TEST_SERVICE;
	ret->addr.nameseq.lower = 1;
	ret->addr.nameseq.upper = 1;
	return sizeof(*ret);
}

/** A cipher that has a key and a tag; since Linux 7.3 few others are let through. */
static socklen_t alg_address(struct sockaddr_alg *ret)
{
	strcpy((char *)ret->salg_type, "aead");
	strcpy((char *)ret->salg_name, "ccm(aes)");
	return sizeof(*ret);
}

/** A client's: no service. */
static socklen_t rxrpc_address(struct sockaddr_rxrpc *ret)
{
	ret->transport_type = SOCK_DGRAM;
	ret->transport_len = sizeof(ret->transport.sin);
	ret->transport.sin.sin_family = AF_INET;
	ret->transport.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*ret);
}

/** A service of the first device: without hardware that of the module nfcsim. */
static socklen_t nfc_address(struct sockaddr_nfc_llcp *ret)
{
	static const char service[] = "urn:nfc:xsn:sockopt";

	ret->nfc_protocol = NFC_PROTO_NFC_DEP;
	ret->service_name_len = sizeof(service) - 1;
	memcpy(ret->service_name, service, sizeof(service) - 1);
	return sizeof(*ret);
}

static socklen_t packet_address(struct sockaddr_ll *ret)
{
	ret->sll_ifindex = (int)if_nametoindex("lo");
	return sizeof(*ret);
}

static socklen_t vsock_address(struct sockaddr_vm *ret)
{
	ret->svm_cid = VMADDR_CID_LOCAL;
	ret->svm_port = VMADDR_PORT_ANY;
	return sizeof(*ret);
}

/** Any controller, any channel. Of HCI it is none, which it calls so. */
static socklen_t bluetooth_address(int protocol, struct sockaddr_storage *ret)
{
	bool is_hci = protocol == 1;

	if (is_hci)
		memset((char *)ret + sizeof(sa_family_t), 0xff, sizeof(uint16_t));
	return is_hci ? 3 * sizeof(uint16_t) : 14;
}

socklen_t address_of(const struct kind *kind, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->ss_family = (sa_family_t)kind->of.family;
	switch (kind->of.family) {
	case AF_INET:
	case AF_INET6: return internet_address(kind->of.family, ret);
	case AF_RDS: return internet_address(AF_INET, ret); /* its own are addresses of IP */
	case AF_NETLINK: return sizeof(struct sockaddr_nl);
	case AF_CAN: return sizeof(struct sockaddr_can); /* all interfaces */
	case AF_PACKET: return packet_address((struct sockaddr_ll *)ret);
	case AF_VSOCK: return vsock_address((struct sockaddr_vm *)ret);
	case AF_TIPC: return tipc_address((struct sockaddr_tipc *)ret);
	case AF_ALG: return alg_address((struct sockaddr_alg *)ret);
	case AF_RXRPC: return rxrpc_address((struct sockaddr_rxrpc *)ret);
	case AF_NFC: return nfc_address((struct sockaddr_nfc_llcp *)ret);
	case AF_BLUETOOTH: return bluetooth_address(kind->of.protocol, ret);
	case AF_PHONET: return sizeof(struct sockaddr); /* any object of this device */
	default: return sizeof(sa_family_t);            /* unix: the kernel picks an abstract name */
	}
}
