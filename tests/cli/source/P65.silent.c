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

int several(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 && errno != ENOPROTOOPT && errno != EOPNOTSUPP)
		return -errno;
	return 0;
}

int of_another_call(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		return -1;
	if (listen(fd, 1) < 0 && errno == ENOPROTOOPT)
		return 1;
	return 0;
}

int another(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 && errno != EBADF)
		return -errno;
	return 0;
}

int own(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0 && errno != ENOPROTOOPT)
		return -errno;
	return fd;
}
