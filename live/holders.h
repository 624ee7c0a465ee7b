/* SPDX-License-Identifier: MIT */
/* Who holds which socket: every (process, fd) by the socket's inode. */
#ifndef LIVE_HOLDERS_H
#define LIVE_HOLDERS_H

#include <facts.h>

#include "process.h"

struct holders;

/** What was seen while looking. */
struct holders_report {
	size_t processes;
	size_t hidden;      /* processes whose descriptors we may not see */
	pid_t first_hidden; /* one of them, 0: none */
};

/**
 * @brief Looks through /proc.
 * @param ret to be freed with holders_free()
 * @return 0, -ENOMEM, or -errno of /proc
 */
int holders_read(struct holders **ret, struct holders_report *ret_report);

void holders_free(struct holders *holders);

/** How many sockets there are. */
size_t holders_count(const struct holders *holders);

/**
 * @brief Socket number index: its inode and who holds it.
 * @param ret_list valid until the next call or holders_free()
 * @return how many holders
 */
size_t holders_at(struct holders *holders, size_t index, uint64_t *ret_inode, const struct facts_holder **ret_list);

#define HOLDERS_NONE SIZE_MAX

/** The index of the socket of this inode; HOLDERS_NONE if no holder is known. */
size_t holders_find(const struct holders *holders, uint64_t inode);

/** The distinct network namespaces of the processes: one pid of each. Returns how many were stored. */
size_t holders_namespaces(const struct holders *holders, uint64_t *ret_netns, pid_t *ret_pid, size_t max);

/** Is this process one that we know, but whose descriptors are hidden from us? */
bool holders_is_hidden(const struct holders *holders, pid_t pid);

#endif
