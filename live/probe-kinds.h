/* SPDX-License-Identifier: MIT */
/* The kinds of socket on which the facts are probed. */
#ifndef LIVE_PROBE_KINDS_H
#define LIVE_PROBE_KINDS_H

#include <probe.h>

struct kind {
	const char *name;
	struct sockopt_kind of;
	bool open;     /* can be opened here */
	bool withheld; /* this kernel may have them, but we do not */
	int fresh;     /* a socket that nobody changes */
	bool deaf;     /* one can listen, but nothing connects here */
};

extern struct kind kinds[PROBE_KINDS_MAX];
extern size_t n_kinds;

/** Opens a fresh socket of one of probe_kinds, to keep, or says why there is none. */
void kind_open(size_t index, struct probe_socket *ret);

/** Does without this kind. */
void kind_leave(size_t index);

/** A new socket of this kind, non-blocking. @return -1 and errno on failure */
int kind_socket(const struct kind *kind);

/** Closes a socket of this kind; of those that take long, on the side. */
void kind_close(const struct kind *kind, int fd);

/** A socket of many associations, which listens but does not accept (SCTP)? */
bool kind_is_one_to_many(const struct kind *kind);

/** Can such a socket listen and accept? */
bool kind_accepts(const struct kind *kind);

/**
 * @brief Do such sockets answer for an option with a handler of their own, of which the entry does not tell?
 * @return its name, or NULL
 */
const char *kind_own_rules(const struct kind *kind, const struct sockopt_option *option, enum sockopt_access access);

/** The next kind that can be opened and on which the option applies, after this one (NULL: the first). */
const struct kind *kind_next(const struct kind *after, const struct sockopt_option *option,
			     enum sockopt_access access);

#endif
