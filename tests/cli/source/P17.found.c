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
	int size;
	socklen_t length = sizeof(size);

	if (getsockopt(from, SOL_SOCKET, SO_RCVBUF, &size, &length) < 0)
		return -1;
	return setsockopt(to, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}
