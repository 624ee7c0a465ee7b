#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MINUTE 60

int prepare(int fd)
{
	int idle = 10 * MINUTE;

	if (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle)) < 0)
		return -1;
	idle = 1000 * MINUTE;
	printf("%d\n", idle);
	return 0;
}
