/* SPDX-License-Identifier: MIT */
/* sock_diag over libmnl. */

#include "diag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "identity.h"
#include "namespaces.h"
#include "tidy.h"

#ifndef UDIAG_SHOW_UID
#define UDIAG_SHOW_UID 0x40
#define UNIX_DIAG_UID 7
#endif

/** idiag_timer of what is no full socket any more (inet_twsk_diag_fill() in net/ipv4/inet_diag.c). */
#define TIMER_TIME_WAIT 3

/** Bits of sk_state: established, closed, listening. */
#define COMMON_STATES (1U << 1 | 1U << 7 | 1U << 10)

struct listing {
	int (*each)(void *arg, const struct diag_socket *socket);
	void *arg;
	int family;
	int protocol;
	uint64_t netns;
	bool only_rare;
	int result; /* of each, once it is not 0 */
};

static void read_address(int family, const void *ip, uint16_t port, struct facts_address *ret)
{
	*ret = (struct facts_address){ .family = family, .port = ntohs(port) };
	memcpy(ret->ip, ip, family == AF_INET ? 4 : 16);
}

static bool is_zero(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		if (at[i])
			return false;
	return true;
}

bool diag_read_inet(const void *message, size_t length, int protocol, struct diag_socket *ret)
{
	struct inet_diag_msg msg;
	struct facts *facts = &ret->facts;
	bool is_tcp = protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP, has_peer;
	size_t ip_length;

	if (length < sizeof(msg))
		return false;
	memcpy(&msg, message, sizeof(msg));
	if (msg.idiag_family != AF_INET && msg.idiag_family != AF_INET6)
		return false;

	*ret = (struct diag_socket){
		.uid = msg.idiag_uid,
		.queue = msg.idiag_rqueue,
		.is_time_wait = msg.idiag_timer == TIMER_TIME_WAIT,
	};
	facts->kind = (struct sockopt_kind){ msg.idiag_family, is_tcp ? SOCK_STREAM : SOCK_DGRAM, protocol };
	facts->cookie = (uint64_t)msg.id.idiag_cookie[1] << 32 | msg.id.idiag_cookie[0];
	facts->inode = msg.idiag_inode;
	read_address(msg.idiag_family, msg.id.idiag_src, msg.id.idiag_sport, &facts->local);
	ip_length = msg.idiag_family == AF_INET ? 4 : 16;
	facts->state = identity_tcp_state(msg.idiag_state);
	/* A closed TCP socket may still have the address of its peer: getpeername(2) does not tell it. */
	has_peer = msg.id.idiag_dport || !is_zero(msg.id.idiag_dst, ip_length);
	if (has_peer && !(is_tcp && facts->state == FACTS_CLOSED))
		read_address(msg.idiag_family, msg.id.idiag_dst, msg.id.idiag_dport, &facts->peer);

	if (!is_tcp)
		facts->state = facts->peer.family ? FACTS_CONNECTED : FACTS_BOUND;
	else if (facts->state == FACTS_CLOSED && (facts->inode || !has_peer))
		facts->state = facts->local.port ? FACTS_BOUND : FACTS_UNBOUND;
	if (msg.id.idiag_if && !if_indextoname(msg.id.idiag_if, facts->interface))
		snprintf(facts->interface, sizeof(facts->interface), "%u", msg.id.idiag_if);
	return true;
}

/** The value of an attribute of this type; NULL if it is not there. */
static const void *find_attribute(const unsigned char *at, size_t length, uint16_t type, size_t *ret_length)
{
	while (length >= sizeof(struct nlattr)) {
		struct nlattr attribute;
		size_t whole;

		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > length)
			return NULL;
		if (attribute.nla_type == type) {
			*ret_length = attribute.nla_len - sizeof(attribute);
			return at + sizeof(attribute);
		}
		whole = ((size_t)attribute.nla_len + NLA_ALIGNTO - 1) / NLA_ALIGNTO * NLA_ALIGNTO;
		if (whole >= length)
			return NULL;
		at += whole;
		length -= whole;
	}
	return NULL;
}

bool diag_read_unix(const void *message, size_t length, struct diag_socket *ret)
{
	struct unix_diag_msg msg;
	struct facts *facts = &ret->facts;
	const unsigned char *attributes = (const unsigned char *)message + NLMSG_ALIGN(sizeof(msg));
	const void *found;
	size_t found_length;

	if (length < sizeof(msg))
		return false;
	memcpy(&msg, message, sizeof(msg));
	if (msg.udiag_family != AF_UNIX)
		return false;

	*ret = (struct diag_socket){ .uid = (uid_t)-1 };
	facts->kind = (struct sockopt_kind){ AF_UNIX, msg.udiag_type, 0 };
	facts->cookie = (uint64_t)msg.udiag_cookie[1] << 32 | msg.udiag_cookie[0];
	facts->inode = msg.udiag_ino;
	facts->state = identity_tcp_state(msg.udiag_state);
	length = length > NLMSG_ALIGN(sizeof(msg)) ? length - NLMSG_ALIGN(sizeof(msg)) : 0;
	found = find_attribute(attributes, length, UNIX_DIAG_NAME, &found_length);
	if (found && found_length) {
		unsigned char address[sizeof(sa_family_t) + 108] = { 0 };
		sa_family_t family = AF_UNIX;

		if (found_length > 108)
			found_length = 108;
		memcpy(address, &family, sizeof(family));
		memcpy(address + sizeof(family), found, found_length);
		identity_address(address, sizeof(family) + found_length, &facts->local);
	}
	found = find_attribute(attributes, length, UNIX_DIAG_UID, &found_length);
	if (found && found_length >= sizeof(ret->uid))
		memcpy(&ret->uid, found, sizeof(ret->uid));
	if (facts->state == FACTS_ESTABLISHED && msg.udiag_type == SOCK_DGRAM)
		facts->state = FACTS_CONNECTED;
	else if (facts->state == FACTS_CLOSED)
		facts->state = facts->local.family ? FACTS_BOUND : FACTS_UNBOUND;
	if (facts->state == FACTS_ESTABLISHED || facts->state == FACTS_CONNECTED)
		facts->peer.family = AF_UNIX;
	return true;
}

