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

int pace(int fd)
{
	uint64_t rate = 5000000000;
	uint32_t lower = 1000000;

	if (setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &lower, sizeof(lower)) < 0)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate));
}
