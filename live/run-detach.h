/* SPDX-License-Identifier: MIT */
/* The process that serves a program: not its child, not in its terminal's reach, gone when it is done. */
#ifndef LIVE_RUN_DETACH_H
#define LIVE_RUN_DETACH_H

#include <stddef.h>
#include <sys/types.h>

/**
 * @brief fork(2) without a child: the new process belongs to init, is in a session of its own, and signals that
 * end a program pass it by. It keeps the standard error, until run_detach_release(), and no other descriptor
 * but those named.
 * @param keep descriptors; below 0: none
 * @return 1 in the new process, 0 in the caller, -errno
 */
int run_detach(const int *keep, size_t n_keep);

/** fork(2) whose child ends without SIGCHLD: a program that blocks that signal would find it pending. */
pid_t run_fork_quietly(void);

/** Waits for such a child. @return its exit status, or -errno */
int run_wait_quietly(pid_t child);

/** Lets go of the terminal or pipe that the program wrote to. */
void run_detach_release(void);

#endif
