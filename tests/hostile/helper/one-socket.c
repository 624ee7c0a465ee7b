/* SPDX-License-Identifier: MIT */
/* The least program that has something to be traced: a socket, one option set, and two told. */

#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
	int on = 1, reuse = 0, kept = 0;
	socklen_t length = sizeof(on);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, &length) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &kept, &length) < 0) {
		perror("one-socket");
		return 127;
	}
	printf("SO_REUSEADDR %d SO_KEEPALIVE %d\n", reuse, kept);
	if (fflush(stdout) == 0)
		return 0;
	perror("one-socket");
	return 127;
}
