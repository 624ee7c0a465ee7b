/* SPDX-License-Identifier: MIT */
/* What an AF_XDP socket needs before it can be bound. */
#ifndef LIVE_PROBE_XDP_H
#define LIVE_PROBE_XDP_H

/**
 * @brief Gives the socket memory and rings, but for those that it has, and binds it to the loopback interface.
 * @return 0 or -errno
 */
int xdp_bind(int fd);

#endif
