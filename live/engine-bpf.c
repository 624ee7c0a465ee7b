/* SPDX-License-Identifier: MIT */
/*
 * Engine bpf: one pass of the kernel over all descriptors, and one over each
 * table of sockets for those that no descriptor leads to.
 *
 * A socket with one descriptor is handed over when it is met. Which these are
 * the reference count of its file tells; the few others wait until the pass is
 * over and all their holders are known. So memory is needed for those alone,
 * and eight bytes each for the cookies of all.
 */

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf-sockets.h"
#include "defaults.h"
#include "diag.h"
#include "endpoint.h"
#include "engine.h"
#include "filter.h"
#include "gather.h"
#include "identity.h"
#include "namespaces.h"
#include "process.h"
#include "records.h"
#include "stream.h"
#include "tidy.h"

struct pass {
	const struct live_request *request;
	int (*each)(void *arg, struct live_socket *socket);
	void *arg;
	struct live_report *report;
	struct filter_program filter;
	struct bpf_sockets *programs;
	struct gather_seen seen;
	struct gather shared;
	struct process process; /* that was met last; pid 0: none */
	struct borrower borrower;
	struct gather_seen mptcp; /* inodes: the first connection of each has its inode, and is no socket on its own */
	long orphans;             /* TCP sockets of a namespace that no descriptor leads to */
	bool wants_process;       /* the selector looks at what only /proc tells: user, cgroup */
};

/** What the kernel's side does not tell of a socket that it has met: the name of its interface, rare addresses. */
static void ask_identity(struct live_socket *socket)
{
	struct facts *facts = &socket->facts;
	bool is_rare = endpoint_is_of(facts->kind.family);

	if (!socket->record || !facts->n_holders || (!is_rare && !socket->record->head->interface))
		return;
	if (live_descriptor(socket) < 0)
		return;
	if (is_rare)
		identity_endpoints(socket->fd, facts);
	else
		identity_interface(socket->fd, &facts->kind, facts->interface);
}

/** is_sure: the kernel's side has decided that it is picked. */
static int hand_over(struct pass *pass, struct live_socket *socket, bool is_sure)
{
	int r;

	/* It does not know on which sockets an option applies. */
	if (pass->filter.has_options)
		is_sure = false;

	ask_identity(socket);
	if (!is_sure && pass->request->selector && !selector_matches(pass->request->selector, &socket->facts))
		r = 0;
	else {
		pass->report->matched++;
		r = pass->each(pass->arg, socket);
	}
	/* What the kernel told was read all the same. */
	if (socket->error == EPERM && !socket->record)
		pass->report->unreadable++;
	if (socket->fd >= 0)
		close(socket->fd);
	return r;
}

static int hand_over_held(struct pass *pass, struct record_view *view, const struct facts_holder *holders,
			  size_t n_holders)
{
	struct live_socket socket = {
		.fd = -1,
		.uid = (uid_t)-1,
		.record = view,
		.borrower = &pass->borrower,
		.defaults = pass->request->defaults,
	};

	record_facts(view, &socket.facts);
	socket.facts.holders = holders;
	socket.facts.n_holders = n_holders;
	socket.facts.get = engine_get;
	socket.facts.context = &socket;
	return hand_over(pass, &socket, view->head->flags & RECORD_SURE);
}

/** The holder of a record; what /proc alone tells is read where it is looked at. */
static struct facts_holder holder_of(struct pass *pass, const struct socket_record *head, char name[static 17])
{
	struct facts_holder holder = { .pid = (pid_t)head->pid, .fd = head->fd, .process = name, .cgroup = "" };

	memcpy(name, head->name, 16);
	name[16] = '\0';
	if (!pass->wants_process)
		return holder;
	if (pass->process.pid != holder.pid) {
		free(pass->process.cgroup);
		if (process_read(holder.pid, &pass->process) < 0)
			pass->process = (struct process){ .pid = holder.pid, .uid = (uid_t)-1 };
	}
	holder.uid = pass->process.uid;
	holder.cgroup = pass->process.cgroup ? pass->process.cgroup : "";
	return holder;
}

