/* SPDX-License-Identifier: MIT */
/* Addresses of the families that have neither IP nor paths. */

#include "endpoint.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/can.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>

#include "failure.h"
#include "identity.h"

union any_address {
	struct sockaddr any;
	struct sockaddr_ll packet;
	struct sockaddr_nl netlink;
	struct sockaddr_vm vsock;
	struct sockaddr_can can;
	struct sockaddr_storage storage;
	uint8_t bytes[sizeof(sa_family_t) + FACTS_ADDRESS_MAX];
};

/** The name in the socket's own namespace. */
static void read_name(int fd, int index, char ret[static IFNAMSIZ])
{
	struct ifreq request = { .ifr_ifindex = index };

	if (index && ioctl(fd, SIOCGIFNAME, &request) == 0)
		memcpy(ret, request.ifr_name, IFNAMSIZ - 1);
}

static void read_packet(int fd, const struct sockaddr_ll *address, struct facts_address *ret)
{
	if (!address->sll_ifindex && !address->sll_protocol)
		return;
	ret->family = AF_PACKET;
	ret->packet.ifindex = (uint32_t)address->sll_ifindex;
	ret->packet.ethertype = ntohs(address->sll_protocol);
	read_name(fd, address->sll_ifindex, ret->packet.interface);
}

static void read_netlink(int fd, const struct sockaddr_nl *address, bool is_local, struct facts_address *ret)
{
	socklen_t length = sizeof(ret->netlink.groups);

	ret->netlink.portid = address->nl_pid;
	/* The address has groups 1 to 32 alone. */
	ret->netlink.groups[0] = address->nl_groups;
	if (is_local && getsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, ret->netlink.groups, &length) < 0)
		ret->netlink.groups[0] = address->nl_groups;
	for (size_t i = 0; i < FACTS_GROUP_WORDS; i++)
		if (ret->netlink.portid || ret->netlink.groups[i])
			ret->family = AF_NETLINK;
}

static void read_vsock(const struct sockaddr_vm *address, struct facts_address *ret)
{
	if (address->svm_port == VMADDR_PORT_ANY)
		return;
	ret->family = AF_VSOCK;
	ret->vsock.cid = address->svm_cid;
	ret->vsock.port = address->svm_port;
}

/** What is read is bytes here, and words where it is shown. One of zeros is of a socket that is not bound. */
static void read_other(int fd, int protocol, const union any_address *address, socklen_t length,
		       struct facts_address *ret)
{
	uint8_t any = 0;

	length = length < sizeof(address->bytes) ? length : (socklen_t)sizeof(address->bytes);
	for (size_t i = sizeof(sa_family_t); i < length; i++)
		any |= address->bytes[i];
	if (!any)
		return;
	ret->family = address->any.sa_family;
	ret->other.protocol = (uint8_t)protocol;
	ret->other.length = (uint8_t)(length - sizeof(sa_family_t));
	memcpy(ret->other.bytes, address->bytes + sizeof(sa_family_t), ret->other.length);
	if (ret->family == AF_CAN)
		read_name(fd, address->can.can_ifindex, ret->other.interface);
}

static void read_address(int fd, int protocol, const union any_address *address, socklen_t length, bool is_local,
			 struct facts_address *ret)
{
	if (length <= sizeof(sa_family_t))
		return;
	switch (address->any.sa_family) {
	case AF_UNSPEC: return;
	case AF_PACKET: read_packet(fd, &address->packet, ret); return;
	case AF_NETLINK: read_netlink(fd, &address->netlink, is_local, ret); return;
	case AF_VSOCK: read_vsock(&address->vsock, ret); return;
	/* SMC and RDS have those of IP. */
	case AF_INET:
	case AF_INET6: identity_address(&address->storage, length, ret); return;
	default: read_other(fd, protocol, address, length, ret); return;
	}
}

int endpoint_read(int fd, const struct sockopt_kind *kind, struct facts_address *ret_local,
		  struct facts_address *ret_peer)
{
	union any_address address = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t length = sizeof(address);

	memset(ret_local, 0, sizeof(*ret_local));
	memset(ret_peer, 0, sizeof(*ret_peer));
	if (getsockname(fd, &address.any, &length) == 0)
		read_address(fd, kind->protocol, &address, length, true, ret_local);
	else if (failure_is_machine(-errno))
		return -errno;
	/* A packet socket has no peer. */
	if (kind->family == AF_PACKET)
		return 0;
	memset(&address, 0, sizeof(address));
	length = sizeof(address);
	if (getpeername(fd, &address.any, &length) == 0)
		read_address(fd, kind->protocol, &address, length, false, ret_peer);
	else if (failure_is_machine(-errno))
		return -errno;
	return 0;
}
