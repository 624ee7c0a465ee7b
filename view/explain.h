/* SPDX-License-Identifier: MIT */
/* An entry of the catalogue, in full, as one line, and as JSON. */
#ifndef VIEW_EXPLAIN_H
#define VIEW_EXPLAIN_H

#include <sockopt.h>
#include <stdio.h>

#include "code.h"

/** What a fresh socket of this kernel said of the option. */
struct explain_probe {
	bool tried; /* false: no socket on which it applies can be opened here */
	struct sockopt_kind kind;
	int socket_error; /* why none can be opened, positive */
	int error;        /* of getsockopt, positive; 0 */
	bool readable;    /* it was read */
	struct sockopt_value value;
};

/** The whole entry. language: of the code, CODE_N_LANGUAGES: all six. */
void explain_entry(FILE *file, const struct sockopt_option *option, const struct explain_probe *probe,
		   enum code_language language);

/** One field of an option (sockopt_find_or_part()). */
void explain_part(FILE *file, const struct sockopt_option *part);

/** NAME  summary: a line of a list. */
void explain_line(FILE *file, const struct sockopt_option *option);

/** The heading of a level in a list. */
void explain_level(FILE *file, const struct sockopt_level *level);

/** The whole entry as one JSON object, one line. */
void explain_json(FILE *file, const struct sockopt_option *option, const struct explain_probe *probe);

/** "throughput", "latency", ...: the bits of enum sockopt_goal; NULL behind the last. */
const char *explain_goal(unsigned int index);

/** "for throughput: 256KiB, 1MiB" */
void explain_tuning(const struct sockopt_option *option, char *ret, size_t size);

/** Does it mean some sockets alone? */
bool explain_is_limited(const struct sockopt_where *where);

/** Which sockets a list of places means: "tcp, udp (inet, inet6)"; "any" for none. */
int explain_where(const struct sockopt_where *where, size_t count, char *ret, size_t size);

/** Words for the bits of enum sockopt_state and enum sockopt_moment: "bound, listening". */
int explain_states(unsigned int states, char *ret, size_t size);
int explain_moments(unsigned int moments, char *ret, size_t size);

/** By when it must be set: "before listen or before connect". */
int explain_in_time(unsigned int moments, char *ret, size_t size);

/** The values that set accepts: "0 or 88 to 32767"; empty where it is not said. */
int explain_ranges(const struct sockopt_option *option, char *ret, size_t size);

#endif
