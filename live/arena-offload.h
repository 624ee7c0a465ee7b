/* SPDX-License-Identifier: MIT */
/* Cables of ours that deliver as network cards do. */
#ifndef LIVE_ARENA_OFFLOAD_H
#define LIVE_ARENA_OFFLOAD_H

#include "arena-peer.h"

/**
 * @brief What comes here by the cable goes through a receive queue with NAPI, as with a network card.
 *
 * A veth device has one where it joins segments (GRO), and only for what the other end did not leave to be cut (TSO).
 * The thread must be here.
 * @return 0 or -errno
 */
int arena_receive_by_napi(const struct arena_hosts *hosts, const char *name);

#endif
