#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int prepare(int fd)
{
	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, (void *)1, sizeof(int)) < 0)
		return -1;
	return 0;
}
