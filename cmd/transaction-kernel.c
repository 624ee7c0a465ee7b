/* SPDX-License-Identifier: MIT */
/*
 * The part of a transaction that the kernel makes: sockets that no descriptor leads to, or all with --engine bpf. All
 * their old values are read in one pass before any is changed in another.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf-change.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "journal.h"
#include "transaction-parts.h"

/** Can a descriptor of the socket be had, now or when others were closed? Not without CAP_SYS_PTRACE, for one. */
static bool is_reachable(struct live_socket *socket)
{
	int fd = live_is_readable(socket) ? live_descriptor(socket) : -ESTALE;

	return fd >= 0 || fd == -EMFILE || fd == -ENFILE;
}

bool transaction_is_by_kernel(const struct transaction *transaction, struct live_socket *socket)
{
	const struct transaction_wish *wish = transaction->wish;

	if (wish->engine == LIVE_ENGINE_PIDFD)
		return false;
	if (wish->engine == LIVE_ENGINE_BPF)
		return true;
	if (!socket->facts.cookie || is_reachable(socket))
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

static void keep_before(struct step *step, const struct bpf_change *read)
{
	if (!read->has_after)
		return;
	step->before = xmalloc(sizeof(*step->before));
	step->before->length = read->after.length;
	memcpy(step->before->bytes, read->after.bytes, read->after.length);
}

static void describe(const struct step *step, struct change *ret)
{
	const struct sockopt_value *asked = &step->assignment->value;

	ret->option = step->option;
	ret->asked.length = asked->length;
	memcpy(ret->asked.bytes, asked->bytes, asked->length);
	ret->has_before = step->before != NULL;
	if (step->before)
		ret->before = *step->before;
	ret->has_after = false;
	ret->result = SOCKOPT_RESULT_PLANNED;
	ret->error = 0;
	ret->n_touched = 0;
}

/** A step whose old value is known, or cannot be read: into the list of those that will be made. */
static int plan(struct transaction *transaction, struct step *later)
{
	struct step *step = transaction_add(&transaction->steps, &transaction->n_steps, &transaction->room);
	struct change *change = xmalloc(sizeof(*change));
	int r = 0;

	*step = *later;
	*later = (struct step){ 0 };
	describe(step, change);
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

int transaction_plan_by_kernel(struct transaction *transaction)
{
	bool forced = transaction->wish->engine == LIVE_ENGINE_BPF;
	struct bpf_change *changes = xmalloc(transaction->n_later * sizeof(*changes));
	size_t n = 0, at = 0;
	int r = 0;

	for (size_t i = 0; i < transaction->n_later; i++) {
		const struct step *step = &transaction->later[i];

		if (is_possible(step))
			changes[n++] = (struct bpf_change){
				.cookie = step->facts.cookie,
				.protocol = step->facts.kind.protocol,
				.option = step->option,
			};
	}
	if (n)
		r = pass(transaction, changes, n);
	/* Sockets that nobody holds are changed where that can be had; it was not asked for. */
	if (r == -EOPNOTSUPP && !forced) {
		log_debug(_("sockets that no process holds are left out: %s"), _(transaction->why_not));
		free(changes);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < transaction->n_later; i++) {
		struct step *step = &transaction->later[i];

		if (is_possible(step)) {
			const struct bpf_change *read = &changes[at++];

			if (!read->is_found || (read->error && !forced))
				continue;
			keep_before(step, read);
		} else if (!forced) {
			continue;
		}
		r = plan(transaction, step);
	}
	free(changes);
	return r;
}

static void note(struct transaction *transaction, size_t index, const struct bpf_change *made)
{
	struct step *step = &transaction->steps[index];
	struct change *change = xmalloc(sizeof(*change));

	describe(step, change);
	if (!made->is_found) {
		transaction->gone++;
		transaction_show(transaction, step, change, "gone");
		free(change);
		return;
	}
	change->error = made->error;
	change->result = made->error ? SOCKOPT_RESULT_FAILED : SOCKOPT_RESULT_KEPT;
	change->has_after = !made->error && made->has_after;
	if (change->has_after) {
		change->after = made->after;
		change->result = sockopt_compare(step->option, step->before, &change->asked, &change->after);
	}
	step->made = !made->error;
	transaction->made += step->made;
	journal_outcome(transaction->journal, index, change->has_after ? &change->after : NULL, change->error);
	transaction_show(transaction, step, change, NULL);
	if (change->error)
		transaction_failed(transaction, step, change->error);
	free(change);
}

/** An option that the kernel does not take in this way, with --engine bpf. */
static void refuse(struct transaction *transaction, size_t index)
{
	const struct step *step = &transaction->steps[index];
	struct change *change = xmalloc(sizeof(*change));

	describe(step, change);
	change->error = EOPNOTSUPP;
	change->result = SOCKOPT_RESULT_FAILED;
	journal_outcome(transaction->journal, index, NULL, EOPNOTSUPP);
	transaction_show(transaction, step, change, NULL);
	if (transaction->failed++ == 0) {
		log_error(_("%s cannot be set by engine bpf on such a socket"), step->option->name);
		log_hint(_("'sockopt explain %s' says what takes it; --engine pidfd reaches sockets that a process holds"),
			 step->option->name);
	}
	free(change);
}

void transaction_make_by_kernel(struct transaction *transaction)
{
	struct bpf_change *changes = xmalloc(transaction->n_steps * sizeof(*changes));
	size_t *steps = xmalloc(transaction->n_steps * sizeof(*steps));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < transaction->n_steps; i++) {
		const struct step *step = &transaction->steps[i];

		if (!step->by_kernel)
			continue;
		if (!is_possible(step)) {
			refuse(transaction, i);
			continue;
		}
		changes[n] = (struct bpf_change){
			.cookie = step->facts.cookie,
			.protocol = step->facts.kind.protocol,
			.option = step->option,
			.asked = &step->assignment->value,
		};
		steps[n++] = i;
	}
	/* All or nothing: what is refused beforehand keeps the others from being made. */
	if (n && (!transaction->failed || transaction->wish->keep_going))
		r = pass(transaction, changes, n);
	else
		n = 0;
	for (size_t i = 0; i < n; i++) {
		changes[i].error = r < 0 ? -r : changes[i].error;
		changes[i].is_found |= r < 0;
		note(transaction, steps[i], &changes[i]);
	}
	free(steps);
	free(changes);
}

size_t transaction_roll_back_by_kernel(struct transaction *transaction)
{
	struct bpf_change *changes = xmalloc(transaction->n_steps * sizeof(*changes));
	struct sockopt_value *asked = xmalloc(transaction->n_steps * sizeof(*asked));
	size_t *steps = xmalloc(transaction->n_steps * sizeof(*steps));
	size_t n = 0, not_restored = 0;
	int r = 0;

	for (size_t i = 0; i < transaction->n_steps; i++) {
		const struct step *step = &transaction->steps[i];

		if (!step->by_kernel || !step->made)
			continue;
		if (!step->before) {
			not_restored++;
			continue;
		}
		sockopt_asked_for(step->option, step->before, &asked[n]);
		changes[n] = (struct bpf_change){
			.cookie = step->facts.cookie,
			.protocol = step->facts.kind.protocol,
			.option = step->option,
			.asked = &asked[n],
		};
		steps[n++] = i;
	}
	if (n)
		r = pass(transaction, changes, n);
	for (size_t i = 0; i < n; i++) {
		const struct step *step = &transaction->steps[steps[i]];

		if (r < 0 || changes[i].error)
			not_restored++;
		else
			change_view_took_back(transaction->wish->view, steps[i], &step->facts, step->option);
	}
	free(steps);
	free(asked);
	free(changes);
	return not_restored;
}
