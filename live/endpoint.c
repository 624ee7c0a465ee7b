/* SPDX-License-Identifier: MIT */
/* Addresses of the families that have neither IP nor paths. */

#include "endpoint.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>

#include "failure.h"

union any_address {
	struct sockaddr any;
	struct sockaddr_ll packet;
	struct sockaddr_nl netlink;
	struct sockaddr_vm vsock;
};

bool endpoint_is_of(int family)
{
	return family == AF_PACKET || family == AF_NETLINK || family == AF_VSOCK;
}

/** The name in the socket's own namespace. */
static void read_packet(int fd, const struct sockaddr_ll *address, struct facts_address *ret)
{
	struct ifreq request = { .ifr_ifindex = address->sll_ifindex };

	if (!address->sll_ifindex && !address->sll_protocol)
		return;
	ret->family = AF_PACKET;
	ret->packet.ifindex = (uint32_t)address->sll_ifindex;
	ret->packet.ethertype = ntohs(address->sll_protocol);
	if (address->sll_ifindex && ioctl(fd, SIOCGIFNAME, &request) == 0)
		memcpy(ret->packet.interface, request.ifr_name, sizeof(ret->packet.interface) - 1);
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

static void read_address(int fd, const union any_address *address, bool is_local, struct facts_address *ret)
{
	switch (address->any.sa_family) {
	case AF_PACKET: read_packet(fd, &address->packet, ret); return;
	case AF_NETLINK: read_netlink(fd, &address->netlink, is_local, ret); return;
	case AF_VSOCK: read_vsock(&address->vsock, ret); return;
	default: return;
	}
}

int endpoint_read(int fd, int family, struct facts_address *ret_local, struct facts_address *ret_peer)
{
	union any_address address = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t length = sizeof(address);

	memset(ret_local, 0, sizeof(*ret_local));
	memset(ret_peer, 0, sizeof(*ret_peer));
	if (getsockname(fd, &address.any, &length) == 0)
		read_address(fd, &address, true, ret_local);
	else if (failure_is_machine(-errno))
		return -errno;
	/* A packet socket has no peer. */
	if (family == AF_PACKET)
		return 0;
	memset(&address, 0, sizeof(address));
	length = sizeof(address);
	if (getpeername(fd, &address.any, &length) == 0)
		read_address(fd, &address, false, ret_peer);
	else if (failure_is_machine(-errno))
		return -errno;
	return 0;
}
