/* SPDX-License-Identifier: MIT */
/*
 * The part of a transaction that the kernel makes: sockets that no descriptor leads to, or all with --engine bpf. All
 * their old values are read in one pass before any is changed in another.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>

#include <bpf-change.h>
#include <failure.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "journal.h"
#include "kernel-pass.h"
#include "transaction-parts.h"

/**
 * Can a descriptor of the socket be had, now or when others were closed? Not without CAP_SYS_PTRACE, for one.
 * It is asked of each process once: its credentials and ours decide.
 */
static bool is_reachable(struct transaction *transaction, struct live_socket *socket)
{
	const struct facts *facts = &socket->facts;
	int fd;

	if (!live_is_held(socket))
		return false;
	if (facts->n_holders == 1 && facts->holders[0].pid == transaction->reached)
		return true;
	fd = live_descriptor(socket);
	if (fd >= 0 && facts->n_holders == 1)
		transaction->reached = facts->holders[0].pid;
	return fd >= 0 || fd == -EMFILE || fd == -ENFILE;
}

bool transaction_is_by_kernel(struct transaction *transaction, struct live_socket *socket)
{
	const struct transaction_wish *wish = transaction->wish;

	if (wish->engine == LIVE_ENGINE_PIDFD)
		return false;
	if (wish->engine == LIVE_ENGINE_BPF)
		return true;
	if (!socket->facts.cookie || is_reachable(transaction, socket))
		return false;
	for (size_t i = 0; i < wish->n_assignments; i++)
		if (bpf_change_possible(wish->assignments[i].option, &socket->facts.kind))
			return true;
	return false;
}

/** One pass over changes; what keeps the kernel from it is remembered. @return as bpf_change_all() */
static int pass(struct transaction *transaction, struct bpf_change *changes, size_t n)
{
	return bpf_change_all(changes, n, &transaction->why_not, &transaction->why_error);
}

/** What is asked of the kernel for one step: the option itself (asked: a value), or one that changes along. */
static struct bpf_change change_of(const struct step *step, const struct sockopt_option *option,
				   const struct bpf_value *asked)
{
	struct bpf_change change = {
		.cookie = step->facts.cookie,
		.netns = step->facts.netns,
		.protocol = step->facts.kind.protocol,
		.option = option,
		.has_asked = asked != NULL,
	};

	if (asked)
		change.asked = *asked;
	return change;
}

static void keep_touched(struct step *step, const struct sockopt_option *option, const struct bpf_value *before)
{
	step->touched = xrealloc(step->touched, (step->n_touched + 1U) * sizeof(*step->touched));
	step->touched[step->n_touched].option = option;
	step->touched[step->n_touched].before = *before;
	step->n_touched++;
}

int transaction_plan_later(struct step *step, struct live_socket *socket)
{
	struct change *change = xmalloc(sizeof(*change));
	int r = change_read_touched(socket, step->option, change);
	struct bpf_value before;

	for (size_t i = 0; i < change->n_touched; i++) {
		const struct sockopt_option *touched = change->touched[i].option;

		/* What undo could not set either is not kept, so that it is told of before. */
		if (!live_is_held(socket) && !bpf_change_possible(touched, &socket->facts.kind))
			continue;
		if (bpf_value_make(&change->touched[i].before, &before))
			keep_touched(step, touched, &before);
	}
	free(change);
	/* Where no descriptor may be had, what changes along is not known. */
	return failure_is_machine(r) ? r : 0;
}

static bool is_kept(const struct step *step, const struct sockopt_option *option)
{
	for (size_t i = 0; i < step->n_touched; i++)
		if (step->touched[i].option == option)
			return true;
	return false;
}

/**
 * The next option after *name that changes along with that of a step, and that undo must bring back; NULL: no more.
 */
static const struct sockopt_option *next_touched(const struct step *step, const char *const **name)
{
	while (**name) {
		const struct sockopt_option *touched = sockopt_find(*(*name)++);

		touched = touched ? sockopt_twin_for(touched, &step->facts.kind, SOCKOPT_GET) : NULL;
		if (touched && change_readable(touched) && (touched->access & SOCKOPT_SET))
			return touched;
	}
	return NULL;
}

