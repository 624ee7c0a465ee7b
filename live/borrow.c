/* SPDX-License-Identifier: MIT */
/* pidfd_open(2) and pidfd_getfd(2), Linux 5.6. */

#include "borrow.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tidy.h"

static int open_pidfd(struct borrower *borrower, pid_t pid)
{
	int pidfd;

	if (borrower->pid == pid)
		return 0;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */
	if (pidfd < 0)
		return -errno;
	borrow_done(borrower);
	*borrower = (struct borrower){ .pid = pid, .pidfd = pidfd };
	return 0;
}

int borrow_fd(struct borrower *borrower, pid_t pid, int their_fd, uint64_t inode, int *ret_fd)
{
	struct stat status;
	int r = open_pidfd(borrower, pid);

	if (r < 0)
		return r;
	autoclose int ours = (int)syscall(SYS_pidfd_getfd, borrower->pidfd, their_fd, 0);
	if (ours < 0)
		return errno == EBADF ? -ESTALE : -errno;
	if (inode == BORROW_UNCHECKED) {
		*ret_fd = take_fd(&ours);
		return 0;
	}
	if (fstat(ours, &status) < 0)
		return -errno;
	if (!S_ISSOCK(status.st_mode) || (inode && status.st_ino != inode))
		return -ESTALE;
	*ret_fd = take_fd(&ours);
	return 0;
}

void borrow_done(struct borrower *borrower)
{
	if (borrower->pid)
		close(borrower->pidfd);
	*borrower = (struct borrower)BORROWER_INIT;
}
