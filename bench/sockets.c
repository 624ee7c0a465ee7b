/* SPDX-License-Identifier: MIT */
/*
 * Makes TCP sockets to measure with: established connections over loopback,
 * both ends of each in this process, which then waits to be ended.
 *
 * usage: bench-sockets COUNT        prints "ready FD" (of the first one) when they stand
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "bench-sockets: %s: %s\n", what, strerror(errno));
	exit(1);
}

/** Both ends and a few descriptors besides; a plain user gets no more than the hard limit. */
static void raise_limit(unsigned long count)
{
	struct rlimit wanted = { count + 64, count + 64 };
	struct rlimit now;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		fail("getrlimit");
	if (now.rlim_cur >= wanted.rlim_cur)
		return;
	if (now.rlim_max > wanted.rlim_max)
		wanted.rlim_max = now.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &wanted) < 0)
		fail("setrlimit");
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	int listener, first = -1;

	if (count < 2 || count > 1000000) {
		fprintf(stderr, "usage: bench-sockets COUNT\n");
		return 2;
	}
	raise_limit(count);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 16) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) < 0)
		fail("listener");
	for (unsigned long i = 0; i < count / 2; i++) {
		int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (client < 0 || connect(client, (struct sockaddr *)&address, length) < 0 ||
		    accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0)
			fail("connection");
		if (first < 0)
			first = client;
	}
	/* The listener would be one socket more than was asked for. */
	close(listener);
	printf("ready %d\n", first);
	fflush(stdout);
	for (;;)
		pause();
}
