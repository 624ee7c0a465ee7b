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
	int many[2] = { 1, 0 };

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &many, sizeof(int)) < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "bbr", 3) < 0)
		return -1;
	return 0;
}
