/* SPDX-License-Identifier: MIT */
/* A program that waits at a gate. */

#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tidy.h"

struct start {
	char *const *argv;
	int (*prepare)(void *arg);
	void *arg;
	int gate;
	int report;
};

_Noreturn static void become(const struct start *start)
{
	char step;
	int error = 0;
	ssize_t n;

	do
		n = read(start->gate, &step, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(LAUNCH_NOT_STARTED); /* who opens the gate is gone */
	if (step == LAUNCH_PREPARED)
		error = -start->prepare(start->arg);
	if (error == 0) {
		execvp(start->argv[0], start->argv);
		error = errno;
	}
	if (write(start->report, &error, sizeof(error)) < 0)
		_exit(LAUNCH_NOT_STARTED);
	_exit(LAUNCH_NOT_STARTED);
}

int launch_start(char *const *argv, int (*prepare)(void *arg), void *arg, struct launch *ret)
{
	int gate[2], report[2];
	pid_t pid;

	if (pipe2(gate, O_CLOEXEC) < 0)
		return -errno;
	autoclose int gate_out = gate[0], gate_in = gate[1];
	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	autoclose int report_out = report[0], report_in = report[1];

	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		/* Ours: else the child would hold the gate open itself, when we are gone. */
		close(gate_in);
		become(&(struct start){ argv, prepare, arg, gate_out, report_in });
	}
	*ret = (struct launch){ pid, take_fd(&gate_in), take_fd(&report_out) };
	return 0;
}

int launch_release(struct launch *child, enum launch_step step)
{
	char byte = (char)step;

	return write(child->gate, &byte, 1) == 1 ? 0 : -errno;
}

int launch_failure(const struct launch *child)
{
	int error;

	return read(child->report, &error, sizeof(error)) == sizeof(error) ? error : 0;
}

void launch_done(struct launch *child)
{
	if (child->gate >= 0)
		close(child->gate);
	if (child->report >= 0)
		close(child->report);
	*child = (struct launch)LAUNCH_INIT;
}

void launch_end_as(int status)
{
	const struct rlimit no_core = { 0, 0 };
	sigset_t signals;

	if (!WIFSIGNALED(status))
		exit(WEXITSTATUS(status));
	/* The core, if any, is the program's. */
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&signals);
	sigaddset(&signals, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	raise(WTERMSIG(status));
	exit(128 + WTERMSIG(status));
}
