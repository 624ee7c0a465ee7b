/* SPDX-License-Identifier: MIT */
/* What a fresh socket of this kernel says of an option. */
#ifndef LIVE_PROBE_FRESH_H
#define LIVE_PROBE_FRESH_H

#include <sockopt.h>

struct probe_fresh {
	bool opened;      /* a socket that the option applies to could be opened */
	int socket_error; /* why not, positive */
	struct sockopt_kind kind;
	bool read;
	int error; /* of getsockopt, positive */
	struct sockopt_value value;
};

/** Opens a socket of the first kind that the option applies to, reads the option, closes it. */
void probe_fresh(const struct sockopt_option *option, struct probe_fresh *ret);

#endif
