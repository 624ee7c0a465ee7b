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

int serve(int fd, const struct sockaddr_in *at)
{
	int queue = 5;

	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)) < 0)
		return -1;
	return listen(fd, 16);
}
