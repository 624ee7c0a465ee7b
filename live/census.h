/* SPDX-License-Identifier: MIT */
/* The sockets that listen, or wait without a peer, by port: what one socket cannot tell of the others. */
#ifndef LIVE_CENSUS_H
#define LIVE_CENSUS_H

#include <facts.h>

struct census;

/** @return NULL if memory is short */
struct census *census_new(void);
void census_free(struct census *census);

/**
 * @brief Makes sure that the namespace of this socket has been listed.
 * @return 0, or -errno: of that namespace nothing is known
 */
int census_read(struct census *census, const struct facts *facts);

/** Does a socket listen at the local address and port of this connected one? */
bool census_listens(const struct census *census, const struct facts *facts);

/**
 * @brief How many sockets listen (or wait) at this very address and port.
 * @param ret_least the fewest connections that wait to be accepted in one of them
 */
size_t census_group(const struct census *census, const struct facts *facts, uint32_t *ret_least);

/** How many listen (or wait) at this port, at any address of either family. */
size_t census_on_port(const struct census *census, const struct facts *facts);

#endif
