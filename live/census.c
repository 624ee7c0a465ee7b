/* SPDX-License-Identifier: MIT */
/* The sockets that listen, or wait without a peer. */

#include "census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
#include "namespaces.h"

#define NAMESPACES_MAX 64
#define NONE UINT32_MAX

/** One that others may come to. */
struct resident {
	uint64_t netns;
	int protocol;
	struct facts_address local;
	uint32_t queue;
	uint32_t next; /* of the same port */
};

struct census {
	struct resident *residents;
	size_t n, room;
	uint32_t first[65536]; /* by port */
	struct {
		uint64_t netns;
		int error;
	} read[NAMESPACES_MAX];
	size_t n_read;
};

struct census *census_new(void)
{
	struct census *census = calloc(1, sizeof(*census));

	if (census)
		memset(census->first, 0xff, sizeof(census->first));
	return census;
}

void census_free(struct census *census)
{
	if (census)
		free(census->residents);
	free(census);
}

static int add(void *arg, const struct diag_socket *socket)
{
	struct census *census = arg;
	const struct facts *facts = &socket->facts;
	uint16_t port = facts->local.port;

	if (facts->state != FACTS_LISTENING && (facts->state != FACTS_BOUND || facts->kind.type == SOCK_STREAM))
		return 0;
	if (facts->local.family != AF_INET && facts->local.family != AF_INET6)
		return 0;
	if (census->n == census->room) {
		size_t room = census->room ? census->room * 2 : 64;
		struct resident *grown = realloc(census->residents, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		census->residents = grown;
		census->room = room;
	}
	census->residents[census->n] = (struct resident){
		.netns = facts->netns,
		.protocol = facts->kind.protocol,
		.local = facts->local,
		.queue = socket->queue,
		.next = census->first[port],
	};
	census->first[port] = (uint32_t)census->n++;
	return 0;
}

static int list(struct census *census, const struct facts *facts)
{
	pid_t pid;

	if (facts->netns == namespaces_own())
		return diag_each(add, census);
	pid = namespaces_holder(facts);
	return pid ? diag_each_in(pid, add, census) : -EPERM;
}

int census_read(struct census *census, const struct facts *facts)
{
	int error;

	if (!facts->netns)
		return -ENODATA;
	for (size_t i = 0; i < census->n_read; i++)
		if (census->read[i].netns == facts->netns)
			return census->read[i].error;
	if (census->n_read == NAMESPACES_MAX)
		return -ENOBUFS;
	error = list(census, facts);
	census->read[census->n_read].netns = facts->netns;
	census->read[census->n_read++].error = error;
	return error;
}

/** The four bytes of an IPv4 address, also of one mapped into IPv6; NULL: it is neither. */
static const unsigned char *as_ipv4(const struct facts_address *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->family == AF_INET)
		return address->ip;
	return memcmp(address->ip, mapped, sizeof(mapped)) == 0 ? address->ip + sizeof(mapped) : NULL;
}

static bool is_any(const struct facts_address *address)
{
	static const unsigned char any[16];

	return memcmp(address->ip, any, address->family == AF_INET ? 4 : 16) == 0;
}

static bool same_ip(const struct facts_address *a, const struct facts_address *b)
{
	const unsigned char *a4 = as_ipv4(a), *b4 = as_ipv4(b);

	if (a4 && b4)
		return memcmp(a4, b4, 4) == 0;
	return !a4 && !b4 && memcmp(a->ip, b->ip, 16) == 0;
}

bool census_listens(const struct census *census, const struct facts *facts)
{
	const struct facts_address *local = &facts->local;

	for (uint32_t i = census->first[local->port]; i != NONE; i = census->residents[i].next) {
		const struct resident *resident = &census->residents[i];

		if (resident->netns == facts->netns && resident->protocol == facts->kind.protocol &&
		    (same_ip(&resident->local, local) ||
		     (is_any(&resident->local) && (resident->local.family == AF_INET6 || as_ipv4(local)))))
			return true;
	}
	return false;
}

size_t census_group(const struct census *census, const struct facts *facts, uint32_t *ret_least)
{
	uint32_t least = NONE;
	size_t n = 0;

	for (uint32_t i = census->first[facts->local.port]; i != NONE; i = census->residents[i].next) {
		const struct resident *resident = &census->residents[i];

		if (resident->netns != facts->netns || resident->protocol != facts->kind.protocol ||
		    resident->local.family != facts->local.family ||
		    memcmp(resident->local.ip, facts->local.ip, sizeof(facts->local.ip)) != 0)
			continue;
		n++;
		if (resident->queue < least)
			least = resident->queue;
	}
	*ret_least = n ? least : 0;
	return n;
}

size_t census_on_port(const struct census *census, const struct facts *facts)
{
	size_t n = 0;

	for (uint32_t i = census->first[facts->local.port]; i != NONE; i = census->residents[i].next)
		n += census->residents[i].netns == facts->netns &&
		     census->residents[i].protocol == facts->kind.protocol;
	return n;
}
