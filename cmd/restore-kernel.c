/* SPDX-License-Identifier: MIT */
/* Bringing back by the kernel: to sockets that no descriptor leads to. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf-change.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "kernel-pass.h"
#include "restore.h"

/** Is the value that is there ours to bring back? Says so if it is not. ret_as_before: it is what it was */
static bool is_to_be_restored(struct restore *restore, size_t index, const struct bpf_change *read, bool *ret_as_before)
{
	const struct journal_intent *intent = &restore->entry->intents[index];
	struct sockopt_value now;

	bpf_value_get(&read->after, &now);
	*ret_as_before = false;
	if (read->is_out_of_reach) {
		restore_tell(restore, index, RESTORE_FAILED, NULL, NULL, EPERM);
	} else if (!read->is_found) {
		restore_tell(restore, index, RESTORE_GONE, NULL, NULL, 0);
	} else if (!read->has_after) {
		restore_tell(restore, index, RESTORE_FAILED, NULL, NULL, EOPNOTSUPP);
	} else if (sockopt_same(read->option, &now, &intent->value.before)) {
		restore_tell(restore, index, RESTORE_AS_BEFORE, &now, &now, 0);
		*ret_as_before = true;
	} else {
		return restore_is_wanted(restore, index, read->option, &now);
	}
	return false;
}

/** before: to be brought back; NULL: it is only read. @return false: that cannot be */
static bool add(struct restore *restore, struct kernel_pass *pass, size_t index, const struct sockopt_option *option,
		const struct sockopt_value *before)
{
	const struct journal_intent *intent = &restore->entry->intents[index];
	struct bpf_change change = {
		.cookie = intent->cookie,
		.netns = intent->netns,
		.protocol = intent->kind.protocol,
		.option = option,
	};
	struct sockopt_value asked;

	if (!bpf_change_possible(option, &intent->kind))
		return false;
	if (before) {
		sockopt_asked_for(option, before, &asked);
		change.has_asked = true;
		if (!bpf_value_make(&asked, &change.asked))
			return false;
	}
	kernel_pass_add(pass, index, change);
	return true;
}

/**
 * What changed along, back to what it was, when the options themselves are back: to set those changes it again.
 * What the kernel's side does not set stays, and is told of once.
 */
static void restore_touched(struct restore *restore, const size_t *intents, size_t n)
{
	struct kernel_pass back = { 0 };
	const struct sockopt_option *left = NULL;
	const char *why;
	int error = 0, r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct journal_intent *intent = &restore->entry->intents[intents[i]];

		for (size_t k = 0; k < intent->n_touched; k++) {
			const struct journal_value *touched = &intent->touched[k];
			const struct sockopt_option *option =
				sockopt_find_number_on(&intent->kind, touched->level, touched->number, SOCKOPT_SET);

			if (option && !add(restore, &back, intents[i], option, &touched->before)) {
				left = option;
				restore->left_along++;
			}
		}
	}
	if (back.n)
		r = bpf_change_all(back.changes, back.n, &why, &error);
	for (size_t i = 0; i < back.n; i++)
		if (r < 0 || back.changes[i].error)
			restore_tell(restore, back.whose[i], RESTORE_FAILED, NULL, NULL,
				     r < 0 ? (error ? error : -r) : back.changes[i].error);
	if (left)
		log_warning(_("%s, which changed along, could not be brought back where no descriptor of the socket can be had"),
			    left->name);
	kernel_pass_free(&back);
}

/** made: what was brought back, or not (r: the pass broke off). whole: gets the intents. @return how many */
static size_t tell_restored(struct restore *restore, const struct kernel_pass *made, const struct bpf_value *now, int r,
			    size_t *whole)
{
	size_t n = 0;

	for (size_t i = 0; i < made->n; i++) {
		const struct bpf_change *change = &made->changes[i];
		size_t index = made->whose[i];
		struct sockopt_value before, after;

		if (change->error || (r < 0 && !change->is_found)) {
			restore_tell(restore, index, RESTORE_FAILED, NULL, NULL, change->error ? change->error : -r);
		} else if (!change->is_found) {
			restore_tell(restore, index, RESTORE_GONE, NULL, NULL, 0);
		} else {
			bpf_value_get(&now[i], &before);
			bpf_value_get(&change->after, &after);
			restore_tell(restore, index, RESTORE_RESTORED, &before, change->has_after ? &after : NULL, 0);
			whole[n++] = index;
		}
	}
	return n;
}

static void restore_read(struct restore *restore, const struct kernel_pass *read)
{
	struct kernel_pass back = { 0 };
	struct bpf_value *now = xmalloc(read->n * sizeof(*now));
	size_t *whole = xmalloc(read->n * sizeof(*whole)); /* intents whose options are as they were */
	const char *why;
	size_t n = 0;
	int error = 0, r = 0;

	for (size_t i = 0; i < read->n; i++) {
		const struct journal_intent *intent = &restore->entry->intents[read->whose[i]];
		bool is_as_before;

		if (!is_to_be_restored(restore, read->whose[i], &read->changes[i], &is_as_before)) {
			if (is_as_before && !restore->dry_run)
				whole[n++] = read->whose[i];
			continue;
		}
		now[back.n] = read->changes[i].after;
		if (!add(restore, &back, read->whose[i], read->changes[i].option, &intent->value.before))
			restore_tell(restore, read->whose[i], RESTORE_FAILED, NULL, NULL, EOPNOTSUPP);
	}
	if (back.n)
		r = bpf_change_all(back.changes, back.n, &why, &error);
	n += tell_restored(restore, &back, now, r < 0 && error ? -error : r, whole + n);
	restore_touched(restore, whole, n);
	free(whole);
	free(now);
	kernel_pass_free(&back);
}

void restore_by_kernel(struct restore *restore)
{
	struct kernel_pass read = { 0 };
	const char *why;
	int error = 0, r = 0;

	for (size_t i = 0; i < restore->n_kernel; i++) {
		const struct journal_intent *intent = &restore->entry->intents[restore->kernel[i]];
		struct sockopt_unnamed unnamed;
		const struct sockopt_option *option = restore_option(intent, &unnamed);

		if (!add(restore, &read, restore->kernel[i], option, NULL))
			restore_tell(restore, restore->kernel[i], RESTORE_FAILED, NULL, NULL, EPERM);
	}
	if (read.n)
		r = bpf_change_all(read.changes, read.n, &why, &error);
	if (r < 0)
		for (size_t i = 0; i < read.n; i++)
			restore_tell(restore, read.whose[i], RESTORE_FAILED, NULL, NULL, error ? error : -r);
	else
		restore_read(restore, &read);
	kernel_pass_free(&read);
}
