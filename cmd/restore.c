/* SPDX-License-Identifier: MIT */
/* Old values of the journal, brought back. */

#include "restore.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf-change.h>
#include <log.h>
#include <sockets.h>
#include <text.h>

#include "cmd.h"

const struct sockopt_option *restore_option(const struct journal_intent *intent, struct sockopt_unnamed *unnamed)
{
	const struct sockopt_option *option =
		sockopt_find_number_on(&intent->kind, intent->value.level, intent->value.number, SOCKOPT_SET);

	return option ? option : sockopt_make_unnamed(intent->value.level, intent->value.number, unnamed);
}

void restore_tell(struct restore *restore, size_t index, enum restore_outcome outcome, const struct sockopt_value *now,
		  const struct sockopt_value *after, int error)
{
	restore->n[outcome]++;
	restore->forbidden += outcome == RESTORE_FAILED && error == EPERM;
	restore->tell(restore->context, index, outcome, now, after, error);
}

/** Was the value changed by somebody else: is it not what we left? */
static bool is_changed_since(const struct journal_intent *intent, const struct sockopt_option *option,
			     const struct sockopt_value *now)
{
	return intent->done && intent->has_after && !sockopt_same(option, now, &intent->after);
}

bool restore_is_wanted(struct restore *restore, size_t index, const struct sockopt_option *option,
		       const struct sockopt_value *now)
{
	const struct journal_intent *intent = &restore->entry->intents[index];

	if (is_changed_since(intent, option, now) && !restore->force) {
		restore_tell(restore, index, RESTORE_CHANGED_SINCE, now, now, 0);
		return false;
	}
	if (restore->dry_run) {
		restore_tell(restore, index, RESTORE_PLANNED, now, NULL, 0);
		return false;
	}
	return true;
}

/** What changed along: back to what it was. @return 0 or -errno */
static int restore_touched(int fd, const struct journal_intent *intent)
{
	int r = 0;

	for (size_t i = 0; i < intent->n_touched; i++) {
		const struct journal_value *touched = &intent->touched[i];
		const struct sockopt_option *other =
			sockopt_find_number_on(&intent->kind, touched->level, touched->number, SOCKOPT_SET);
		int error = other ? change_restore(fd, other, &touched->before) : 0;

		r = error < 0 ? error : r;
	}
	return r;
}

/** An action has no old value: its inverse takes back what was asked. */
static void restore_action(struct restore *restore, size_t index, const struct sockopt_option *option, int fd)
{
	const struct journal_intent *intent = &restore->entry->intents[index];
	const struct sockopt_option *inverse = option->inverse ? sockopt_find(option->inverse) : NULL;
	int r;

	inverse = inverse ? sockopt_twin_for(inverse, &intent->kind, SOCKOPT_SET) : NULL;
	if (restore->dry_run) {
		restore_tell(restore, index, RESTORE_PLANNED, NULL, NULL, 0);
		return;
	}
	r = inverse ? sockopt_set(fd, inverse, &intent->value.before) : -EOPNOTSUPP;
	restore_tell(restore, index, r < 0 ? RESTORE_FAILED : RESTORE_RESTORED, NULL, NULL, -r);
}

static void restore_on(struct restore *restore, size_t index, const struct sockopt_option *option, int fd)
{
	const struct journal_intent *intent = &restore->entry->intents[index];
	const struct sockopt_option *read_by = change_read_by(option);
	struct sockopt_value now, after;
	int r, touched;

	if (intent->has_asked) {
		restore_action(restore, index, option, fd);
		return;
	}
	r = read_by ? sockopt_get(fd, read_by, &now) : -EOPNOTSUPP;
	if (r < 0) {
		restore_tell(restore, index, RESTORE_FAILED, NULL, NULL, -r);
		return;
	}
	if (sockopt_same(option, &now, &intent->value.before)) {
		r = restore->dry_run ? 0 : restore_touched(fd, intent);
		restore_tell(restore, index, r < 0 ? RESTORE_FAILED : RESTORE_AS_BEFORE, &now, &now, -r);
		return;
	}
	if (!restore_is_wanted(restore, index, option, &now))
		return;
	r = change_restore(fd, read_by, &intent->value.before);
	touched = restore_touched(fd, intent);
	r = r < 0 ? r : touched;
	if (sockopt_get(fd, read_by, &after) < 0)
		after = now;
	restore_tell(restore, index, r < 0 ? RESTORE_FAILED : RESTORE_RESTORED, &now, &after, -r);
}

