/* SPDX-License-Identifier: MIT */
/* What sockets of each family can be bound to, and which states they can be brought to. */
#ifndef LIVE_PROBE_ADDRESS_H
#define LIVE_PROBE_ADDRESS_H

#include <sys/socket.h>

#include "probe-kinds.h"

/** An address of this machine alone, its port left to the kernel. @return its length */
socklen_t address_of(const struct kind *kind, struct sockaddr_storage *ret);

/** The states to which a socket of this kind can be brought alone: of SOCKOPT_BOUND, _LISTENING, _CONNECTED. */
unsigned address_states(const struct kind *kind);

#endif
