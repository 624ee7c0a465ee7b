#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { UDPLITE_SEND_CSCOV = 10 };

int prepare(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE), bytes = 8;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV, &bytes, sizeof(bytes)) < 0)
		return -1;
	return fd;
}
