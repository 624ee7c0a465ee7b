/* SPDX-License-Identifier: MIT */
/* What the kernel's side tells of a socket, read and checked. */

#include "records.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* bpf/sockets.bpf.c has these numbers of its own: what runs in the kernel includes nothing of ours but record.h. */
_Static_assert(FACTS_UNBOUND == 0 && FACTS_BOUND == 1 && FACTS_LISTENING == 2 && FACTS_CONNECTED == 3 &&
		       FACTS_ESTABLISHED == 4 && FACTS_SYN_SENT == 5 && FACTS_SYN_RECV == 6 && FACTS_FIN_WAIT_1 == 7 &&
		       FACTS_FIN_WAIT_2 == 8 && FACTS_TIME_WAIT == 9 && FACTS_CLOSE_WAIT == 10 &&
		       FACTS_LAST_ACK == 11 && FACTS_CLOSING == 12 && FACTS_CLOSED == 13,
	       "the states of the kernel's side are others");

long record_parse(const void *bytes, size_t length, struct record_view *ret)
{
	const struct socket_record *head = bytes;
	const unsigned char *at = bytes;
	size_t used = sizeof(*head);

	*ret = (struct record_view){ 0 };
	if (length < sizeof(*head) || head->size < sizeof(*head) || head->size > length || head->size % 8)
		return -EBADMSG;
	if (head->state >= FACTS_N_STATES || head->blocks >> VALUES_N_BLOCKS)
		return -EBADMSG;
	for (size_t i = 0; i < VALUES_N_BLOCKS; i++) {
		if (!(head->blocks & 1U << i))
			continue;
		ret->blocks[i] = at + used;
		used += values_block_sizes[i];
	}
	if (head->flags & RECORD_HAS_PATHS) {
		ret->paths = (const struct record_paths *)(const void *)(at + used);
		used += sizeof(*ret->paths);
	}
	if (used != head->size)
		return -EBADMSG;
	ret->head = head;
	return (long)used;
}

static void read_ip(const struct socket_record *head, const unsigned char *ip, uint16_t port,
		    struct facts_address *ret)
{
	ret->family = head->family;
	ret->port = port;
	memcpy(ret->ip, ip, head->family == AF_INET ? 4 : sizeof(ret->ip));
	/* The scope of a link-local address is the interface that the socket is bound to: ipv6_iface_scope_id(). */
	if (head->family == AF_INET6 && ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80)
		ret->scope = (uint32_t)head->interface;
}

static void read_path(const char *path, size_t length, struct facts_address *ret)
{
	if (length > RECORD_PATH_MAX)
		length = RECORD_PATH_MAX;
	if (length == 0)
		return;
	ret->family = AF_UNIX;
	memcpy(ret->path, path, length);
	/* An abstract name begins with a NUL; '@' stands for it, and for those inside it. */
	if (ret->path[0] == '\0')
		for (size_t i = 0; i < length; i++)
			ret->path[i] = ret->path[i] ? ret->path[i] : '@';
}

void record_facts(const struct record_view *view, struct facts *ret)
{
	const struct socket_record *head = view->head;
	bool has_peer = head->flags & RECORD_HAS_PEER;

	ret->cookie = head->cookie;
	ret->inode = head->inode;
	ret->netns = head->netns;
	ret->kind = (struct sockopt_kind){ head->family, head->type, head->protocol };
	ret->state = (enum facts_state)head->state;
	/* Only what the family has is cleared: a path is long, and there may be many sockets. */
	memset(&ret->local, 0, offsetof(struct facts_address, path) + sizeof(ret->local.ip));
	memset(&ret->peer, 0, offsetof(struct facts_address, path) + sizeof(ret->peer.ip));
	ret->local.port = ret->peer.port = 0;
	ret->local.scope = ret->peer.scope = 0;
	if (head->family == AF_INET || head->family == AF_INET6) {
		read_ip(head, head->local, head->local_port, &ret->local);
		if (has_peer)
			read_ip(head, head->peer, head->peer_port, &ret->peer);
	} else if (head->family == AF_UNIX) {
		memset(ret->local.path, 0, sizeof(ret->local.path));
		memset(ret->peer.path, 0, sizeof(ret->peer.path));
		if (view->paths) {
			read_path(view->paths->local, view->paths->local_length, &ret->local);
			read_path(view->paths->peer, view->paths->peer_length, &ret->peer);
		}
		/* An unnamed peer is a peer all the same. */
		if (has_peer)
			ret->peer.family = AF_UNIX;
	}
}

const struct values_place *record_place(const struct sockopt_option *option)
{
	uintptr_t first = (uintptr_t)sockopt_at(0), at = (uintptr_t)option;
	size_t index;

	/* An option without a name is none of the catalogue's. */
	if (at < first || at >= first + sockopt_count() * sizeof(*option))
		return NULL;
	index = (at - first) / sizeof(*option);
	return index < values_n_places && values_places[index].slot ? &values_places[index] : NULL;
}

static bool is_marked(const __u64 *marks, const struct values_place *place)
{
	unsigned int slot = place->slot - 1U;

	return marks[slot / 64] >> slot % 64 & 1;
}

/** struct sockaddr_in or sockaddr_in6 of the peer, as getpeername(2) fills it in. */
static size_t peer_address(struct record_view *view)
{
	const struct socket_record *head = view->head;
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(head->peer_port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(head->peer_port) };
	struct facts_address address = { 0 };

	read_ip(head, head->peer, head->peer_port, &address);
	if (head->family == AF_INET) {
		memcpy(&in.sin_addr, address.ip, sizeof(in.sin_addr));
		memcpy(view->address, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, address.ip, sizeof(in6.sin6_addr));
	in6.sin6_scope_id = address.scope;
	memcpy(view->address, &in6, sizeof(in6));
	return sizeof(in6);
}

enum record_answer record_answer(struct record_view *view, const struct sockopt_option *option,
				 const void **ret_bytes, size_t *ret_length)
{
	const struct values_place *place = record_place(option);

	if (!place || !view->blocks[place->block] || is_marked(view->head->ask, place))
		return RECORD_ASK;
	if (is_marked(view->head->special, place)) {
		if (place->special == VALUES_DEFAULT)
			return RECORD_AS_FRESH;
		if (place->special == VALUES_ERROR)
			return RECORD_ERROR;
		*ret_bytes = view->address;
		*ret_length = place->special == VALUES_PEER ? peer_address(view) : 0;
		return RECORD_VALUE;
	}
	*ret_bytes = view->blocks[place->block] + place->offset;
	*ret_length = place->size;
	return RECORD_VALUE;
}

int record_error(const struct sockopt_option *option, int family)
{
	const struct values_place *place = record_place(option);

	if (!place)
		return 0;
	return family == AF_INET ? place->error4 : place->error;
}
