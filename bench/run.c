/* SPDX-License-Identifier: MIT */
/*
 * Runs a command once, its output to /dev/null, and tells what it took.
 *
 * A program of its own and small: the kernel counts the memory of whoever
 * started a command into the command's peak (exec_mmap in fs/exec.c), and of
 * python3 that would be more than most commands here need themselves.
 *
 * usage: bench-run ERRORS COMMAND [ARGUMENT...]        standard error goes to the file ERRORS
 * prints: STATUS WALL_S USER_S SYSTEM_S PEAK_KIB
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage used;
	double began;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: bench-run ERRORS COMMAND [ARGUMENT...]\n");
		return 2;
	}
	began = now();
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		int errors = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (null < 0 || errors < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0)
			_exit(126);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0) {
		perror("bench-run");
		return 1;
	}
	printf("%d %.6f %.6f %.6f %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), now() - began,
	       seconds(&used.ru_utime), seconds(&used.ru_stime), used.ru_maxrss);
	return 0;
}
