/* SPDX-License-Identifier: MIT */
/*
 * Makes connections over loopback, to itself: connect(2), accept4(2), two times close(2).
 *
 *   bench-connections N: prints the us of one
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	/* Closed with a reset, so that no ports are left in TIME_WAIT for the next round. */
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	socklen_t length = sizeof(address);
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	double begin;

	if (n < 1 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 64) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) < 0)
		return 1;
	begin = now_us();
	for (long i = 0; i < n; i++) {
		int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int server;

		if (client < 0 || setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) < 0 ||
		    connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
			return 1;
		server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (server < 0)
			return 1;
		close(client);
		close(server);
	}
	printf("%.3f\n", (now_us() - begin) / (double)n);
	return 0;
}
