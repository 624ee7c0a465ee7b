/* SPDX-License-Identifier: MIT */
/* Two hosts with two cables, red and blue, and a socket at the end of each. */
#ifndef CMD_DEMO_PATHS_H
#define CMD_DEMO_PATHS_H

#include <arena-peer.h>

#include "demo-net.h"
#include "demo.h"

enum demo_path { DEMO_RED,
		 DEMO_BLUE,
		 DEMO_N_PATHS };

struct demo_paths {
	struct arena_hosts hosts;
	int ends[DEMO_N_PATHS]; /* sockets of the other host, each bound to the device
                             of a cable */
	in_port_t port;         /* of both, in network byte order */
};

/** "red", "blue": also the names of the devices. */
const char *demo_path_name(enum demo_path path);

/** @return 0 or demo_stop() */
int demo_paths_make(struct demo_stage *stage, struct demo_paths *paths);
void demo_paths_close(struct demo_paths *paths);

/** By which cable a datagram arrived at the other host. @return DEMO_N_PATHS:
 * by none */
enum demo_path demo_paths_arrived(const struct demo_paths *paths);

#endif
