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

int control(int fd)
{
	char name[16];
	socklen_t length = sizeof(name);

	return getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length) < 0 ? -1 : name[0];
}
