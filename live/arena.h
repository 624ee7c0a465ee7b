/* SPDX-License-Identifier: MIT */
/* A network namespace of our own, where demonstrations disturb nobody. */
#ifndef LIVE_ARENA_H
#define LIVE_ARENA_H

/**
 * @brief Moves the calling process into a new network namespace with its loopback up.
 *
 * Without CAP_SYS_ADMIN or CAP_NET_ADMIN a new user namespace comes with it, in which we are root.
 * @return 0, or -errno: the process stays where it was
 */
int arena_enter(void);

#endif
