/* SPDX-License-Identifier: MIT */
/*
 * A program with sockets, told on standard input what to do: a command a line, an answer a line.
 *
 *   open KIND COUNT         tcp, tcp6, udp, udp6, unix     -> the descriptors (the first 8)
 *   listen                  on 127.0.0.1, a free port      -> FD PORT
 *   bind-udp                on 127.0.0.1, a free port      -> FD PORT
 *   pair                    a TCP connection to itself     -> FD FD PORT PORT
 *   unix HEX                listens at this path, as bytes -> FD
 *   name HEX                its own name, as bytes         -> ok
 *   get FD LEVEL NUMBER     an int                         -> its value, or -errno
 *   set FD LEVEL NUMBER INT                                -> 0, or -errno
 *   bytes FD LEVEL NUMBER HEX  sets                        -> 0, or -errno
 *   count LEVEL NUMBER INT  of all that it opened          -> how many have this value
 *   close FD                                               -> ok
 *   give FD                 to a child that it forks       -> PID FD
 *   pass FD                 to a child, with SCM_RIGHTS    -> PID FD
 *
 * It ends at the end of its input.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define OPENED_MAX 65536

static int opened[OPENED_MAX];
static size_t n_opened;

static int keep(int fd)
{
	if (fd < 0 || n_opened == OPENED_MAX) {
		printf("cannot open: %s\n", strerror(errno));
		return -1;
	}
	opened[n_opened++] = fd;
	return fd;
}

static int open_kind(const char *kind)
{
	static const struct {
		const char *word;
		int family, type;
	} kinds[] = {
		{ "tcp", AF_INET, SOCK_STREAM },
		{ "tcp6", AF_INET6, SOCK_STREAM },
		{ "udp", AF_INET, SOCK_DGRAM },
		{ "udp6", AF_INET6, SOCK_DGRAM },
		{ "unix", AF_UNIX, SOCK_STREAM },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, kind) == 0)
			return socket(kinds[i].family, kinds[i].type | SOCK_CLOEXEC, 0);
	errno = EINVAL;
	return -1;
}

static void do_open(const char *kind, unsigned int count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (unsigned int i = 0; i < count; i++) {
		int fd = keep(open_kind(kind));

		if (fd < 0)
			return;
		if (i < 8)
			printf("%s%d", i ? " " : "", fd);
	}
	putchar('\n');
}

/** A socket at 127.0.0.1 and a port that the kernel chooses. */
static int bound(int type, struct sockaddr_in *ret)
{
	socklen_t length = sizeof(*ret);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	if (fd < 0 || bind(fd, (struct sockaddr *)ret, sizeof(*ret)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 128) < 0) || getsockname(fd, (struct sockaddr *)ret, &length) < 0)
		return -1;
	return fd;
}

static void do_bound(int type)
{
	struct sockaddr_in address;
	int fd = keep(bound(type, &address));

	if (fd >= 0)
		printf("%d %u\n", fd, ntohs(address.sin_port));
}

static void do_pair(void)
{
	struct sockaddr_in address, client_address;
	socklen_t length = sizeof(client_address);
	int listener = bound(SOCK_STREAM, &address);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int server;

	if (listener < 0 || client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(client, (struct sockaddr *)&client_address, &length) < 0) {
		printf("cannot connect: %s\n", strerror(errno));
		return;
	}
	server = accept(listener, NULL, NULL);
	close(listener);
	if (keep(client) >= 0 && keep(server) >= 0)
		printf("%d %d %u %u\n", client, server, ntohs(client_address.sin_port), ntohs(address.sin_port));
}

static size_t from_hex(const char *hex, void *ret, size_t size)
{
	unsigned char *at = ret;
	size_t n = 0;
	unsigned int byte;

	for (; n < size && sscanf(hex, "%2x", &byte) == 1 && hex[1]; hex += 2)
		at[n++] = (unsigned char)byte;
	return n;
}

static void do_unix(const char *hex)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = from_hex(hex, address.sun_path, sizeof(address.sun_path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	length += offsetof(struct sockaddr_un, sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, (socklen_t)length) < 0 || listen(fd, 8) < 0)
		printf("cannot listen: %s\n", strerror(errno));
	else if (keep(fd) >= 0)
		printf("%d\n", fd);
}

