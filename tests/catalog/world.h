/* SPDX-License-Identifier: MIT */
/* The network namespace in which the facts are probed, and what its /proc/sys says. */
#ifndef CATALOG_WORLD_H
#define CATALOG_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @brief Enters an own network namespace, lo up: whatever happens there disturbs nobody.
 *
 * Without the capability for it a user namespace comes first.
 * @return 0 or -errno
 */
int world_enter(void);

/** Remembers a sysctl that a network namespace of one's own has not: to be called before world_enter(). */
void world_remember(const char *name);

/**
 * @brief Makes the descriptor 3, which the catalogue's examples name, one of a BPF program that lets all pass.
 * @return 0 or -errno
 */
int world_load_program(void);

/** Is this process in the initial user namespace, so that its capabilities count everywhere? */
bool world_is_initial(void);

/** For a child: a new user namespace with all capabilities, and a network namespace of it. @return 0 or -errno */
int world_enter_inner(void);

/** Word number index of a sysctl such as net.ipv4.tcp_rmem[1]. @return 0 or -errno */
int world_sysctl(const char *name, char *ret, size_t size);
int world_sysctl_number(const char *name, int64_t *ret);

#endif
