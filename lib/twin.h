/* SPDX-License-Identifier: MIT */
/* A name that stands at several levels: which of them takes the value? Private to lib/. */
#ifndef LIB_TWIN_H
#define LIB_TWIN_H

#include "sockopt.h"

/**
 * Sets an option, or the first of its twins further on that applies to the socket and takes the value: an IPv6
 * socket knows MCAST_JOIN_GROUP at IPPROTO_IP too, but only IPPROTO_IPV6 takes an IPv6 group.
 * @return 0 or the negative errno of the first try
 */
int twin_set(int fd, const struct sockopt_kind *kind, const struct sockopt_option *option,
	     const struct sockopt_value *value);

#endif