static void do_name(const char *hex)
{
	char name[17] = "";

	name[from_hex(hex, name, 16)] = '\0';
	prctl(PR_SET_NAME, name);
	puts("ok");
}

static int read_int(int fd, int level, int number, int *ret)
{
	socklen_t length = sizeof(*ret);

	*ret = 0;
	return getsockopt(fd, level, number, ret, &length) < 0 ? -errno : 0;
}

static void do_get(int fd, int level, int number)
{
	int value;
	int r = read_int(fd, level, number, &value);

	printf("%d\n", r < 0 ? r : value);
}

static void do_set(int fd, int level, int number, int value)
{
	printf("%d\n", setsockopt(fd, level, number, &value, sizeof(value)) < 0 ? -errno : 0);
}

static void do_bytes(int fd, int level, int number, const char *hex)
{
	unsigned char bytes[256];
	size_t length = from_hex(hex, bytes, sizeof(bytes));

	printf("%d\n", setsockopt(fd, level, number, bytes, (socklen_t)length) < 0 ? -errno : 0);
}

static void do_count(int level, int number, int wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < n_opened; i++) {
		int value;

		n += opened[i] >= 0 && read_int(opened[i], level, number, &value) == 0 && value == wanted;
	}
	printf("%zu\n", n);
}

static void do_close(int fd)
{
	for (size_t i = 0; i < n_opened; i++)
		if (opened[i] == fd)
			opened[i] = -1;
	close(fd);
}

/** A child's life: it holds what it has until its parent ends. */
static void hold(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	for (;;)
		pause();
}

static void do_give(int fd)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		hold();
	}
	do_close(fd);
	printf("%d %d\n", (int)child, fd);
}

static int receive_descriptor(int channel)
{
	char byte;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control),
	};
	int fd = -1;

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void send_descriptor(int channel, int fd)
{
	char byte = 0;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(channel, &message, 0) != 1)
		perror("sendmsg");
}

static void do_pass(int fd)
{
	int channel[2], theirs = -1;
	pid_t child;

	fflush(stdout);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
		return;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fd);
		fd = receive_descriptor(channel[1]);
		theirs = dup2(fd, 77);
		close(fd);
		if (write(channel[1], &theirs, sizeof(theirs)) != sizeof(theirs))
			_exit(1);
		hold();
	}
	send_descriptor(channel[0], fd);
	if (read(channel[0], &theirs, sizeof(theirs)) != sizeof(theirs))
		theirs = -1;
	close(channel[0]);
	close(channel[1]);
	do_close(fd);
	printf("%d %d\n", (int)child, theirs);
}

static void obey(const char *line)
{
	char word[32], hex[512];
	int a, b, c, d;
	unsigned int count;

	if (sscanf(line, "open %31s %u", word, &count) == 2)
		do_open(word, count);
	else if (strcmp(line, "listen\n") == 0)
		do_bound(SOCK_STREAM);
	else if (strcmp(line, "bind-udp\n") == 0)
		do_bound(SOCK_DGRAM);
	else if (strcmp(line, "pair\n") == 0)
		do_pair();
	else if (sscanf(line, "unix %511s", hex) == 1)
		do_unix(hex);
	else if (sscanf(line, "name %511s", hex) == 1)
		do_name(hex);
	else if (sscanf(line, "get %d %d %d", &a, &b, &c) == 3)
		do_get(a, b, c);
	else if (sscanf(line, "set %d %d %d %d", &a, &b, &c, &d) == 4)
		do_set(a, b, c, d);
	else if (sscanf(line, "bytes %d %d %d %511s", &a, &b, &c, hex) == 4)
		do_bytes(a, b, c, hex);
	else if (sscanf(line, "count %d %d %d", &a, &b, &c) == 3)
		do_count(a, b, c);
	else if (sscanf(line, "close %d", &a) == 1)
		do_close(a), puts("ok");
	else if (sscanf(line, "give %d", &a) == 1)
		do_give(a);
	else if (sscanf(line, "pass %d", &a) == 1)
		do_pass(a);
	else
		printf("not understood: %s", line);
}

int main(void)
{
	char line[1024];

	signal(SIGCHLD, SIG_IGN);
	while (fgets(line, sizeof(line), stdin)) {
		obey(line);
		fflush(stdout);
	}
	return 0;
}
