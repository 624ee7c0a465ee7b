/* SPDX-License-Identifier: MIT */
/* Sockets as sock_diag(7) lists them: also those that nobody holds, or whose holders are hidden from us. */
#ifndef LIVE_DIAG_H
#define LIVE_DIAG_H

#include <facts.h>

/** A socket of a listing. Only what sock_diag tells is filled in; no holders. */
struct diag_socket {
	struct facts facts;
	uid_t uid;
	uint32_t queue;    /* bytes to be read; of a TCP listener: connections that wait to be accepted */
	bool is_time_wait; /* also with the state fin-wait-2, which the kernel keeps in as little room */
};

/**
 * @brief Lists the TCP, UDP, UDP-Lite, MPTCP and AF_UNIX sockets of the calling thread's network namespace.
 * @return 0, a non-zero result of each, or a negative errno if no listing can be had
 */
int diag_each(int (*each)(void *arg, const struct diag_socket *socket), void *arg);

/**
 * As diag_each(), of what is rare and what the kernel finds without a walk through all: UDP-Lite, MPTCP, and the TCP
 * sockets that are neither established, nor listening, nor closed.
 */
int diag_each_rare(int (*each)(void *arg, const struct diag_socket *socket), void *arg);

/**
 * @brief As diag_each(), in the network namespace of a process. The thread comes back to its own.
 * @return also -EPERM if it may not be entered (CAP_SYS_ADMIN)
 */
int diag_each_in(pid_t pid, int (*each)(void *arg, const struct diag_socket *socket), void *arg);

/** One message of an inet_diag or unix_diag answer as a socket; false if it is cut or of another family. */
bool diag_read_inet(const void *message, size_t length, int protocol, struct diag_socket *ret);
bool diag_read_unix(const void *message, size_t length, struct diag_socket *ret);

#endif
