/* SPDX-License-Identifier: MIT */
/* Who a socket is and where it stands, read from a descriptor of it. */

#include "identity.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "endpoint.h"
#include "failure.h"
#include "tidy.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif

/*
 * These few options are how the kernel tells identity; their facts are in the
 * catalogue as those of all others.
 */
static uint64_t get_u64(int fd, int number)
{
	uint64_t value = 0;
	socklen_t length = sizeof(value);

	errno = 0;
	return getsockopt(fd, SOL_SOCKET, number, &value, &length) < 0 ? 0 : value;
}

/** Is it not that the socket has no such thing, but that we could not ask? r: negative errno */
static bool is_unknown(int r)
{
	return failure_is_machine(r) || failure_is_permission(r);
}

uint64_t identity_cookie(int fd)
{
	return get_u64(fd, SO_COOKIE);
}

static int own_netns(uint64_t *ret)
{
	struct stat status;

	if (stat("/proc/self/ns/net", &status) < 0)
		return -errno;
	*ret = status.st_ino;
	return 0;
}

/** Of a namespace that is not ours the kernel tells only who may administrate it. ret: 0 if it does not */
static int ask_netns(int fd, uint64_t cookie, uint64_t *ret)
{
	struct stat status;
	autoclose int namespace = ioctl(fd, SIOCGSKNS);

	*ret = 0;
	if (namespace >= 0) {
		if (fstat(namespace, &status) < 0)
			return -errno;
		*ret = status.st_ino;
		return 0;
	}
	if (failure_is_machine(-errno))
		return -errno;
	autoclose int own = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (own < 0)
		return -errno;
	return get_u64(own, SO_NETNS_COOKIE) == cookie ? own_netns(ret) : 0;
}

static int netns_of(int fd, struct identity_namespaces *namespaces, uint64_t *ret)
{
	uint64_t cookie = get_u64(fd, SO_NETNS_COOKIE);
	uint64_t netns;
	int r;

	*ret = 0;
	if (!cookie && failure_is_machine(-errno))
		return -errno;
	for (size_t i = 0; i < namespaces->n; i++)
		if (namespaces->known[i].cookie == cookie) {
			*ret = namespaces->known[i].netns;
			return 0;
		}
	r = ask_netns(fd, cookie, &netns);
	if (r < 0)
		return failure_is_machine(r) ? r : 0;
	if (cookie && namespaces->n < sizeof(namespaces->known) / sizeof(namespaces->known[0])) {
		namespaces->known[namespaces->n].cookie = cookie;
		namespaces->known[namespaces->n++].netns = netns;
	}
	*ret = netns;
	return 0;
}

void identity_address(const void *sockaddr, size_t length, struct facts_address *ret)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	} address = { 0 };

	memset(ret, 0, sizeof(*ret));
	if (length > sizeof(address))
		length = sizeof(address);
	memcpy(&address, sockaddr, length);
	if (length < sizeof(sa_family_t))
		return;

	if (address.any.sa_family == AF_INET) {
		memcpy(ret->ip, &address.in.sin_addr, sizeof(address.in.sin_addr));
		ret->port = ntohs(address.in.sin_port);
	} else if (address.any.sa_family == AF_INET6) {
		memcpy(ret->ip, &address.in6.sin6_addr, sizeof(address.in6.sin6_addr));
		ret->port = ntohs(address.in6.sin6_port);
		ret->scope = address.in6.sin6_scope_id;
	} else if (address.any.sa_family == AF_UNIX && length > offsetof(struct sockaddr_un, sun_path)) {
		size_t size = length - offsetof(struct sockaddr_un, sun_path);

		if (size > sizeof(address.un.sun_path))
			size = sizeof(address.un.sun_path);
		memcpy(ret->path, address.un.sun_path, size);
		/* An abstract name begins with a NUL; '@' stands for it, and for those inside it. */
		if (ret->path[0] == '\0')
			for (size_t i = 0; i < size; i++)
				ret->path[i] = ret->path[i] ? ret->path[i] : '@';
	} else {
		return;
	}
	ret->family = address.any.sa_family;
}

enum facts_state identity_tcp_state(unsigned int state)
{
	static const enum facts_state states[] = {
		FACTS_CLOSED,
		FACTS_ESTABLISHED,
		FACTS_SYN_SENT,
		FACTS_SYN_RECV,
		FACTS_FIN_WAIT_1,
		FACTS_FIN_WAIT_2,
		FACTS_TIME_WAIT,
		FACTS_CLOSED,
		FACTS_CLOSE_WAIT,
		FACTS_LAST_ACK,
		FACTS_LISTENING,
		FACTS_CLOSING,
		FACTS_SYN_RECV,
	};

	return state < sizeof(states) / sizeof(states[0]) ? states[state] : FACTS_CLOSED;
}

