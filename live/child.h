/* SPDX-License-Identifier: MIT */
/* A program that is started by us and waits at a gate until everything is ready for it. */
#ifndef LIVE_CHILD_H
#define LIVE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: none */
	int gate;
	int report;
};

#define CHILD_INIT                                 \
	{                                          \
		.pid = 0, .gate = -1, .report = -1 \
	}

/** What the child does to itself before it becomes the program. */
enum child_step {
	CHILD_PLAIN,
	CHILD_PREPARED, /* calls prepare() first */
};

/**
 * @brief Forks; the child waits at the gate, with our terminal, signals and descriptors 0 to 2 as they are.
 * @param prepare called in the child if the gate says so; 0 or -errno
 */
int child_start(char *const *argv, int (*prepare)(void *arg), void *arg, struct child *ret);

/** Opens the gate. */
int child_release(struct child *child, enum child_step step);

/**
 * @brief After the child has ended with CHILD_NOT_STARTED: why the program could not be started.
 * @return the errno, positive; 0: it was started, and ended with this status by itself
 */
int child_failure(const struct child *child);

#define CHILD_NOT_STARTED 127

/** Closes what is left; a child at the gate ends. */
void child_done(struct child *child);

/** Ends the calling process as this wait status tells that another one did: by its status, or by its signal. */
_Noreturn void child_end_as(int status);

#endif