static int on_message(const struct nlmsghdr *header, void *data)
{
	struct listing *listing = data;
	struct diag_socket socket;
	const void *payload = mnl_nlmsg_get_payload(header);
	size_t length = mnl_nlmsg_get_payload_len(header);
	bool read = listing->family == AF_UNIX ? diag_read_unix(payload, length, &socket) :
						 diag_read_inet(payload, length, listing->protocol, &socket);

	if (!read)
		return MNL_CB_OK;
	socket.facts.netns = listing->netns;
	listing->result = listing->each(listing->arg, &socket);
	return listing->result ? MNL_CB_STOP : MNL_CB_OK;
}

static int receive(struct mnl_socket *netlink, struct listing *listing, unsigned int sequence)
{
	char buffer[65536];

	for (;;) {
		ssize_t length = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
		int r;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		r = mnl_cb_run(buffer, (size_t)length, sequence, mnl_socket_get_portid(netlink), on_message, listing);
		if (listing->result)
			return listing->result;
		if (r < 0)
			return -errno;
		if (r == MNL_CB_STOP)
			return 0;
	}
}

static int dump(struct mnl_socket *netlink, struct listing *listing)
{
	static unsigned int sequence;
	char buffer[512];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = ++sequence;
	if (listing->family == AF_UNIX) {
		struct unix_diag_req *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));

		*request = (struct unix_diag_req){
			.sdiag_family = AF_UNIX,
			.udiag_states = UINT32_MAX,
			.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_UID,
		};
	} else if (listing->protocol == IPPROTO_TCP) {
		struct inet_diag_req *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));

		/* The older request lists both families: the kernel walks its tables once. */
		header->nlmsg_type = TCPDIAG_GETSOCK;
		*request = (struct inet_diag_req){ .idiag_states = listing->only_rare ? ~COMMON_STATES : UINT32_MAX };
	} else {
		bool mptcp = listing->protocol == IPPROTO_MPTCP;
		struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));

		*request = (struct inet_diag_req_v2){
			.sdiag_family = (uint8_t)listing->family,
			/* MPTCP's number does not fit the byte: an attribute carries it. */
			.sdiag_protocol = mptcp ? IPPROTO_RAW : (uint8_t)listing->protocol,
			.idiag_states = UINT32_MAX,
		};
		if (mptcp)
			mnl_attr_put_u32(header, INET_DIAG_REQ_PROTOCOL, IPPROTO_MPTCP);
	}
	if (mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0)
		return -errno;
	return receive(netlink, listing, header->nlmsg_seq);
}

/** only_rare: as diag_each_rare() */
static int list_all(bool only_rare, int (*each)(void *arg, const struct diag_socket *socket), void *arg)
{
	static const struct {
		int family, protocol;
	} kinds[] = {
		/* the rare ones first */
		{ AF_INET, IPPROTO_UDPLITE },
		{ AF_INET6, IPPROTO_UDPLITE },
		{ AF_INET, IPPROTO_MPTCP },
		{ AF_INET6, IPPROTO_MPTCP },
		{ AF_UNSPEC, IPPROTO_TCP },
		/* up to here */
		{ AF_INET, IPPROTO_UDP },
		{ AF_INET6, IPPROTO_UDP },
		{ AF_UNIX, 0 },
	};
	const size_t n = only_rare ? 5 : sizeof(kinds) / sizeof(kinds[0]);
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct listing listing = { .each = each, .arg = arg, .only_rare = only_rare };
	int r = 0;

	if (!netlink)
		return -errno;
	listing.netns = namespaces_own();
	if (mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	for (size_t i = 0; r == 0 && i < n; i++) {
		listing.family = kinds[i].family;
		listing.protocol = kinds[i].protocol;
		r = dump(netlink, &listing);
		/* A kernel without the diag module of one protocol has the others. */
		if (r == -ENOENT || r == -EINVAL || r == -EOPNOTSUPP || r == -EPROTONOSUPPORT)
			r = 0;
	}
	mnl_socket_close(netlink);
	return r;
}

int diag_each(int (*each)(void *arg, const struct diag_socket *socket), void *arg)
{
	return list_all(false, each, arg);
}

int diag_each_rare(int (*each)(void *arg, const struct diag_socket *socket), void *arg)
{
	return list_all(true, each, arg);
}

int diag_each_in(pid_t pid, int (*each)(void *arg, const struct diag_socket *socket), void *arg)
{
	int back, r = namespaces_enter(pid, &back);

	if (r < 0)
		return r;
	r = diag_each(each, arg);
	namespaces_leave(back);
	return r;
}
