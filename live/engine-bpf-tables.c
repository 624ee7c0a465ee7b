/* SPDX-License-Identifier: MIT */
/* The part of engine bpf that finds sockets without a descriptor, in the tables of a network namespace. */

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "defaults.h"
#include "diag.h"
#include "engine-bpf.h"
#include "engine.h"
#include "namespaces.h"
#include "records.h"
#include "tidy.h"

static int hand_over_unheld(struct pass *pass, struct live_socket *socket, const struct record_view *view)
{
	const struct socket_record *head = view->head;

	if (head->interface)
		namespaces_interface((unsigned int)head->interface, socket->facts.interface);
	return pass_hand_over(pass, socket, head->flags & RECORD_SURE && !(head->flags & RECORD_HAS_FILE));
}

/** Leaves a socket for later, when its values are read. @return 1: it was left, 0: it is not to be, or -ENOMEM */
static int leave(struct pass *pass, const struct facts *facts, enum bpf_table table)
{
	/* These two are small structs without options. */
	if (!pass->wants_values || facts->state == FACTS_TIME_WAIT || facts->state == FACTS_SYN_RECV)
		return 0;
	pass->later_tables |= 1U << table;
	return gather_see(&pass->later, facts->cookie) < 0 ? -ENOMEM : 1;
}

/** Sockets of a table that no descriptor led to: orphans, TIME_WAIT, half-open ones, descriptors in flight. */
static int meet_unheld(struct pass *pass, struct record_view *view)
{
	const struct socket_record *head = view->head;
	struct live_socket socket = { .fd = -1, .uid = head->uid };
	struct facts *facts = &socket.facts;
	int r;

	if (head->cookie && gather_was_seen(&pass->seen, head->cookie))
		return 0;
	if (defaults_has_inode(pass->request->defaults, head->inode))
		return 0;
	record_facts(view, facts);
	/* Without an inode only these states are of sockets on their own; others are the kernel's inner ones. */
	if (!facts->inode && (facts->state == FACTS_ESTABLISHED || facts->state == FACTS_LISTENING ||
			      facts->state == FACTS_CLOSED))
		return 0;
	r = leave(pass, facts, pass->table);
	return r ? r < 0 ? r : 0 : hand_over_unheld(pass, &socket, view);
}

/** The same sockets again, with their values. */
static int meet_later(struct pass *pass, struct record_view *view)
{
	struct live_socket socket = {
		.fd = -1,
		.uid = view->head->uid,
		.record = view,
		.defaults = pass->request->defaults,
	};

	if (!gather_was_seen(&pass->later, view->head->cookie))
		return 0;
	record_facts(view, &socket.facts);
	socket.facts.get = engine_get;
	socket.facts.context = &socket;
	return hand_over_unheld(pass, &socket, view);
}

static int meet_listed(void *arg, const struct diag_socket *listed)
{
	struct pass *pass = arg;
	struct live_socket socket = { .facts = listed->facts, .fd = -1, .uid = listed->uid };
	const struct facts *facts = &listed->facts;
	int r;

	/*
	 * A TCP socket with a file, but for those that are bound alone, is in the table that the kernel's side walks:
	 * what that tells of it is what it told of it before, if a descriptor led to it and the filter ruled it out.
	 * sock_diag tells of a peer, for one, while the socket still connects.
	 */
	if (facts->kind.protocol == IPPROTO_TCP && facts->inode && facts->state != FACTS_BOUND)
		return 0;
	r = gather_see(&pass->seen, facts->cookie);
	if (r <= 0)
		return r;
	if (facts->kind.protocol == IPPROTO_TCP && !facts->inode && !listed->is_time_wait &&
	    facts->state != FACTS_SYN_RECV)
		pass->orphans++;
	if (facts->kind.protocol != IPPROTO_TCP && !facts->inode)
		return 0;
	if (facts->kind.protocol == IPPROTO_TCP && facts->inode && gather_was_seen(&pass->mptcp, facts->inode))
		return 0;
	if (defaults_has_inode(pass->request->defaults, facts->inode))
		return 0;
	if (facts->kind.protocol == IPPROTO_TCP && !facts->inode && !listed->is_time_wait) {
		r = leave(pass, facts, BPF_TABLE_TCP);
		if (r)
			return r < 0 ? r : 0;
	}
	return pass_hand_over(pass, &socket, false);
}

