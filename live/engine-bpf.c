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

#include "defaults.h"
#include "diag.h"
#include "endpoint.h"
#include "engine-bpf.h"
#include "engine.h"
#include "filter.h"
#include "gather.h"
#include "identity.h"
#include "namespaces.h"
#include "process.h"
#include "records.h"
#include "stream.h"
#include "tidy.h"

/** What the kernel's side does not tell of a socket that it has met: the name of its interface, rare addresses. */
static void ask_identity(struct live_socket *socket)
{
	struct facts *facts = &socket->facts;
	bool is_rare = facts_has_own_addresses(facts->kind.family);

	if (!socket->record || !facts->n_holders || (!is_rare && !socket->record->head->interface))
		return;
	if (live_descriptor(socket) < 0)
		return;
	if (is_rare)
		identity_endpoints(socket->fd, facts);
	else
		identity_interface(socket->fd, &facts->kind, facts->interface);
}

int pass_hand_over(struct pass *pass, struct live_socket *socket, bool is_sure)
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
	return pass_hand_over(pass, &socket, view->head->flags & RECORD_SURE);
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

int pass_read(struct pass *pass, int fd, int (*meet)(struct pass *pass, struct record_view *view))
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

static uint32_t blocks_of(const struct live_request *request)
{
	uint32_t blocks = 0;

	if (request->all_options)
		return (1U << VALUES_N_BLOCKS) - 1;
	for (size_t i = 0; i < request->n_options; i++) {
		const struct sockopt_option *option = request->options[i];

		if (option->part_of)
			option = option->part_of;
		for (; option; option = option->twin) {
			const struct values_place *place = record_place(option);

			if (place)
				blocks |= 1U << place->block;
		}
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
	r = pass_read(pass, fd, meet_held);
	close(fd);
	if (r == 0)
		r = hand_over_shared(pass);
	gather_done(&pass->shared);
	if (r == 0 && has_unheld)
		r = namespaces_each(pass_read_namespace, pass, &pass->report->foreign_hidden);
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
	struct bpf_wish *wish = &pass.wish;
	struct bpf_refusal refusal = { 0 };
	uint32_t needed;
	int r;

	filter_compile(request->selector, &pass.filter);
	wish->filter = &pass.filter;
	needed = pass_tables(&pass, 0);
	wish->own = own_sockets(request->defaults);
	wish->blocks = blocks_of(request) | blocks_of_filter(request);
	wish->tables = (needed & ((1U << BPF_N_TABLES) - 1)) | 1U << BPF_TABLE_DESCRIPTORS;
	/* What a condition on holders ruled out would be taken for a socket that nobody holds. */
	wish->holders_decide = needed == 0 || !pass.filter.has_holders;
	pass.wants_values = needed && wish->blocks;
	wish->is_last = request->is_last && !pass.wants_values;
	r = bpf_sockets_load(wish, &pass.programs, &refusal);
	if (r < 0) {
		ret_report->why_not_bpf = refusal.what;
		ret_report->bpf_error = refusal.error;
		if (request->is_last)
			bpf_privileges_lower(true);
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
	bpf_sockets_free(pass.readers);
	if (request->is_last)
		bpf_privileges_lower(true);
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
