#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int prepare(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), value = 10;

	if (fd < 0)
		return -1;
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &value, sizeof(value)) < 0)
		return -1;
	close(fd);
	return 0;
}
