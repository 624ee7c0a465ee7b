/* SPDX-License-Identifier: MIT */
/* A session of PPP over L2TP, whose other end is nobody. */
#ifndef LIVE_PROBE_L2TP_H
#define LIVE_PROBE_L2TP_H

/**
 * @brief Connects a socket of PPPoL2TP as a session of a new tunnel over the loopback.
 * @param others gets the tunnel's two sockets
 * @return 0 or -errno
 */
int l2tp_connect(int fd, int others[2]);

#endif
