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
	int type = SOCK_STREAM;

	if (setsockopt(fd, SOL_SOCKET, SO_TYPE, &type, sizeof(type)) < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDLOWAT, &type, sizeof(type)) < 0)
		return -1;
	return 0;
}
