/* SPDX-License-Identifier: MIT */
/* The sockets of the machine, each once, with a descriptor of it to read and change. */
#ifndef LIVE_SOCKETS_H
#define LIVE_SOCKETS_H

#include <facts.h>
#include <selector.h>

struct live_socket {
	struct facts facts;
	int fd;    /* a duplicate, closed after the call; -1: none can be had */
	int error; /* then why, positive: EPERM (no right), 0 (nobody holds the socket) */
	uid_t uid; /* the owner, where no holder is known; (uid_t)-1: not known */
};

struct live_report {
	size_t matched;      /* sockets handed over */
	size_t unreadable;   /* of those: no descriptor for want of a right */
	size_t hidden;       /* processes whose descriptors we may not see */
	size_t vanished;     /* closed while we looked */
	int no_descriptor;   /* EMFILE or ENFILE: we ran out of descriptors, the listing is not whole */
	bool foreign_hidden; /* namespaces that we may not enter: their unheld sockets are not listed */
	bool pid_gone;       /* a pid that the selector names does not exist */
	bool pid_hidden;     /* a pid that the selector names may not be looked into */
};

/**
 * @brief Hands over every socket that the selector picks, each once, with all its holders.
 *
 * @param selector NULL: all
 * @param each a non-zero result ends it; the socket and what it points to are valid during the call
 * @param ret_report also filled in when each ended it
 * @return 0, the result of each, -ENOMEM, -EMFILE or -ENFILE (no descriptor left), or -errno of /proc
 */
int live_each(const struct selector *selector, int (*each)(void *arg, struct live_socket *socket), void *arg,
	      struct live_report *ret_report);

#endif
