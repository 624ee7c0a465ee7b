/* SPDX-License-Identifier: MIT */
/* Any file as a journal. */
#include <cmd.h>
#include <journal.h>
#include <stdio.h>

#include "fuzz.h"

/** What undo does with it. */
static size_t use(const struct journal_entry *entry)
{
	size_t sum = strlen(entry->command) + strlen(entry->boot) + strlen(entry->time);

	for (size_t i = 0; i < entry->n_intents; i++) {
		const struct journal_intent *intent = &entry->intents[i];

		if (intent->value.before.length > SOCKOPT_VALUE_MAX || intent->after.length > SOCKOPT_VALUE_MAX)
			abort();
		for (size_t k = 0; k < intent->n_holders; k++) {
			if (intent->holders[k].pid <= 0 || intent->holders[k].fd < 0)
				abort();
			sum += strlen(intent->holders[k].process) + strlen(intent->holders[k].cgroup);
		}
		for (size_t k = 0; k < intent->n_touched; k++)
			if (intent->touched[k].before.length > SOCKOPT_VALUE_MAX)
				abort();
		if (intent->local.family == AF_UNIX)
			sum += strlen(intent->local.path);
		if (intent->peer.family == AF_UNIX)
			sum += strlen(intent->peer.path);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_entry *entry;
	void *bytes;
	FILE *file;

	if (size == 0)
		return 0;
	bytes = fuzz_bytes(data, size);
	file = fmemopen(bytes, size, "r");
	if (!file)
		abort();
	if (journal_parse(file, 1, &entry) == 0) {
		if (use(entry) == SIZE_MAX)
			abort();
		journal_free(entry);
	}
	fclose(file);
	free(bytes);
	return 0;
}
