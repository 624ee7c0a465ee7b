/* SPDX-License-Identifier: MIT */
/* Taking back by the kernel: of sockets that no descriptor leads to. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf-change.h>
#include <log.h>
#include <text.h>

#include "cmd.h"
#include "undo-parts.h"

static void show_failed(struct undo *undo, const struct journal_intent *intent, const struct sockopt_option *option,
			int error)
{
	undo->failed++;
	undo->forbidden += error == EPERM;
	undo_show(undo, intent, option, NULL, NULL, "failed", error);
}

/** Is the value that is there ours to bring back? Says so if it is not. */
static bool is_to_be_restored(struct undo *undo, const struct journal_intent *intent, const struct bpf_change *read)
{
	const struct sockopt_option *option = read->option;

	struct sockopt_value now;

	bpf_value_get(&read->after, &now);
	if (read->is_out_of_reach) {
		show_failed(undo, intent, option, EPERM);
	} else if (!read->is_found) {
		undo->gone++;
		undo_show(undo, intent, option, NULL, NULL, "gone", 0);
	} else if (!read->has_after) {
		show_failed(undo, intent, option, EOPNOTSUPP);
	} else if (sockopt_same(option, &now, &intent->value.before)) {
		undo->as_before++;
		undo_show(undo, intent, option, &now, &now, "as before", 0);
	} else if (undo_is_changed_since(intent, option, &now) && !undo->args->force) {
		undo->foreign++;
		undo_show(undo, intent, option, &now, &now, "changed since", 0);
	} else if (undo->args->dry_run) {
		undo_show(undo, intent, option, &now, NULL, "planned", 0);
	} else {
		return true;
	}
	return false;
}

/** A list of what is read or brought back, and whose each is. */
struct list {
	struct bpf_change *changes;
	size_t *intents; /* in the entry */
	size_t n, room;
};

/** before: to be brought back; NULL: it is only read. @return false: that cannot be */
static bool add(struct undo *undo, struct list *list, size_t index, const struct sockopt_option *option,
		const struct sockopt_value *before)
{
	const struct journal_intent *intent = &undo->entry->intents[index];
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
	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->changes = xrealloc(list->changes, list->room * sizeof(*list->changes));
		list->intents = xrealloc(list->intents, list->room * sizeof(*list->intents));
	}
	list->intents[list->n] = index;
	list->changes[list->n++] = change;
	return true;
}

static void free_list(struct list *list)
{
	free(list->changes);
	free(list->intents);
}

/**
 * What changed along, back to what it was, when the options themselves are back: to set those changes it again.
 * What the kernel's side does not set stays, and is told of once.
 */
static void restore_touched(struct undo *undo, const size_t *intents, size_t n)
{
	struct list back = { 0 };
	const struct sockopt_option *left = NULL;
	const char *why;
	int error = 0, r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct journal_intent *intent = &undo->entry->intents[intents[i]];

		for (size_t k = 0; k < intent->n_touched; k++) {
			const struct journal_value *touched = &intent->touched[k];
			const struct sockopt_option *option =
				sockopt_find_number(touched->level, touched->number, SOCKOPT_SET);

			if (option && !add(undo, &back, intents[i], option, &touched->before))
				left = option;
		}
	}
	if (back.n)
		r = bpf_change_all(back.changes, back.n, &why, &error);
	for (size_t i = 0; i < back.n; i++)
		if (r < 0 || back.changes[i].error)
			show_failed(undo, &undo->entry->intents[back.intents[i]], back.changes[i].option,
				    r < 0 ? (error ? error : -r) : back.changes[i].error);
	if (left)
		log_warning(_("%s, which changed along, could not be brought back where no descriptor of the socket can be had"),
			    left->name);
	free_list(&back);
}

/** made: what was brought back, or not (r: none of it). whole: gets the intents. @return how many */
static size_t show_restored(struct undo *undo, const struct list *made, const struct bpf_value *now, int r,
			    size_t *whole)
{
	size_t n = 0;

	for (size_t i = 0; i < made->n; i++) {
		const struct journal_intent *intent = &undo->entry->intents[made->intents[i]];
		const struct bpf_change *change = &made->changes[i];
		struct sockopt_value before, after;

		if (r < 0 || change->error) {
			show_failed(undo, intent, change->option, r < 0 ? -r : change->error);
			continue;
		}
		if (!change->is_found) {
			undo->gone++;
			undo_show(undo, intent, change->option, NULL, NULL, "gone", 0);
			continue;
		}
		undo->restored++;
		bpf_value_get(&now[i], &before);
		bpf_value_get(&change->after, &after);
		undo_show(undo, intent, change->option, &before, &after, "restored", 0);
		whole[n++] = made->intents[i];
	}
	return n;
}

static void restore(struct undo *undo, const struct list *read)
{
	struct list back = { 0 };
	struct bpf_value *now = xmalloc(read->n * sizeof(*now));
	size_t *whole = xmalloc(read->n * sizeof(*whole)); /* intents whose options are as they were */
	const char *why;
	size_t n = 0;
	int error = 0, r = 0;

	for (size_t i = 0; i < read->n; i++) {
		const struct journal_intent *intent = &undo->entry->intents[read->intents[i]];
		size_t as_before = undo->as_before;

		if (!is_to_be_restored(undo, intent, &read->changes[i])) {
			if (undo->as_before > as_before && !undo->args->dry_run)
				whole[n++] = read->intents[i];
			continue;
		}
		now[back.n] = read->changes[i].after;
		if (!add(undo, &back, read->intents[i], read->changes[i].option, &intent->value.before))
			show_failed(undo, intent, read->changes[i].option, EOPNOTSUPP);
	}
	if (back.n)
		r = bpf_change_all(back.changes, back.n, &why, &error);
	n += show_restored(undo, &back, now, r < 0 && error ? -error : r, whole + n);
	restore_touched(undo, whole, n);
	free(whole);
	free(now);
	free_list(&back);
}

void undo_by_kernel(struct undo *undo)
{
	struct list read = { 0 };
	const char *why;
	int error = 0, r = 0;

	for (size_t i = 0; i < undo->n_kernel; i++) {
		const struct journal_intent *intent = &undo->entry->intents[undo->kernel[i]];
		struct sockopt_unnamed unnamed;
		const struct sockopt_option *option = undo_option(intent, &unnamed);

		if (!add(undo, &read, undo->kernel[i], option, NULL))
			show_failed(undo, intent, option, EPERM);
	}
	if (read.n)
		r = bpf_change_all(read.changes, read.n, &why, &error);
	if (r < 0)
		for (size_t i = 0; i < read.n; i++)
			show_failed(undo, &undo->entry->intents[read.intents[i]], read.changes[i].option,
				    error ? error : -r);
	else
		restore(undo, &read);
	free_list(&read);
}
