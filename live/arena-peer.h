/* SPDX-License-Identifier: MIT */
/* A second host beside our own network namespace, and cables to it. */
#ifndef LIVE_ARENA_PEER_H
#define LIVE_ARENA_PEER_H

#include <stdint.h>

/** Two network namespaces of ours. The calling thread is in one of them; its sockets stay where they were made. */
struct arena_hosts {
	int here, there; /* descriptors, -1: none */
};

#define ARENA_NO_HOSTS ((struct arena_hosts){ -1, -1 })

/** After arena_enter(): makes the second host. The thread stays here. @return 0 or -errno */
int arena_hosts_make(struct arena_hosts *hosts);
void arena_hosts_close(struct arena_hosts *hosts);

/** Moves the thread: what it opens from now on belongs to that host. @return 0 or -errno */
int arena_move(int host);

/**
 * @brief A cable, as a pair of virtual Ethernet devices of one name: 10.0.NET.1 here, 10.0.NET.2 there, both up.
 *
 * The thread must be here.
 * @return 0 or -errno
 */
int arena_cable(const struct arena_hosts *hosts, const char *name, unsigned int net);

/** Takes the address from the device in this host: it is silent from now on, as if the power were off. */
int arena_take_address(const char *name);

/** What carries the mark is routed by a table whose default route leaves by this device. */
int arena_route_mark(uint32_t mark, uint32_t table, const char *name);

/** The address of the cable's end: end 1 is here, 2 there. In network byte order. */
uint32_t arena_address(unsigned int net, unsigned int end);

#endif
