/* SPDX-License-Identifier: MIT */
/* A program that is started by us and waits at a gate until everything is ready for it. */
#ifndef LIVE_LAUNCH_H
#define LIVE_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct launch {
	pid_t pid; /* 0: none */
	int gate;
	int report;
};

#define LAUNCH_INIT                                \
	{                                          \
		.pid = 0, .gate = -1, .report = -1 \
	}

/** What the child does to itself before it becomes the program. */
enum launch_step {
	LAUNCH_PLAIN,
	LAUNCH_PREPARED, /* calls prepare() first */
};

/**
 * @brief Forks; the child waits at the gate, with our terminal, signals and descriptors 0 to 2 as they are.
 * @param prepare called in the child if the gate says so; 0 or -errno
 */
int launch_start(char *const *argv, int (*prepare)(void *arg), void *arg, struct launch *ret);

/** Opens the gate. */
int launch_release(struct launch *child, enum launch_step step);

/**
 * @brief After the child has ended with LAUNCH_NOT_STARTED: why the program could not be started.
 * @return the errno, positive; 0: it was started, and ended with this status by itself
 */
int launch_failure(const struct launch *child);

#define LAUNCH_NOT_STARTED 127

/** Closes what is left; a child at the gate ends. */
void launch_done(struct launch *child);

/** Ends the calling process as this wait status tells that another one did: by its status, or by its signal. */
_Noreturn void launch_end_as(int status);

#endif
