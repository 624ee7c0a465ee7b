/* SPDX-License-Identifier: MIT */
/* Taking back by the kernel: of sockets that no descriptor leads to. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf-change.h>

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

	if (!read->is_found) {
		undo->gone++;
		undo_show(undo, intent, option, NULL, NULL, "gone", 0);
	} else if (!read->has_after) {
		show_failed(undo, intent, option, EOPNOTSUPP);
	} else if (sockopt_same(option, &read->after, &intent->value.before)) {
		undo->as_before++;
		undo_show(undo, intent, option, &read->after, &read->after, "as before", 0);
	} else if (undo_is_changed_since(intent, option, &read->after) && !undo->args->force) {
		undo->foreign++;
		undo_show(undo, intent, option, &read->after, &read->after, "changed since", 0);
	} else if (undo->args->dry_run) {
		undo_show(undo, intent, option, &read->after, NULL, "planned", 0);
	} else {
		return true;
	}
	return false;
}

static void restore(struct undo *undo, const struct bpf_change *read, const size_t *intents, size_t n)
{
	struct bpf_change *changes = xmalloc(n * sizeof(*changes));
	struct sockopt_value *asked = xmalloc(n * sizeof(*asked));
	size_t *of = xmalloc(n * sizeof(*of));
	const char *why;
	size_t wanted = 0;
	int error = 0, r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct journal_intent *intent = &undo->entry->intents[intents[i]];

		if (!is_to_be_restored(undo, intent, &read[i]))
			continue;
		sockopt_asked_for(read[i].option, &intent->value.before, &asked[wanted]);
		changes[wanted] = (struct bpf_change){
			.cookie = read[i].cookie,
			.protocol = read[i].protocol,
			.option = read[i].option,
		};
		changes[wanted].asked = &asked[wanted];
		of[wanted++] = i;
	}
	if (wanted)
		r = bpf_change_all(changes, wanted, &why, &error);
	for (size_t i = 0; i < wanted; i++) {
		const struct journal_intent *intent = &undo->entry->intents[intents[of[i]]];

		if (r < 0 || changes[i].error) {
			show_failed(undo, intent, changes[i].option, r < 0 ? (error ? error : -r) : changes[i].error);
			continue;
		}
		undo->restored++;
		undo_show(undo, intent, changes[i].option, &read[of[i]].after, &changes[i].after, "restored", 0);
	}
	free(of);
	free(asked);
	free(changes);
}

void undo_by_kernel(struct undo *undo)
{
	struct bpf_change *read = xmalloc(undo->n_kernel * sizeof(*read));
	size_t *intents = xmalloc(undo->n_kernel * sizeof(*intents));
	const char *why;
	size_t n = 0;
	int error = 0, r = 0;

	for (size_t i = 0; i < undo->n_kernel; i++) {
		const struct journal_intent *intent = &undo->entry->intents[undo->kernel[i]];
		struct sockopt_unnamed unnamed;
		const struct sockopt_option *option = undo_option(intent, &unnamed);

		if (!bpf_change_possible(option, &intent->kind)) {
			show_failed(undo, intent, option, EPERM);
			continue;
		}
		read[n] = (struct bpf_change){
			.cookie = intent->cookie,
			.protocol = intent->kind.protocol,
			.option = option,
		};
		intents[n++] = undo->kernel[i];
	}
	if (n)
		r = bpf_change_all(read, n, &why, &error);
	if (r < 0)
		for (size_t i = 0; i < n; i++)
			show_failed(undo, &undo->entry->intents[intents[i]], read[i].option, error ? error : -r);
	else
		restore(undo, read, intents, n);
	free(intents);
	free(read);
}
