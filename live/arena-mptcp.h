/* SPDX-License-Identifier: MIT */
/* What the kernel's path manager of Multipath TCP does in a host of ours. */
#ifndef LIVE_ARENA_MPTCP_H
#define LIVE_ARENA_MPTCP_H

#include <stdint.h>

/** This host, where the thread is, tells its peers of an IPv4 address (network byte order). @return 0 or -errno */
int arena_mptcp_tell(uint32_t address);

/** This host opens so many more subflows a connection, to addresses that it was told of. @return 0 or -errno */
int arena_mptcp_accept(uint32_t most);

#endif
