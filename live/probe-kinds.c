/* SPDX-License-Identifier: MIT */
/* The kinds of socket on which the facts are probed. */

#include "probe-kinds.h"

#include <errno.h>
#include <netinet/in.h>
#include <rule.h>
#include <string.h>
#include <unistd.h>
#include <linux/mptcp.h>

#include "failure.h"
#include "probe-closer.h"
#include "probe-world.h"

#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif

struct kind kinds[PROBE_KINDS_MAX];
size_t n_kinds; /* probe_n_kinds, once they were opened */

int kind_socket(const struct kind *kind)
{
	return world_socket(kind->of.family, kind->of.type | SOCK_NONBLOCK | SOCK_CLOEXEC, kind->of.protocol);
}

void kind_close(const struct kind *kind, int fd)
{
	static const struct linger off;

	/* One of Bluetooth waits for its whole SO_LINGER, also where there is nothing to be sent. */
	if (kind->of.family == AF_BLUETOOTH)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off));
	if (kind->of.family == AF_PACKET)
		close_later(fd);
	else
		close(fd);
}

/** The kind, of which nothing is known. */
static struct kind *begin(size_t index)
{
	n_kinds = probe_n_kinds;
	kinds[index] = (struct kind){ .name = probe_kinds[index].name, .of = probe_kinds[index].of, .fresh = -1 };
	return &kinds[index];
}

void kind_open(size_t index, struct probe_socket *ret)
{
	struct kind *kind = begin(index);

	kind->fresh = kind_socket(kind);
	kind->open = kind->fresh >= 0;
	kind->withheld = !kind->open && failure_is_permission(-errno);
	ret->open = kind->open;
	ret->error = kind->open ? 0 : errno;
}

void kind_leave(size_t index)
{
	begin(index)->withheld = true;
}

bool kind_is_one_to_many(const struct kind *kind)
{
	return kind->of.protocol == IPPROTO_SCTP && kind->of.type == SOCK_SEQPACKET;
}

bool kind_accepts(const struct kind *kind)
{
	return rule_accepts(&kind->of) && !kind_is_one_to_many(kind);
}

static bool ignores_level(const struct kind *kind)
{
	bool is_voice = kind->of.protocol == 2 || kind->of.protocol == 8; /* SCO, ISO */

	return (kind->of.family == AF_BLUETOOTH && is_voice) || kind->of.family == AF_IEEE802154 ||
	       kind->of.family == AF_ISDN;
}

static bool is_own_level(const struct kind *kind, const struct sockopt_option *option)
{
	for (size_t i = 0; i < option->level->n_applies; i++)
		if ((option->level->applies[i].families >> kind->of.family) & 1)
			return true;
	return option->level->n_applies == 0;
}

const char *kind_own_rules(const struct kind *kind, const struct sockopt_option *option, enum sockopt_access access)
{
	/* Its getsockopt() asks the TCP socket inside for whatever is not of its own level. */
	if (kind->of.family == AF_SMC && strcmp(option->level->name, "SOL_SMC") != 0)
		return "SMC";
	/* Its streams accept whatever is said to them of TCP. */
	if (kind->of.family == AF_TIPC && option->level->number == IPPROTO_TCP)
		return "TIPC";
	/* They take the number for one of their own, at whatever level it is. */
	if (ignores_level(kind) && !is_own_level(kind, option))
		return "a family that does not look at the level";
	if (access == SOCKOPT_GET)
		return NULL;
	/* It accepts what it does not know, without a word. */
	if (kind->of.family == AF_RXRPC && option->level->number != SOL_SOCKET)
		return "RxRPC";
	if (kind->of.protocol == IPPROTO_MPTCP && option->level->number != SOL_MPTCP)
		return "MPTCP";
	if (kind->of.protocol == IPPROTO_SCTP && option->level->number == IPPROTO_IP)
		return "SCTP";
	/* The kernel refuses these to streams, and takes DCCP for none: it accepts them, to no effect. */
	if (kind->of.protocol == IPPROTO_DCCP && strstr(option->name, "MULTICAST_"))
		return "DCCP";
	if (kind->of.family == AF_VSOCK && option->level->number == SOL_SOCKET)
		return "vsock";
	return NULL;
}

const struct kind *kind_next(const struct kind *after, const struct sockopt_option *option,
			     enum sockopt_access access)
{
	size_t i = after ? (size_t)(after - kinds) + 1 : 0;

	for (; i < n_kinds; i++)
		if (kinds[i].open && sockopt_applies(option, &kinds[i].of, access))
			return &kinds[i];
	return NULL;
}
