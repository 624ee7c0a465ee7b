/* SPDX-License-Identifier: MIT */
/*
 * An echo server that can be restarted at once.
 *
 * Who closes a TCP connection first keeps its address in TIME_WAIT for a
 * minute. If that is the server, the next one cannot bind the same port,
 * unless it says SO_REUSEADDR before bind(2).
 *
 * usage: echo-server PORT        a line is sent back; "bye" makes the server close
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sockopt-typed.h>

static int listen_on(unsigned short port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	/* A char or a size that is not an int's would not compile. After bind(2) it would come too late. */
	r = sockopt_set_SO_REUSEADDR(fd, true);
	if (r == 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (r == 0 && listen(fd, SOMAXCONN) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/** Sends lines back until the client leaves or says bye. */
static void talk(int fd)
{
	FILE *in = fdopen(fd, "r");
	char line[1024];

	if (!in) {
		close(fd);
		return;
	}
	while (fgets(line, sizeof(line), in) && strcmp(line, "bye\n") != 0)
		if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
			break;
	fclose(in);
}

int main(int argc, char **argv)
{
	char *end = argv[0];
	long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
	int listener;

	if (argc != 2 || *end || end == argv[1] || port < 1 || port > 65535) {
		fprintf(stderr, "usage: echo-server PORT\n");
		return 2;
	}
	listener = listen_on((unsigned short)port);
	if (listener < 0) {
		fprintf(stderr, "echo-server: port %ld: %s\n", port, strerror(-listener));
		return 1;
	}
	printf("listening on 127.0.0.1:%ld\n", port);
	fflush(stdout);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			talk(fd);
	}
}
