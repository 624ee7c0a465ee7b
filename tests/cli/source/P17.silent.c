#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int pass_on(int from, int to)
{
	int size, on;
	socklen_t length = sizeof(size);

	if (getsockopt(from, SOL_SOCKET, SO_RCVBUF, &size, &length) < 0)
		return -1;
	size /= 2;
	if (setsockopt(to, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0)
		return -1;
	length = sizeof(on);
	if (getsockopt(from, SOL_SOCKET, SO_KEEPALIVE, &on, &length) < 0)
		return -1;
	return setsockopt(to, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

int of_another(int from, int to)
{
	int size;
	socklen_t length = sizeof(size);

	if (getsockopt(from, SOL_SOCKET, SO_RCVBUF, &size, &length) < 0)
		return -1;
	return setsockopt(to, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}
