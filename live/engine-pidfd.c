/* SPDX-License-Identifier: MIT */
/* Engine pidfd: /proc for the holders, pidfd_getfd(2) for the sockets, sock_diag for those nobody holds. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "defaults.h"
#include "diag.h"
#include "engine.h"
#include "failure.h"
#include "holders.h"
#include "identity.h"
#include "tidy.h"

#define NAMESPACES_MAX 1024

/** How far we got to a socket by its holders. */
enum reach {
	ASKED,
	REFUSED, /* they may be seen, but not asked (Yama, for one) */
	LISTED,  /* refused, but sock_diag told of it */
};

struct walk {
	const struct selector *selector;
	int (*each)(void *arg, struct live_socket *socket);
	void *arg;
	struct holders *holders;
	enum reach *reach; /* a socket each */
	struct borrower borrower;
	struct identity_namespaces namespaces;
	struct defaults *defaults;
	struct live_report *report;
};

/** A descriptor by any holder that gives one; error: why the last one did not. */
static int borrow_any(struct walk *walk, struct live_socket *socket)
{
	int error = -ESTALE;

	for (size_t i = 0; i < socket->facts.n_holders; i++) {
		const struct facts_holder *holder = &socket->facts.holders[i];
		int r = borrow_fd(&walk->borrower, holder->pid, holder->fd, socket->facts.inode, &socket->fd);

		if (r == 0 || failure_is_machine(r))
			return r;
		/* That one holder is gone says less than that another one is not ours. */
		if (error != -EPERM)
			error = r;
	}
	return error;
}

static int hand_over(struct walk *walk, struct live_socket *socket)
{
	/* What we opened ourselves to compare with is not a part of the machine that was asked for. */
	if (defaults_has_inode(walk->defaults, socket->facts.inode))
		return 0;
	if (walk->selector && !selector_matches(walk->selector, &socket->facts))
		return 0;
	walk->report->matched++;
	if (socket->fd < 0 && socket->error)
		walk->report->unreadable++;
	return walk->each(walk->arg, socket);
}

static int visit_held(struct walk *walk, size_t index)
{
	struct live_socket socket = { .fd = -1, .uid = (uid_t)-1 };
	struct facts *facts = &socket.facts;
	int r;

	facts->n_holders = holders_at(walk->holders, index, &facts->inode, &facts->holders);
	if (facts->n_holders == 0)
		return -ENOMEM;
	r = borrow_any(walk, &socket);
	autoclose int fd = socket.fd;
	if (r == 0)
		r = identity_read(fd, &walk->namespaces, facts);
	if (r == -EMFILE || r == -ENFILE)
		walk->report->no_descriptor = -r;
	if (failure_is_machine(r))
		return r;
	if (failure_is_permission(r)) {
		walk->reach[index] = REFUSED; /* what sock_diag says of it has to do: visit_listed() */
		return 0;
	}
	if (r < 0) {
		walk->report->vanished++;
		return 0;
	}
	facts->get = engine_get;
	facts->context = &socket;
	return hand_over(walk, &socket);
}

/** Sockets of the listing that we have no descriptor of: nobody holds them, or who does is not ours. */
static int visit_listed(void *arg, const struct diag_socket *listed)
{
	struct walk *walk = arg;
	struct live_socket socket = { .facts = listed->facts, .fd = -1, .uid = listed->uid };
	struct facts *facts = &socket.facts;
	size_t index = facts->inode ? holders_find(walk->holders, facts->inode) : HOLDERS_NONE;
	uint64_t inode;

	if (index != HOLDERS_NONE && walk->reach[index] == ASKED)
		return 0;
	if (index != HOLDERS_NONE) {
		walk->reach[index] = LISTED;
		facts->n_holders = holders_at(walk->holders, index, &inode, &facts->holders);
		socket.error = EPERM;
	}
	/* Without an inode only these states are of sockets on their own; others are the kernel's inner ones. */
	if (!facts->inode && (facts->state == FACTS_ESTABLISHED || facts->state == FACTS_LISTENING ||
			      facts->state == FACTS_CLOSED))
		return 0;
	/*
	 * Perhaps it was opened after we looked through /proc; it is another user's for certain only if its uid
	 * is not ours.
	 */
	if (facts->inode && walk->report->hidden && listed->uid != geteuid())
		socket.error = EPERM;
	return hand_over(walk, &socket);
}

/** The TCP and UDP sockets that nobody holds stand in every namespace; each is entered if we may. */
static int visit_namespaces(struct walk *walk)
{
	uint64_t netns[NAMESPACES_MAX];
	pid_t pids[NAMESPACES_MAX];
	size_t n = holders_namespaces(walk->holders, netns, pids, NAMESPACES_MAX);
	struct process self;
	int r = diag_each(visit_listed, walk);

	if (r > 0 || failure_is_machine(r))
		return r;
	if (failure_is_permission(r))
		walk->report->foreign_hidden = true;
	if (r < 0)
		return 0; /* this kernel has no listing */
	r = process_read(getpid(), &self);
	if (r < 0)
		return r;
	free(self.cgroup);
	for (size_t i = 0; i < n; i++) {
		if (netns[i] == self.netns)
			continue;
		r = diag_each_in(pids[i], visit_listed, walk);
		if (r > 0 || failure_is_machine(r))
			return r;
		if (failure_is_permission(r))
			walk->report->foreign_hidden = true;
	}
	return 0;
}

/** Sockets that neither a descriptor nor a listing told of: nothing is known but who holds them. */
static void count_unlisted(struct walk *walk)
{
	for (size_t i = 0; i < holders_count(walk->holders); i++) {
		struct facts facts = { .netns = 0 };

		if (walk->reach[i] != REFUSED)
			continue;
		facts.n_holders = holders_at(walk->holders, i, &facts.inode, &facts.holders);
		if (walk->selector && !selector_matches(walk->selector, &facts))
			continue;
		walk->report->matched++;
		walk->report->unreadable++;
		walk->report->unlisted++;
	}
}

/** May the processes that the selector names be looked into? */
static void judge_hidden(struct walk *walk)
{
	pid_t pids[64];
	size_t n = walk->selector ? selector_pids(walk->selector, pids, 64) : 0;

	for (size_t i = 0; i < n; i++)
		if (holders_is_hidden(walk->holders, pids[i]))
			walk->report->pid_hidden = true;
}

int engine_pidfd_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
		      struct live_report *ret_report)
{
	struct holders_report seen;
	struct walk walk = {
		.selector = request->selector,
		.each = each,
		.arg = arg,
		.borrower = BORROWER_INIT,
		.defaults = request->defaults,
		.report = ret_report,
	};
	int r;

	r = holders_read(&walk.holders, &seen);
	if (r < 0)
		return r;
	ret_report->hidden = seen.hidden;
	judge_hidden(&walk);
	walk.reach = calloc(holders_count(walk.holders) + 1, sizeof(*walk.reach));
	if (!walk.reach)
		r = -ENOMEM;

	for (size_t i = 0; r == 0 && i < holders_count(walk.holders); i++)
		r = visit_held(&walk, i);
	borrow_done(&walk.borrower);
	if (r == 0)
		r = visit_namespaces(&walk);
	if (r == 0)
		count_unlisted(&walk);
	free(walk.reach);
	holders_free(walk.holders);
	return r;
}
