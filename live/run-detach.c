/* SPDX-License-Identifier: MIT */
/* The process that serves a program. */

#include "run-detach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tidy.h"

static void replace(int fd)
{
	autoclose int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing >= 0)
		dup2(nothing, fd); // NOLINT(android-cloexec-dup2): standard descriptors are meant to be inherited
}

void run_detach_release(void)
{
	replace(STDERR_FILENO);
}

/** What ends a program is not meant for who serves it: that ends by itself when there is nothing left to serve. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTOU, SIGTTIN, SIGUSR2 };
	sigset_t none;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t run_fork_quietly(void)
{
	return (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
}

int run_wait_quietly(pid_t child)
{
	int status;

	while (waitpid(child, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EAGAIN;
}

/** Pipes and sockets that the program was given must end when it ends. */
static void close_others(const int *keep, size_t n_keep)
{
	unsigned from = STDERR_FILENO + 1;

	for (;;) {
		unsigned next = ~0U;

		for (size_t i = 0; i < n_keep; i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next > from)
			close_range(from, next == ~0U ? next : next - 1, 0);
		if (next == ~0U)
			return;
		from = next + 1;
	}
}

int run_detach(const int *keep, size_t n_keep)
{
	pid_t child = run_fork_quietly();

	if (child < 0)
		return -errno;
	if (child > 0) {
		int r = run_wait_quietly(child);

		return r > 0 ? -r : r;
	}

	/* SIGTERM to the group of a shell's job, say, may come at any time. */
	ignore_signals();
	if (setsid() < 0)
		_exit(errno);
	child = fork();
	if (child != 0)
		_exit(child < 0 ? errno : 0);
	close_others(keep, n_keep);
	replace(STDIN_FILENO);
	replace(STDOUT_FILENO);
	/* Lest a file system be kept busy; whoever serves is needed all the same. */
	if (chdir("/") < 0)
		errno = 0;
	return 1;
}