static int meet_held(struct pass *pass, struct record_view *view)
{
	const struct socket_record *head = view->head;
	struct facts_holder holder;
	char name[17];
	bool waits;
	int r;

	if (head->protocol == IPPROTO_MPTCP && gather_see(&pass->mptcp, head->inode) < 0)
		return -ENOMEM;
	if (head->flags & RECORD_RULED_OUT)
		return 0;
	r = gather_see(&pass->seen, head->cookie);
	if (r < 0)
		return r;
	/*
	 * Descriptors are opened and closed while the kernel looks: the file may have had several at one look and one
	 * at the next. Once the socket waits for its holders, all are taken; once it was handed over, it is not again.
	 */
	waits = r ? head->flags & RECORD_SHARED : gather_has(&pass->shared, head->cookie);
	if (r == 0 && !waits)
		return 0;
	holder = holder_of(pass, head, name);
	return waits ? gather_add(&pass->shared, head, &holder) : hand_over_held(pass, view, &holder, 1);
}

/** The records of one buffer. */
static int meet_all(struct pass *pass, const unsigned char *at, ssize_t n,
		    int (*meet)(struct pass *pass, struct record_view *view))
{
	while (n > 0) {
		struct record_view view;
		long length = record_parse(at, (size_t)n, &view);
		int r = length < 0 ? (int)length : meet(pass, &view);

		if (r)
			return r;
		at += length;
		n -= length;
	}
	return 0;
}

static int read_all(struct pass *pass, int fd, int (*meet)(struct pass *pass, struct record_view *view))
{
	struct stream *stream;
	const void *bytes;
	ssize_t n;
	int r = stream_begin(fd, &stream);

	if (r < 0)
		return r;
	while (r == 0 && (n = stream_next(stream, &bytes)) != 0)
		r = n < 0 ? (int)n : meet_all(pass, bytes, n, meet);
	stream_end(stream);
	return r;
}

static int hand_over_shared(struct pass *pass)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pass->shared.n; i++) {
		const struct gather_shared *shared = &pass->shared.list[i];
		struct record_view view;

		if (record_parse(shared->record, shared->record->size, &view) > 0)
			r = hand_over_held(pass, &view, shared->holders, shared->n_holders);
	}
	return r;
}

/** Sockets of a table that no descriptor led to: orphans, TIME_WAIT, half-open ones, descriptors in flight. */
static int meet_unheld(struct pass *pass, struct record_view *view)
{
	const struct socket_record *head = view->head;
	struct live_socket socket = { .fd = -1, .uid = head->uid };
	struct facts *facts = &socket.facts;

	if (head->cookie && gather_was_seen(&pass->seen, head->cookie))
		return 0;
	if (defaults_has_inode(pass->request->defaults, head->inode))
		return 0;
	record_facts(view, facts);
	/* Without an inode only these states are of sockets on their own; others are the kernel's inner ones. */
	if (!facts->inode && (facts->state == FACTS_ESTABLISHED || facts->state == FACTS_LISTENING ||
			      facts->state == FACTS_CLOSED))
		return 0;
	if (head->interface)
		namespaces_interface((unsigned int)head->interface, facts->interface);
	return hand_over(pass, &socket, head->flags & RECORD_SURE && !(head->flags & RECORD_HAS_FILE));
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
	return hand_over(pass, &socket, false);
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

/** Bit BPF_TABLE_x: that table can have sockets without a holder that the selector picks. */
static uint32_t tables_needed(const struct pass *pass, uint64_t netns)
{
	uint32_t needed = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (size_t k = 0; k < 2; k++)
			if (filter_may_pick_unheld(&pass->filter, &tables[i].kinds[k], netns))
				needed |= 1U << tables[i].table;
	return needed;
}

static int read_table(struct pass *pass, enum bpf_table table)
{
	autoclose int fd = bpf_sockets_open(pass->programs, table);

	if (fd < 0)
		return fd == -EMFILE || fd == -ENFILE ? fd : 0;
	return read_all(pass, fd, meet_unheld);
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

/** In the network namespace that the thread is in. */
static int read_namespace(void *arg, uint64_t netns)
{
	struct pass *pass = arg;
	uint32_t needed = tables_needed(pass, netns);
	int r = 0;

	pass->orphans = 0;
	if (needed & (1U << BPF_N_TABLES | 1U << BPF_TABLE_TCP))
		r = diag_each_rare(meet_listed, pass);
	if (needed & 1U << BPF_TABLE_TCP && are_all_held(pass, netns))
		needed &= ~(1U << BPF_TABLE_TCP);
	for (unsigned int table = BPF_TABLE_TCP; r == 0 && table < BPF_N_TABLES; table++)
		if (needed & 1U << table)
			r = read_table(pass, (enum bpf_table)table);
	/* A listing that cannot be had is of a protocol that this kernel has not. */
	return r > 0 || r == -EMFILE || r == -ENFILE || r == -ENOMEM ? r : 0;
}

static uint32_t blocks_of(const struct live_request *request)
{
	uint32_t blocks = 0;

	if (request->all_options)
		return (1U << VALUES_N_BLOCKS) - 1;
	for (size_t i = 0; i < request->n_options; i++)
		for (const struct sockopt_option *option = request->options[i]; option; option = option->twin) {
			const struct values_place *place = record_place(option);

			if (place)
				blocks |= 1U << place->block;
		}
	return blocks;
}

/** has_unheld: the selector may pick sockets that no descriptor leads to. */
static int look(struct pass *pass, bool has_unheld)
{
	int fd = bpf_sockets_open(pass->programs, BPF_TABLE_DESCRIPTORS);
	int r;

	if (fd < 0)
		return fd;
	r = read_all(pass, fd, meet_held);
	close(fd);
	if (r == 0)
		r = hand_over_shared(pass);
	gather_done(&pass->shared);
	if (r == 0 && has_unheld)
		r = namespaces_each(read_namespace, pass, &pass->report->foreign_hidden);
	return r;
}

/** Options that the selector reads must be told, too. */
static uint32_t blocks_of_filter(const struct live_request *request)
{
	return request->selector && selector_has_options(request->selector) ? (1U << VALUES_N_BLOCKS) - 1 : 0;
}

/**
 * The sockets that we were started with. What we opened or borrowed ourselves is not a part of the machine that was
 * asked for, and comes and goes while the kernel looks.
 */
static uint64_t own_sockets(const struct defaults *defaults)
{
	uint64_t own = 0;

	for (int fd = 0; fd < 64; fd++) {
		struct stat status;

		if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) && !defaults_is_fresh(defaults, fd))
			own |= UINT64_C(1) << fd;
	}
	return own;
}

