/* SPDX-License-Identifier: MIT */
/* Which sockets of a pass were met, and who holds those of several descriptors. */

#include "gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_of(uint64_t cookie, size_t size)
{
	return (size_t)(cookie * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (size - 1);
}

static size_t seen_slot(const struct gather_seen *seen, uint64_t cookie)
{
	size_t slot = slot_of(cookie, seen->size);

	while (seen->table[slot] && seen->table[slot] != cookie)
		slot = (slot + 1) & (seen->size - 1);
	return slot;
}

static int seen_grow(struct gather_seen *seen)
{
	struct gather_seen grown = { .size = seen->size ? seen->size * 2 : 1024, .n = seen->n };

	grown.table = calloc(grown.size, sizeof(*grown.table));
	if (!grown.table)
		return -ENOMEM;
	for (size_t i = 0; i < seen->size; i++)
		if (seen->table[i])
			grown.table[seen_slot(&grown, seen->table[i])] = seen->table[i];
	free(seen->table);
	*seen = grown;
	return 0;
}

int gather_see(struct gather_seen *seen, uint64_t cookie)
{
	size_t slot;

	/* Three quarters full at most. */
	if (seen->n * 4 >= seen->size * 3 && seen_grow(seen) < 0)
		return -ENOMEM;
	slot = seen_slot(seen, cookie);
	if (seen->table[slot])
		return 0;
	seen->table[slot] = cookie;
	seen->n++;
	return 1;
}

bool gather_was_seen(const struct gather_seen *seen, uint64_t cookie)
{
	return seen->n && seen->table[seen_slot(seen, cookie)] != 0;
}

void gather_seen_done(struct gather_seen *seen)
{
	free(seen->table);
	*seen = (struct gather_seen){ 0 };
}

static size_t shared_slot(const struct gather *gather, uint64_t cookie)
{
	size_t slot = slot_of(cookie, gather->table_size);

	while (gather->table[slot] && gather->list[gather->table[slot] - 1].record->cookie != cookie)
		slot = (slot + 1) & (gather->table_size - 1);
	return slot;
}

static int shared_grow(struct gather *gather)
{
	size_t size = gather->table_size ? gather->table_size * 2 : 256;
	struct gather_shared *list = realloc(gather->list, size / 2 * sizeof(*list));
	uint32_t *table;

	if (!list)
		return -ENOMEM;
	gather->list = list;
	gather->room = size / 2;
	table = calloc(size, sizeof(*table));
	if (!table)
		return -ENOMEM;
	free(gather->table);
	gather->table = table;
	gather->table_size = size;
	for (size_t i = 0; i < gather->n; i++)
		table[shared_slot(gather, list[i].record->cookie)] = (uint32_t)i + 1;
	return 0;
}

bool gather_has(const struct gather *gather, uint64_t cookie)
{
	return gather->n && gather->table[shared_slot(gather, cookie)];
}

static int add_holder(struct gather_shared *shared, const struct facts_holder *holder)
{
	struct facts_holder copy = *holder;
	char *process, *cgroup;

	/* Threads whose process's first one has ended are each looked at, and have the same descriptors. */
	for (size_t i = shared->n_holders; i-- > 0;)
		if (shared->holders[i].fd == holder->fd && shared->holders[i].pid == holder->pid)
			return 0;
	if (shared->n_holders == shared->room) {
		size_t room = shared->room ? shared->room * 2 : 4;
		struct facts_holder *grown = realloc(shared->holders, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		shared->holders = grown;
		shared->room = room;
	}
	process = strdup(holder->process);
	cgroup = strdup(holder->cgroup);
	if (!process || !cgroup) {
		free(process);
		free(cgroup);
		return -ENOMEM;
	}
	copy.process = process;
	copy.cgroup = cgroup;
	shared->holders[shared->n_holders++] = copy;
	return 0;
}

int gather_add(struct gather *gather, const struct socket_record *record, const struct facts_holder *holder)
{
	struct socket_record *copy;
	size_t slot;

	if (gather->n == gather->room && shared_grow(gather) < 0)
		return -ENOMEM;
	slot = shared_slot(gather, record->cookie);
	if (gather->table[slot])
		return add_holder(&gather->list[gather->table[slot] - 1], holder);
	copy = malloc(record->size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, record, record->size);
	gather->list[gather->n] = (struct gather_shared){ .record = copy };
	gather->table[slot] = (uint32_t)++gather->n;
	return add_holder(&gather->list[gather->n - 1], holder);
}

void gather_done(struct gather *gather)
{
	for (size_t i = 0; i < gather->n; i++) {
		for (size_t k = 0; k < gather->list[i].n_holders; k++) {
			free((void *)(uintptr_t)gather->list[i].holders[k].process);
			free((void *)(uintptr_t)gather->list[i].holders[k].cgroup);
		}
		free(gather->list[i].holders);
		free(gather->list[i].record);
	}
	free(gather->list);
	free(gather->table);
	*gather = (struct gather){ 0 };
}