static void describe(const struct step *step, struct change *ret)
{
	const struct sockopt_value *asked = &step->assignment->value;

	ret->option = step->option;
	ret->asked.length = asked->length;
	memcpy(ret->asked.bytes, asked->bytes, asked->length);
	ret->has_before = step->has_before;
	if (step->has_before)
		bpf_value_get(&step->before, &ret->before);
	ret->has_after = false;
	ret->result = SOCKOPT_RESULT_PLANNED;
	ret->error = 0;
	ret->n_touched = 0;
	for (size_t i = 0; i < step->n_touched && i < CHANGE_TOUCHED_MAX; i++) {
		ret->touched[i].option = step->touched[i].option;
		bpf_value_get(&step->touched[i].before, &ret->touched[i].before);
		ret->n_touched++;
	}
}

/** Says once why the kernel does not make a step. */
static void say_refused(const struct transaction *transaction, const struct step *step)
{
	if (transaction->failed > 1)
		return;
	if (step->refused == EPERM) {
		log_error(_("a socket that matches is in a network namespace that may not be entered: %s"),
			  strerror(EPERM));
		log_hint(_("engine bpf walks the sockets of a network namespace from inside: that needs CAP_SYS_ADMIN"));
		return;
	}
	log_error(_("%s cannot be set by engine bpf on such a socket"), step->option->name);
	if (step->facts.kind.protocol == IPPROTO_UDP && bpf_change_possible(step->option, &step->facts.kind))
		log_hint(_("this kernel sets options so on TCP sockets alone; --engine pidfd reaches sockets that a process holds"));
	else
		log_hint(_("'sockopt explain %s' says what takes it; --engine pidfd reaches sockets that a process holds"),
			 step->option->name);
}

/** A step that the kernel does not make, with --engine bpf: found out before anything was changed. */
static void refuse(struct transaction *transaction, struct step *step, size_t index)
{
	struct change *change = xmalloc(sizeof(*change));

	describe(step, change);
	change->error = step->refused;
	change->result = SOCKOPT_RESULT_FAILED;
	if (transaction->journal)
		journal_outcome(transaction->journal, index, NULL, step->refused);
	transaction_show(transaction, step, change, NULL);
	transaction->failed++;
	transaction->forbidden += step->refused == EPERM;
	say_refused(transaction, step);
	free(change);
}

/** Says once that what changes along with an option stays as it will be. */
static void warn_of_touched(struct transaction *transaction, const struct step *step)
{
	const char *const *name = step->option->touches;
	const struct sockopt_option *touched;

	while (!transaction->warned_touched && (touched = next_touched(step, &name)))
		if (!is_kept(step, touched)) {
			log_warning(_("%s changes along with %s, and cannot be brought back where no process holds the socket"),
				    touched->name, step->option->name);
			transaction->warned_touched = true;
		}
}

/** A step whose old value is known, or cannot be read: into the list of those that will be made. */
static int plan(struct transaction *transaction, struct step *later)
{
	struct step *step = transaction_add(&transaction->steps, &transaction->n_steps, &transaction->room);
	struct change *change;
	int r = 0;

	*step = *later;
	*later = (struct step){ 0 };
	if (step->refused && !transaction->journal) {
		refuse(transaction, step, transaction->n_steps - 1);
		return 0;
	}
	change = xmalloc(sizeof(*change));
	describe(step, change);
	if (!step->refused)
		warn_of_touched(transaction, step);
	if (transaction->journal)
		r = transaction_intend(transaction, step, change);
	else
		transaction_show(transaction, step, change, NULL);
	free(change);
	transaction->error = r;
	return r;
}

/** Is it in the list of the pass, and which of them is it? */
static bool is_possible(const struct step *step)
{
	return step->facts.cookie && bpf_change_possible(step->option, &step->facts.kind);
}

/** What is read of the steps that were put off: each option, and those that change along, where nothing told them. */
static void list_readings(const struct transaction *transaction, struct kernel_pass *reading)
{
	for (size_t i = 0; i < transaction->n_later; i++) {
		const struct step *step = &transaction->later[i];
		const char *const *name = step->option->touches;
		const struct sockopt_option *touched;

		if (!is_possible(step))
			continue;
		kernel_pass_add(reading, i, change_of(step, step->option, NULL));
		while ((touched = next_touched(step, &name)))
			if (!is_kept(step, touched) && bpf_change_possible(touched, &step->facts.kind))
				kernel_pass_add(reading, i, change_of(step, touched, NULL));
	}
}

