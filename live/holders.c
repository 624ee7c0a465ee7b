/* SPDX-License-Identifier: MIT */
/* Who holds which socket: every (process, fd) by the socket's inode. */

#include "holders.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define NONE UINT32_MAX

/** One (process, fd); those of one socket are a list. */
struct link {
	uint32_t process;
	int fd;
	uint32_t next;
};

struct entry {
	uint64_t inode;
	uint32_t first;
	uint32_t last;
	uint32_t n;
};

struct holders {
	struct process *processes;
	size_t n_processes, room_processes;
	bool *hidden; /* a process each */
	struct entry *entries;
	size_t n_entries, room_entries;
	struct link *links;
	size_t n_links, room_links;
	uint32_t *table; /* inode -> entry, open addressing; a power of two */
	size_t table_size;
	struct facts_holder *list;
	size_t list_room;
	struct holders_report report;
};

/** Makes room for one more; returns -ENOMEM if there is none. */
static int grow(void **array, size_t *room, size_t used, size_t element)
{
	size_t wanted = *room ? *room * 2 : 64;
	void *grown;

	if (used < *room)
		return 0;
	grown = realloc(*array, wanted * element);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = wanted;
	return 0;
}

#define GROW(array, room, used) grow((void **)&(array), &(room), (used), sizeof(*(array)))

static size_t slot_of(const struct holders *holders, uint64_t inode)
{
	size_t slot = (size_t)(inode * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (holders->table_size - 1);

	while (holders->table[slot] != NONE && holders->entries[holders->table[slot]].inode != inode)
		slot = (slot + 1) & (holders->table_size - 1);
	return slot;
}

static int rehash(struct holders *holders)
{
	size_t size = holders->table_size ? holders->table_size * 2 : 1024;
	uint32_t *table = malloc(size * sizeof(*table));

	if (!table)
		return -ENOMEM;
	memset(table, 0xff, size * sizeof(*table));
	free(holders->table);
	holders->table = table;
	holders->table_size = size;
	for (uint32_t i = 0; i < holders->n_entries; i++)
		holders->table[slot_of(holders, holders->entries[i].inode)] = i;
	return 0;
}

static int add(void *arg, int fd, uint64_t inode)
{
	struct holders *holders = arg;
	struct entry *entry;
	uint32_t link = (uint32_t)holders->n_links;
	size_t slot;

	if (holders->n_entries * 2 >= holders->table_size && rehash(holders) < 0)
		return -ENOMEM;
	if (GROW(holders->links, holders->room_links, holders->n_links) < 0 ||
	    GROW(holders->entries, holders->room_entries, holders->n_entries) < 0)
		return -ENOMEM;

	holders->links[holders->n_links++] =
		(struct link){ (uint32_t)holders->n_processes - 1, fd, NONE };
	slot = slot_of(holders, inode);
	if (holders->table[slot] == NONE) {
		holders->table[slot] = (uint32_t)holders->n_entries;
		holders->entries[holders->n_entries++] = (struct entry){ inode, link, link, 1 };
		return 0;
	}
	entry = &holders->entries[holders->table[slot]];
	holders->links[entry->last].next = link;
	entry->last = link;
	entry->n++;
	return 0;
}

/** A process that may not be looked into. */
static int hide(struct holders *holders, size_t index)
{
	holders->hidden[index] = true;
	if (holders->report.hidden++ == 0)
		holders->report.first_hidden = holders->processes[index].pid;
	return 0;
}

static int add_process(void *arg, pid_t pid)
{
	struct holders *holders = arg;
	size_t room = holders->room_processes, index;
	int r;

	if (GROW(holders->processes, holders->room_processes, holders->n_processes) < 0)
		return -ENOMEM;
	if (room != holders->room_processes) {
		bool *hidden = realloc(holders->hidden, holders->room_processes * sizeof(*hidden));

		if (!hidden)
			return -ENOMEM;
		holders->hidden = hidden;
	}
	index = holders->n_processes;
	holders->processes[index] = (struct process){ .pid = pid };
	holders->hidden[index] = false;
	r = process_read(pid, &holders->processes[index]);
	if (r < 0 && !failure_is_permission(r))
		return r == -ESRCH ? 0 : r; /* it ended while we looked */
	holders->n_processes++;
	holders->report.processes++;
	if (r < 0)
		return hide(holders, index); /* hidepid=1: its folder is there, and closed */

	r = process_each_socket(pid, add, holders);
	if (r == -EACCES)
		return hide(holders, index);
	return r == -ESRCH ? 0 : r;
}

int holders_read(struct holders **ret, struct holders_report *ret_report)
{
	struct holders *holders = calloc(1, sizeof(*holders));
	int r;

	if (!holders)
		return -ENOMEM;
	r = rehash(holders);
	if (r == 0)
		r = process_each(add_process, holders);
	if (r < 0) {
		holders_free(holders);
		return r;
	}
	*ret = holders;
	if (ret_report)
		*ret_report = holders->report;
	return 0;
}

void holders_free(struct holders *holders)
{
	if (!holders)
		return;
	for (size_t i = 0; i < holders->n_processes; i++)
		free(holders->processes[i].cgroup);
	free(holders->processes);
	free(holders->hidden);
	free(holders->entries);
	free(holders->links);
	free(holders->table);
	free(holders->list);
	free(holders);
}

size_t holders_count(const struct holders *holders)
{
	return holders->n_entries;
}

size_t holders_at(struct holders *holders, size_t index, uint64_t *ret_inode, const struct facts_holder **ret_list)
{
	const struct entry *entry = &holders->entries[index];
	size_t n = 0;

	*ret_inode = entry->inode;
	*ret_list = holders->list;
	if (entry->n > holders->list_room) {
		struct facts_holder *list = realloc(holders->list, entry->n * sizeof(*list));

		if (!list)
			return 0;
		holders->list = list;
		holders->list_room = entry->n;
		*ret_list = list;
	}
	for (uint32_t at = entry->first; at != NONE; at = holders->links[at].next) {
		const struct process *process = &holders->processes[holders->links[at].process];

		holders->list[n++] = (struct facts_holder){
			.pid = process->pid,
			.fd = holders->links[at].fd,
			.uid = process->uid,
			.process = process->name,
			.cgroup = process->cgroup ? process->cgroup : "",
		};
	}
	return n;
}

size_t holders_find(const struct holders *holders, uint64_t inode)
{
	uint32_t entry = holders->table[slot_of(holders, inode)];

	return entry == NONE ? HOLDERS_NONE : entry;
}

size_t holders_namespaces(const struct holders *holders, uint64_t *ret_netns, pid_t *ret_pid, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < holders->n_processes && n < max; i++) {
		bool known = holders->processes[i].netns == 0;

		for (size_t k = 0; k < n && !known; k++)
			known = ret_netns[k] == holders->processes[i].netns;
		if (known)
			continue;
		ret_netns[n] = holders->processes[i].netns;
		ret_pid[n++] = holders->processes[i].pid;
	}
	return n;
}

bool holders_is_hidden(const struct holders *holders, pid_t pid)
{
	for (size_t i = 0; i < holders->n_processes; i++)
		if (holders->processes[i].pid == pid)
			return holders->hidden[i];
	/* hidepid=2: it is there, and /proc does not say so. */
	return kill(pid, 0) < 0 && errno == EPERM;
}