static bool is_bound(const struct facts *facts)
{
	if (facts->local.family == AF_UNIX)
		return facts->local.path[0] != '\0';
	/* Groups are joined without an address, too. */
	if (facts->local.family == AF_NETLINK)
		return facts->local.netlink.portid != 0;
	/* Each has the one that the kernel gave it; what it is bound to besides is a service. */
	if (facts->local.family == AF_TIPC)
		return false;
	return facts->local.port != 0 || facts_has_own_addresses(facts->local.family);
}

int identity_queue(int fd, bool *ret_shares_port, uint32_t *ret_waiting)
{
	struct tcp_info info = { 0 };
	int shares = 0;
	socklen_t length = sizeof(info), size = sizeof(shares);

	if (getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shares, &size) < 0 ||
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		return -errno;
	*ret_shares_port = shares != 0;
	*ret_waiting = info.tcpi_unacked;
	return 0;
}

/**
 * Does TCP_INFO tell the state? Of a fresh MPTCP socket it is not asked: the
 * kernel would make its first subflow to answer (mptcp_getsockopt_first_sf_only).
 */
static bool has_tcp_states(const struct facts *facts)
{
	const struct sockopt_kind *kind = &facts->kind;

	if (kind->family != AF_INET && kind->family != AF_INET6)
		return false;
	return kind->protocol == IPPROTO_TCP ||
	       (kind->protocol == IPPROTO_MPTCP && (facts->local.port || facts->peer.family));
}

/** @return 0, or -errno if it could not be asked */
static int read_state(int fd, struct facts *facts)
{
	int accepts = 0;
	socklen_t length = sizeof(accepts);

	facts->state = is_bound(facts) ? FACTS_BOUND : FACTS_UNBOUND;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) < 0 && is_unknown(-errno))
		return -errno;
	if (accepts) {
		facts->state = FACTS_LISTENING;
	} else if (has_tcp_states(facts)) {
		unsigned char state = 0; /* the first byte of struct tcp_info */

		length = sizeof(state);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &length) < 0) {
			if (is_unknown(-errno))
				return -errno;
			length = 0;
		}
		if (length && identity_tcp_state(state) != FACTS_CLOSED)
			facts->state = identity_tcp_state(state);
		else if (facts->peer.family)
			facts->state = FACTS_CLOSED;
	} else if (facts->peer.family) {
		bool is_stream = facts->kind.type == SOCK_STREAM || facts->kind.type == SOCK_SEQPACKET;

		facts->state = is_stream ? FACTS_ESTABLISHED : FACTS_CONNECTED;
	}
	return 0;
}

int identity_interface(int fd, const struct sockopt_kind *kind, char ret[static 16])
{
	socklen_t length = 16;

	ret[0] = '\0';
	if (kind->family != AF_INET && kind->family != AF_INET6)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, ret, &length) == 0 && length)
		return 0;
	ret[0] = '\0';
	return length && is_unknown(-errno) ? -errno : 0;
}

unsigned int identity_device(int fd)
{
	int index = 0;
	socklen_t length = sizeof(index);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, &length) < 0 || index < 0)
		return 0;
	return (unsigned int)index;
}

int identity_endpoints(int fd, struct facts *ret)
{
	int r = endpoint_read(fd, &ret->kind, &ret->local, &ret->peer);

	ret->interface[0] = '\0';
	if (ret->local.family == AF_PACKET)
		memcpy(ret->interface, ret->local.packet.interface, sizeof(ret->interface));
	return r == 0 ? read_state(fd, ret) : r;
}

static int read_addresses(int fd, struct facts *ret)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	memset(&ret->local, 0, sizeof(ret->local));
	memset(&ret->peer, 0, sizeof(ret->peer));
	if (getsockname(fd, (struct sockaddr *)&address, &length) == 0)
		identity_address(&address, length, &ret->local);
	else if (is_unknown(-errno))
		return -errno;
	length = sizeof(address);
	if (getpeername(fd, (struct sockaddr *)&address, &length) == 0) {
		identity_address(&address, length, &ret->peer);
		/* An unnamed AF_UNIX peer is a peer all the same. */
		if (ret->kind.family == AF_UNIX)
			ret->peer.family = AF_UNIX;
	} else if (is_unknown(-errno)) {
		return -errno;
	}
	return 0;
}

int identity_read(int fd, struct identity_namespaces *namespaces, struct facts *ret)
{
	int r = sockopt_kind_of(fd, &ret->kind);

	if (r < 0)
		return r;
	ret->cookie = identity_cookie(fd);
	if (!ret->cookie && is_unknown(-errno))
		return -errno;
	r = netns_of(fd, namespaces, &ret->netns);
	if (r == 0 && facts_has_own_addresses(ret->kind.family))
		return identity_endpoints(fd, ret);
	if (r == 0)
		r = read_addresses(fd, ret);
	if (r == 0)
		r = read_state(fd, ret);
	if (r == 0)
		r = identity_interface(fd, &ret->kind, ret->interface);
	return r;
}
