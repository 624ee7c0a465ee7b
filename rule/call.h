/* SPDX-License-Identifier: MIT */
/* What is known of one system call on a socket, seen from outside when it has returned. */
#ifndef RULE_CALL_H
#define RULE_CALL_H

#include "facts.h"

enum call_kind {
	CALL_SET,
	CALL_GET,
	CALL_SOCKET,
	CALL_SOCKETPAIR,
	CALL_BIND,
	CALL_LISTEN,
	CALL_CONNECT,
	CALL_ACCEPT,
	CALL_SHUTDOWN,
	CALL_CLOSE,
	CALL_N_KINDS,
};

/** Do not copy: it points into itself. Strings and bytes are owned by who made it. */
struct call {
	enum call_kind kind;
	uint64_t time_ns; /* CLOCK_REALTIME, when it returned */
	pid_t pid, tid;
	uid_t uid;
	const char *process;   /* the thread's name */
	int fd;                /* that the program named; socket, socketpair: the new one, -1 if there is none */
	int second;            /* accept: the new descriptor; socketpair: the other one; -1 if there is none */
	int error;             /* the errno, positive; 0: it succeeded */
	uint64_t capabilities; /* effective, of the thread; told only if error is EPERM or EACCES */
	bool is_io_uring;
	bool is_32bit; /* by the table of i386 */

	bool has_socket; /* false: fd was no socket, or what it is could not be read */
	struct facts facts;
	struct facts_holder holder; /* what facts.holders points to */

	/* set and get */
	const struct sockopt_option *option;
	struct sockopt_unnamed unnamed; /* what option points to, if it has no name */
	const void *bytes;              /* the value, as far as it was kept; of 32 bits a time is widened */
	int64_t wide[2];                /* where bytes points to then */
	size_t size;                    /* of bytes */
	size_t length;                  /* as the call had it; more than size if not all was kept */
	bool is_unread;                 /* the program's memory could not be read */
	bool has_kept;                  /* kept_bytes: what the kernel had of this option just after the call */
	const void *kept_bytes;
	size_t kept_size;

	bool is_nonblocking; /* of set: the descriptor does not block */

	struct sockopt_kind asked;    /* socket, socketpair: as the program asked */
	int number;                   /* listen: the backlog; shutdown: how */
	struct facts_address address; /* bind, connect: as the program gave it */

	bool has_queue;         /* close: of a TCP listener; the next two are known */
	bool shares_port;       /* it has SO_REUSEPORT */
	unsigned int n_waiting; /* connections that nobody has accepted */

	const uint64_t *stack; /* return addresses, the innermost first */
	size_t n_stack;
};

/** "set", "get", "socket", ...: the words of the outputs, never translated. */
const char *call_kind_word(enum call_kind kind);

/** The words of a thread's capabilities that an option wants: which of them it has. Texts as CAP_NET_ADMIN. */
int call_capabilities(uint64_t capabilities, char *ret, size_t size);

/** Of a call that was not permitted: had the thread one of the capabilities that the option takes? */
bool call_is_capable(const struct call *call);

#endif
