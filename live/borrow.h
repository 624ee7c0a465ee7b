/* SPDX-License-Identifier: MIT */
/* A duplicate of another process's descriptor: the target is neither stopped nor told. */
#ifndef LIVE_BORROW_H
#define LIVE_BORROW_H

#include <stdint.h>
#include <sys/types.h>

/** Remembers the pidfd of the process that was asked last: most sockets in a row are of one process. */
struct borrower {
	pid_t pid; /* 0: none */
	int pidfd;
};

#define BORROWER_INIT                 \
	{                             \
		.pid = 0, .pidfd = -1 \
	}

/** Whatever the descriptor is of: the caller compares the cookie, which nothing but a socket has. */
#define BORROW_UNCHECKED UINT64_MAX

/**
 * @brief Duplicates descriptor their_fd of a process, if it is a socket of this inode.
 *
 * @param inode 0: any socket; or BORROW_UNCHECKED
 * @param ret_fd close-on-exec, owned by the caller
 * @return 0, or -ESRCH (the process is gone), -ESTALE (the descriptor is now another socket, another file or
 *   closed), -EPERM (no CAP_SYS_PTRACE, and the process is not ours), -EMFILE, -ENFILE (no descriptor left)
 */
int borrow_fd(struct borrower *borrower, pid_t pid, int their_fd, uint64_t inode, int *ret_fd);

/** Closes what the borrower remembers. */
void borrow_done(struct borrower *borrower);

#endif
