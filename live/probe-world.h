/* SPDX-License-Identifier: MIT */
/* The network namespace in which the facts are probed, and what its /proc/sys says. */
#ifndef LIVE_PROBE_WORLD_H
#define LIVE_PROBE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockopt.h>

/**
 * @brief Enters an own network namespace, lo up: whatever happens there disturbs nobody.
 *
 * Without the capability for it a user namespace comes first.
 * @return 0 or -errno
 */
int world_enter(void);

/**
 * @brief May a throw-away socket get this option, as far as others are concerned?
 *
 * In a namespace of one's own anything. Among others nothing that does something (join a group), that is dangerous,
 * or that the kernel keeps for the privileged, since it concerns others.
 */
bool world_may_set(const struct sockopt_option *option);

/** Is a capability over the network namespace one that this process may lack, since the namespace is not its own? */
bool world_is_others(void);

/** As socket(2); of families that no other namespace has, in the one that world_enter() left, if that is allowed. */
int world_socket(int family, int type, int protocol);

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

/**
 * @brief Enters one more network namespace, for sockets that no test has touched the surroundings of.
 * @param ret_back for world_return(), which is due
 * @return 0 or -errno
 */
int world_enter_another(int *ret_back);
void world_return(int back);

/** Word number index of a sysctl such as net.ipv4.tcp_rmem[1]. @return 0 or -errno */
int world_sysctl(const char *name, char *ret, size_t size);
int world_sysctl_number(const char *name, int64_t *ret);

#endif