/** The kinds of sockets of each table; those without an iterator are listed by sock_diag. */
static const struct {
	struct sockopt_kind kinds[2];
	enum bpf_table table; /* BPF_N_TABLES: sock_diag */
} tables[] = {
	{ { { AF_INET, SOCK_STREAM, IPPROTO_TCP }, { AF_INET6, SOCK_STREAM, IPPROTO_TCP } }, BPF_TABLE_TCP },
	{ { { AF_INET, SOCK_DGRAM, IPPROTO_UDP }, { AF_INET6, SOCK_DGRAM, IPPROTO_UDP } }, BPF_TABLE_UDP },
	{ { { AF_UNIX, SOCK_STREAM, 0 }, { AF_UNIX, SOCK_DGRAM, 0 } }, BPF_TABLE_UNIX },
	{ { { AF_UNIX, SOCK_SEQPACKET, 0 }, { AF_UNIX, SOCK_SEQPACKET, 0 } }, BPF_TABLE_UNIX },
	{ { { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE }, { AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE } }, BPF_N_TABLES },
	{ { { AF_INET, SOCK_STREAM, IPPROTO_MPTCP }, { AF_INET6, SOCK_STREAM, IPPROTO_MPTCP } }, BPF_N_TABLES },
};

uint32_t pass_tables(const struct pass *pass, uint64_t netns)
{
	uint32_t needed = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (size_t k = 0; k < 2; k++)
			if (filter_may_pick_unheld(&pass->filter, &tables[i].kinds[k], netns))
				needed |= 1U << tables[i].table;
	return needed;
}

static int read_table(struct pass *pass, struct bpf_sockets *programs, enum bpf_table table,
		      int (*meet)(struct pass *pass, struct record_view *view))
{
	autoclose int fd = bpf_sockets_open(programs, table);

	if (fd < 0)
		return fd == -EMFILE || fd == -ENFILE ? fd : 0;
	pass->table = table;
	return pass_read(pass, fd, meet);
}

/** The sockets of this namespace that nobody holds, and whose values are wanted. */
static int read_later(struct pass *pass)
{
	struct bpf_refusal refusal;
	int r = 0;

	if (!pass->readers) {
		pass->wish.unheld_values = true;
		pass->wish.is_last = pass->request->is_last;
		pass->wish.tables &= ~(1U << BPF_TABLE_DESCRIPTORS);
		bpf_sockets_load(&pass->wish, &pass->readers, &refusal);
	}
	/* They are told of all the same. */
	pass->wants_values = pass->readers;
	for (unsigned int table = BPF_TABLE_TCP; r == 0 && table < BPF_N_TABLES; table++) {
		if (!(pass->later_tables >> table & 1))
			continue;
		if (pass->readers)
			r = read_table(pass, pass->readers, (enum bpf_table)table, meet_later);
		else
			r = read_table(pass, pass->programs, (enum bpf_table)table, meet_unheld);
	}
	gather_seen_done(&pass->later);
	pass->later = (struct gather_seen){ 0 };
	pass->later_tables = 0;
	return r;
}

/**
 * Does every TCP socket of the namespace have a descriptor, but for those that sock_diag listed by their state? The
 * kernel counts those in its tables; if as many were met, nothing is left in them that would be worth a walk through
 * all of them, which takes longer than that through all descriptors. On a machine where connections come and go
 * meanwhile the numbers differ, and the table is walked.
 */
static bool are_all_held(const struct pass *pass, uint64_t netns)
{
	long held = bpf_sockets_census(pass->programs, netns);

	return held >= 0 && held + pass->orphans == namespaces_tcp_sockets();
}

int pass_read_namespace(void *arg, uint64_t netns)
{
	struct pass *pass = arg;
	uint32_t needed = pass_tables(pass, netns);
	int r = 0;

	pass->orphans = 0;
	if (needed & (1U << BPF_N_TABLES | 1U << BPF_TABLE_TCP))
		r = diag_each_rare(meet_listed, pass);
	if (needed & 1U << BPF_TABLE_TCP && are_all_held(pass, netns))
		needed &= ~(1U << BPF_TABLE_TCP);
	for (unsigned int table = BPF_TABLE_TCP; r == 0 && table < BPF_N_TABLES; table++)
		if (needed & 1U << table)
			r = read_table(pass, pass->programs, (enum bpf_table)table, meet_unheld);
	if (r == 0 && pass->later_tables)
		r = read_later(pass);
	/* A listing that cannot be had is of a protocol that this kernel has not. */
	return r > 0 || r == -EMFILE || r == -ENFILE || r == -ENOMEM ? r : 0;
}
