/* SPDX-License-Identifier: MIT */
/* Errors that say nothing of what was asked. */
#ifndef LIVE_FAILURE_H
#define LIVE_FAILURE_H

#include <errno.h>
#include <stdbool.h>

/**
 * @brief Is it the machine that failed: memory, tables, the disk, a signal?
 *
 * Who is told so knows nothing: not that a process has ended, not that a socket is gone, not that an option is not
 * there. To go on as if would show half for all, or change what cannot be taken back.
 * @param r negative errno
 */
static inline bool failure_is_machine(int r)
{
	return r == -ENOMEM || r == -ENOBUFS || r == -EMFILE || r == -ENFILE || r == -EINTR || r == -EIO;
}

/** Is it a right that is missing? */
static inline bool failure_is_permission(int r)
{
	return r == -EPERM || r == -EACCES;
}

#endif