/** Takes over what was read of an option of a step. */
static void take_reading(struct transaction *transaction, struct step *step, const struct bpf_change *read)
{
	if (read->option != step->option) {
		if (read->has_after)
			keep_touched(step, read->option, &read->after);
		return;
	}
	step->has_before = read->has_after;
	step->before = read->after;
	if (read->is_out_of_reach)
		step->refused = EPERM;
	else if (read->is_found)
		step->refused = read->error;
	step->is_gone = !read->is_found && !read->is_out_of_reach;
	transaction->gone += step->is_gone;
}

int transaction_plan_by_kernel(struct transaction *transaction)
{
	bool forced = transaction->wish->engine == LIVE_ENGINE_BPF;
	struct kernel_pass reading = { 0 };
	int r = 0;

	list_readings(transaction, &reading);
	if (reading.n)
		r = pass(transaction, reading.changes, reading.n);
	for (size_t i = 0; r == 0 && i < reading.n; i++)
		take_reading(transaction, &transaction->later[reading.whose[i]], &reading.changes[i]);
	kernel_pass_free(&reading);
	/* Sockets that nobody holds are changed where that can be had; it was not asked for. */
	if (r == -EOPNOTSUPP && !forced) {
		log_debug(_("sockets that no process holds are left out: %s"), _(transaction->why_not));
		return 0;
	}
	for (size_t i = 0; r == 0 && i < transaction->n_later; i++) {
		struct step *step = &transaction->later[i];

		if (!is_possible(step))
			step->refused = EOPNOTSUPP;
		transaction->hidden += step->refused == EPERM && !forced;
		if (!step->is_gone && (!step->refused || forced))
			r = plan(transaction, step);
	}
	return r;
}

/** What became of a step; r: of the whole pass, which may have ended before it told of this one. */
static void note(struct transaction *transaction, size_t index, const struct bpf_change *made, int r)
{
	struct step *step = &transaction->steps[index];
	struct change *change = xmalloc(sizeof(*change));

	describe(step, change);
	if (r == 0 && !made->is_found && !made->is_out_of_reach) {
		transaction->gone++;
		transaction_show(transaction, step, change, "gone");
		free(change);
		return;
	}
	change->error = made->is_found ? made->error : r < 0 ? -r :
							       EPERM;
	change->result = change->error ? SOCKOPT_RESULT_FAILED : SOCKOPT_RESULT_KEPT;
	change->has_after = !change->error && made->has_after;
	if (change->has_after) {
		bpf_value_get(&made->after, &change->after);
		change->result = sockopt_compare(step->option, change->has_before ? &change->before : NULL,
						 &change->asked, &change->after);
	}
	step->made = !change->error;
	transaction->made += step->made;
	/* Nothing is loaded where it is not supported; else the kernel may have come further than it told. */
	step->doubtful = !made->is_found && r < 0 && r != -EOPNOTSUPP;
	transaction->doubtful += step->doubtful;
	if (!step->doubtful)
		transaction_note(transaction, index, change);
	transaction_show(transaction, step, change, NULL);
	if (change->error)
		transaction_failed(transaction, step, change->error);
	free(change);
}

void transaction_make_by_kernel(struct transaction *transaction)
{
	struct kernel_pass asks = { 0 };
	size_t n;
	int r = 0;

	for (size_t i = 0; i < transaction->n_steps; i++) {
		struct step *step = &transaction->steps[i];
		struct bpf_value asked;

		if (!step->by_kernel)
			continue;
		if (!step->refused && !bpf_value_make(&step->assignment->value, &asked))
			step->refused = EINVAL;
		if (step->refused) {
			refuse(transaction, step, i);
			continue;
		}
		kernel_pass_add(&asks, i, change_of(step, step->option, &asked));
	}
	n = asks.n;
	/* All or nothing: what is refused beforehand keeps the others from being made. */
	if (n && (!transaction->failed || transaction->wish->keep_going))
		r = pass(transaction, asks.changes, n);
	else
		n = 0;
	for (size_t i = 0; i < n; i++)
		note(transaction, asks.whose[i], &asks.changes[i], r);
	kernel_pass_free(&asks);
}
