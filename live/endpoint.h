/* SPDX-License-Identifier: MIT */
/* Addresses of the families that have neither IP nor paths: AF_PACKET, AF_NETLINK, AF_VSOCK, AF_CAN, AF_TIPC, ... */
#ifndef LIVE_ENDPOINT_H
#define LIVE_ENDPOINT_H

#include <facts.h>

/**
 * @brief Reads where such a socket is bound, and to whom it is connected.
 *
 * A family of AF_UNSPEC is left where it is neither.
 * @return 0, or -errno if it could not be asked
 */
int endpoint_read(int fd, const struct sockopt_kind *kind, struct facts_address *ret_local,
		  struct facts_address *ret_peer);

#endif