int engine_bpf_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
		    struct live_report *ret_report)
{
	struct pass pass = {
		.request = request,
		.each = each,
		.arg = arg,
		.report = ret_report,
		.borrower = BORROWER_INIT,
		.wants_process = request->selector && selector_has_process(request->selector),
	};
	struct bpf_wish wish = { .filter = &pass.filter, .is_last = request->is_last };
	struct bpf_refusal refusal = { 0 };
	uint32_t needed;
	int r;

	filter_compile(request->selector, &pass.filter);
	needed = tables_needed(&pass, 0);
	wish.own = own_sockets(request->defaults);
	wish.blocks = blocks_of(request) | blocks_of_filter(request);
	wish.tables = (needed & ((1U << BPF_N_TABLES) - 1)) | 1U << BPF_TABLE_DESCRIPTORS;
	/* What a condition on holders ruled out would be taken for a socket that nobody holds. */
	wish.holders_decide = needed == 0 || !pass.filter.has_holders;
	r = bpf_sockets_load(&wish, &pass.programs, &refusal);
	if (r < 0) {
		ret_report->why_not_bpf = refusal.what;
		ret_report->bpf_error = refusal.error;
		return r;
	}
	r = look(&pass, needed != 0);
	if (r == -EMFILE || r == -ENFILE)
		ret_report->no_descriptor = -r;
	free(pass.process.cgroup);
	borrow_done(&pass.borrower);
	gather_seen_done(&pass.seen);
	gather_seen_done(&pass.mptcp);
	bpf_sockets_free(pass.programs);
	return r;
}

const char *live_why_not_bpf(int *ret_error)
{
	struct filter_program nothing = { .length = 1 };
	struct bpf_wish wish = { .filter = &nothing, .tables = 1U << BPF_TABLE_DESCRIPTORS };
	struct bpf_refusal refusal = { 0 };
	struct bpf_sockets *programs;

	if (bpf_sockets_load(&wish, &programs, &refusal) == 0) {
		bpf_sockets_free(programs);
		return NULL;
	}
	*ret_error = refusal.error;
	return refusal.what;
}
