/* SPDX-License-Identifier: MIT */
/* The sockets of the machine, each once, with what is needed to read and change their options. */
#ifndef LIVE_SOCKETS_H
#define LIVE_SOCKETS_H

#include <facts.h>
#include <selector.h>

struct borrower;
struct defaults;
struct record_view;

/** How sockets are found and read. */
enum live_engine {
	LIVE_ENGINE_AUTO,  /* the best one that is permitted */
	LIVE_ENGINE_BPF,   /* one pass of the kernel over its own structs */
	LIVE_ENGINE_PIDFD, /* /proc, and a descriptor of each socket */
};

struct live_socket {
	struct facts facts;
	int fd;                     /* a duplicate, closed after the call; -1: none yet (live_descriptor()) */
	int error;                  /* why none can be had, positive: EPERM (no right); 0: nobody holds it */
	uid_t uid;                  /* the owner, where no holder is known; (uid_t)-1: not known */
	struct record_view *record; /* what the kernel told of it; NULL: nothing but the facts */
	struct borrower *borrower;  /* for a descriptor when it is wanted; NULL: fd is all there is */
	struct defaults *defaults;
};

/** What is looked for, and what will be asked of each socket. */
struct live_request {
	const struct selector *selector; /* NULL: all */
	enum live_engine engine;
	/** Options that will be read, besides the selector's: NULL and 0: none; all_options: any of them. */
	const struct sockopt_option *const *options;
	size_t n_options;
	bool all_options;
	struct defaults *defaults; /* what fresh sockets have; NULL: asked of each socket */
	bool is_last;              /* no look follows: privileges that only the beginning needs are given up */
};

struct live_report {
	size_t matched;          /* sockets handed over, and unlisted ones */
	size_t unreadable;       /* of those: no descriptor for want of a right */
	size_t unlisted;         /* of those: not handed over, since no more is known than who holds them */
	size_t hidden;           /* processes whose descriptors we may not see */
	size_t vanished;         /* closed while we looked */
	int no_descriptor;       /* EMFILE or ENFILE: we ran out of descriptors, the listing is not whole */
	bool foreign_hidden;     /* namespaces that we may not enter: their unheld sockets are not listed */
	bool pid_gone;           /* a pid that the selector names does not exist */
	bool pid_hidden;         /* a pid that the selector names may not be looked into */
	enum live_engine engine; /* the one that looked */
	const char *why_not_bpf; /* English, to be translated; NULL: it was used, or not wanted */
	int bpf_error;           /* errno that belongs to it, positive; 0: none */
};

/**
 * @brief Hands over every socket that the selector picks, each once, with all its holders.
 *
 * @param each a non-zero result ends it; the socket and what it points to are valid during the call
 * @param ret_report also filled in when each ended it
 * @return 0, the result of each, -ENOMEM, -EMFILE or -ENFILE (no descriptor left), -errno of /proc,
 *   -EOPNOTSUPP (the engine asked for cannot be had: why_not_bpf)
 */
int live_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
	      struct live_report *ret_report);

/**
 * @brief Reads an option: from what the kernel told, or else by a descriptor.
 * @param ret at least size bytes
 * @return 0, or a negative errno: as of getsockopt(2), or as live_descriptor(), or -EMSGSIZE
 */
int live_read(struct live_socket *socket, const struct sockopt_option *option, void *ret, size_t size,
	      size_t *ret_length);

/** As live_read(), without a copy where none is needed: ret_bytes is valid during the call of each. */
int live_peek(struct live_socket *socket, const struct sockopt_option *option, void *scratch, size_t size,
	      const void **ret_bytes, size_t *ret_length);

/** As live_read(), into a value. */
int live_get(struct live_socket *socket, const struct sockopt_option *option, struct sockopt_value *ret);

/** Can its options be read at all, one way or another? */
bool live_is_readable(const struct live_socket *socket);

/** Can its options be read, and perhaps be set by a descriptor? Not so if nobody holds it. */
bool live_is_held(const struct live_socket *socket);

/**
 * @brief A descriptor of the socket, borrowed from any holder when first asked for.
 * @return it, closed after the call of each; -EPERM, -ESTALE (no holder has it any more), -EMFILE, -ENFILE
 */
int live_descriptor(struct live_socket *socket);

/** The engine's name, as --engine takes it. */
const char *live_engine_name(enum live_engine engine);

/** Can the BPF engine be had here? NULL, or why not, in English; ret_error: errno that belongs to it. */
const char *live_why_not_bpf(int *ret_error);

#endif