static void restore_intent(struct restore *restore, size_t index)
{
	const struct journal_intent *intent = &restore->entry->intents[index];
	struct sockopt_unnamed unnamed;
	const struct sockopt_option *option = restore_option(intent, &unnamed);
	int fd, r;

	if (intent->failed)
		return;
	/* If it was not made after all, the inverse would take away what the program itself had asked for. */
	if (intent->has_asked && !intent->done) {
		restore->not_known++;
		return;
	}
	if (!intent->has_before && !intent->has_asked) {
		if (intent->done) {
			restore->not_undoable++;
			restore_tell(restore, index, RESTORE_FAILED, NULL, NULL, EOPNOTSUPP);
		}
		return;
	}
	r = change_borrow(&restore->borrower, intent->holders, intent->n_holders, intent->cookie, &fd);
	if (r == -ESTALE || r == -ESRCH) {
		restore->lost[restore->n_lost++] = index;
	} else if (r == -EPERM && intent->has_before && bpf_change_possible(option, &intent->kind)) {
		restore->kernel[restore->n_kernel++] = index;
	} else if (r < 0) {
		restore_tell(restore, index, RESTORE_FAILED, NULL, NULL, -r);
	} else {
		restore_on(restore, index, option, fd);
		close(fd);
	}
}

static const struct journal_entry *sorted_entry;

/** By cookie; of one socket the last change first, as all is taken back. */
static int compare_lost(const void *a, const void *b)
{
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	uint64_t x = sorted_entry->intents[i].cookie, y = sorted_entry->intents[k].cookie;

	if (x != y)
		return x < y ? -1 : 1;
	return i > k ? -1 : i < k;
}

/** A socket that was seen now: is it one of the lost ones? */
static int restore_found(void *arg, struct live_socket *socket)
{
	struct restore *restore = arg;
	size_t low = 0, high = restore->n_lost;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (restore->entry->intents[restore->lost[middle]].cookie < socket->facts.cookie)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < restore->n_lost; low++) {
		size_t index = restore->lost[low];
		const struct journal_intent *intent = &restore->entry->intents[index];
		struct sockopt_unnamed unnamed;

		if (intent->cookie != socket->facts.cookie)
			break;
		restore->found[low] = true;
		if (live_descriptor(socket) < 0)
			restore->kernel[restore->n_kernel++] = index;
		else
			restore_on(restore, index, restore_option(intent, &unnamed), socket->fd);
	}
	return 0;
}

/** A socket may have moved to another process or descriptor: looked for by its cookie, among all. */
static void restore_lost(struct restore *restore)
{
	struct live_report report;
	int r;

	if (restore->n_lost == 0)
		return;
	restore->found = xmalloc(restore->n_lost * sizeof(*restore->found));
	sorted_entry = restore->entry;
	qsort(restore->lost, restore->n_lost, sizeof(*restore->lost), compare_lost);
	r = live_each(&(struct live_request){ .engine = LIVE_ENGINE_AUTO }, restore_found, restore, &report);
	for (size_t i = 0; i < restore->n_lost; i++) {
		if (restore->found[i])
			continue;
		/* Gone it is if we looked everywhere. */
		if (r < 0)
			restore_tell(restore, restore->lost[i], RESTORE_FAILED, NULL, NULL, -r);
		else
			restore_tell(restore, restore->lost[i], RESTORE_GONE, NULL, NULL, 0);
	}
	free(restore->found);
}

void restore_all(struct restore *restore)
{
	const struct journal_entry *entry = restore->entry;

	restore->borrower = (struct borrower)BORROWER_INIT;
	restore->lost = xmalloc(entry->n_intents * sizeof(*restore->lost));
	restore->kernel = xmalloc(entry->n_intents * sizeof(*restore->kernel));
	for (size_t i = entry->n_intents; i-- > 0;) {
		restore_intent(restore, i);
		log_progress(_("bringing back"), entry->n_intents - i, entry->n_intents);
	}
	restore_lost(restore);
	restore_by_kernel(restore);
	borrow_done(&restore->borrower);
	free(restore->lost);
	free(restore->kernel);
}
