/* SPDX-License-Identifier: MIT */
/*
 * A program that does nothing but setsockopt(2), and then nothing but another call.
 *
 *   bench-calls N: prints the ns of one of each
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	double begin, between, end;

	if (n < 1 || fd < 0)
		return 2;
	begin = now_ns();
	for (long i = 0; i < n; i++)
		if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
			return 1;
	between = now_ns();
	for (long i = 0; i < n; i++)
		(void)!syscall(SYS_getppid);
	end = now_ns();
	printf("%.1f %.1f\n", (between - begin) / (double)n, (end - between) / (double)n);
	return 0;
}
