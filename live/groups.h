/* SPDX-License-Identifier: MIT */
/* Multicast groups: which of those that its namespace has joined a socket has joined itself. */
#ifndef LIVE_GROUPS_H
#define LIVE_GROUPS_H

#include <netinet/in.h>

#include "sockets.h"

/** A group on an interface. */
struct group {
	unsigned int ifindex;
	struct in_addr address;
};

/** Reads the text of /proc/net/igmp. Returns how many groups were stored. */
size_t groups_read(const char *text, struct group *ret, size_t max);

/**
 * @brief Asks an IPv4 socket for each group of its namespace; that of all hosts is left out.
 * @param ret_joined groups that the socket is in
 * @param ret_others groups that only others are in
 * @return 0, -EPERM (no holder lives in the socket's namespace), or -errno
 */
int groups_count(struct live_socket *socket, int64_t *ret_joined, int64_t *ret_others);

#endif
