/* SPDX-License-Identifier: MIT */
/* One socket of every kind. What this kernel has not is left out. */

#include "every-kind.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

int every_kind_enter(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	char map[64];
	uid_t uid = getuid();
	gid_t gid = getgid();
	int fd;

	if (unshare(CLONE_NEWNET) < 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
			return -errno;
		/* The same numbers inside: SO_PEERCRED tells them in the reader's own namespace. */
		snprintf(map, sizeof(map), "%u %u 1", uid, uid);
		write_file("/proc/self/uid_map", map);
		write_file("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "%u %u 1", gid, gid);
		write_file("/proc/self/gid_map", map);
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return -errno;
	close(fd);
	return 0;
}

static size_t open_fresh(int *ret_fds)
{
	static const int kinds[][3] = {
		{ AF_INET, SOCK_STREAM, 0 },
		{ AF_INET6, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_DGRAM, 0 },
		{ AF_INET6, SOCK_DGRAM, 0 },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
		{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
		{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
		{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
		{ AF_INET, SOCK_RAW, IPPROTO_IGMP },
		{ AF_INET, SOCK_RAW, IPPROTO_RAW },
		{ AF_INET6, SOCK_RAW, IPPROTO_RAW },
		{ AF_INET6, SOCK_RAW, 253 },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ AF_UNIX, SOCK_DGRAM, 0 },
		{ AF_UNIX, SOCK_SEQPACKET, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 },
		{ AF_NETLINK, SOCK_DGRAM, 16 }, /* generic */
		{ AF_PACKET, SOCK_RAW, 0 },
		{ AF_PACKET, SOCK_DGRAM, 0 },
		{ AF_VSOCK, SOCK_STREAM, 0 },
		{ AF_VSOCK, SOCK_SEQPACKET, 0 },
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = socket(kinds[i][0], kinds[i][1] | SOCK_CLOEXEC, kinds[i][2]);

		if (fd >= 0)
			ret_fds[n++] = fd;
	}
	return n;
}

/** A listener and both ends of a connection to it. */
static size_t open_connected(int protocol, int *ret_fds)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	int server;

	if (listener < 0 || client < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 8) < 0 || getsockname(listener, (struct sockaddr *)&address, &length) < 0 ||
	    connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
		return 0;
	server = accept(listener, NULL, NULL);
	if (server < 0)
		return 0;
	ret_fds[0] = listener;
	ret_fds[1] = client;
	ret_fds[2] = server;
	return 3;
}

static size_t open_udp(int *ret_fds)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	int bound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int connected = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (bound < 0 || connected < 0 || bind(bound, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(bound, (struct sockaddr *)&address, &length) < 0 ||
	    connect(connected, (struct sockaddr *)&address, sizeof(address)) < 0)
		return 0;
	ret_fds[0] = bound;
	ret_fds[1] = connected;
	return 2;
}

size_t every_kind_open(int *ret_fds)
{
	size_t n = open_fresh(ret_fds);

	n += open_connected(0, ret_fds + n);
	n += open_connected(IPPROTO_MPTCP, ret_fds + n);
	n += open_udp(ret_fds + n);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_fds + n) == 0)
		n += 2;
	return n;
}
