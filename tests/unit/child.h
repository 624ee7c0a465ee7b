/* SPDX-License-Identifier: MIT */
/* Child processes of tests. A child does one thing and ends; none outlives its test. */
#ifndef UNIT_CHILD_H
#define UNIT_CHILD_H

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test.h"

/** A child that waits; ended with child_end(). */
static inline pid_t child_begin(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		for (;;)
			pause();
	}
	return pid;
}

static inline void child_end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/** A number that was a process's a moment ago, and is none now. */
static inline pid_t pid_that_is_gone(void)
{
	pid_t pid = child_begin();

	child_end(pid);
	return pid;
}

/** Runs one function in a child; returns what it returned (0 to 125). */
static inline int in_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static inline uint64_t inode_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_ino;
}

static inline uint64_t netns_of_path(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_ino;
}

#endif
