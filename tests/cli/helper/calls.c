/* SPDX-License-Identifier: MIT */
/*
 * Makes socket calls that are known beforehand: for the tests of trace.
 *
 *   calls fixed            one of many forms, on tcp, udp and unix; some fail
 *   calls loop N           N times TCP_NODELAY on
 *   calls threads T N      T threads, N times SO_PRIORITY 1 each
 *   calls children C N     C processes, one after the other started by the one before, N times SO_PRIORITY 2 each
 *   calls readback         sets each option that takes a small number, and reads it right after
 *   calls life             socket to close of a connection
 *   calls uring            SO_RCVLOWAT 7 through io_uring, set and read; "absent" if this kernel has no such command
 *   calls then COMMAND...  waits for a line of standard input, then does that
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define URING_COMMAND 46 /* IORING_OP_URING_CMD */
#define URING_GETSOCKOPT 2
#define URING_SETSOCKOPT 3

static int make(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		perror("calls: socket");
		exit(1);
	}
	return fd;
}

static void set_int(int fd, int level, int number, int value)
{
	(void)!setsockopt(fd, level, number, &value, sizeof(value));
}

static void get_int(int fd, int level, int number)
{
	int value = 0;
	socklen_t length = sizeof(value);

	(void)!getsockopt(fd, level, number, &value, &length);
}

static int fixed(void)
{
	const struct linger linger = { 1, 5 };
	const struct timeval timeout = { 2, 500000 };
	struct sock_filter accept_all[] = { { BPF_RET | BPF_K, 0, 0, 0xffff } };
	const struct sock_fprog program = { 1, accept_all };
	int tcp = make(AF_INET, SOCK_STREAM), udp = make(AF_INET6, SOCK_DGRAM), local = make(AF_UNIX, SOCK_STREAM);
	char congestion[16];
	socklen_t length = sizeof(congestion);

	set_int(tcp, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(tcp, SOL_SOCKET, SO_RCVBUF, 65536);
	get_int(tcp, SOL_SOCKET, SO_RCVBUF);
	set_int(tcp, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(tcp, IPPROTO_TCP, TCP_KEEPIDLE, 20);
	set_int(tcp, IPPROTO_TCP, TCP_KEEPIDLE, 0);
	set_int(tcp, SOL_SOCKET, 9999, 1);
	set_int(tcp, 4242, 1, 1);
	set_int(-1, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(STDIN_FILENO, SOL_SOCKET, SO_KEEPALIVE, 1);
	(void)!setsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	(void)!setsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	(void)!setsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	(void)!setsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, "nosuch", 6);
	(void)!getsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, congestion, &length);
	(void)!setsockopt(tcp, SOL_SOCKET, SO_KEEPALIVE, (void *)16, sizeof(int));
	(void)!setsockopt(tcp, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
	set_int(udp, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	get_int(udp, SOL_SOCKET, SO_TYPE);
	set_int(local, SOL_SOCKET, SO_PASSCRED, 1);
	set_int(local, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(tcp, SOL_SOCKET, SO_MARK, 1);
	return 0;
}

static void loop(int fd, int number, int value, long n)
{
	for (long i = 0; i < n; i++)
		set_int(fd, SOL_SOCKET, number, value);
}

static int loop_nodelay(long n)
{
	int fd = make(AF_INET, SOCK_STREAM);

	for (long i = 0; i < n; i++)
		set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	printf("%ld\n", n);
	return 0;
}

static void *run_thread(void *arg)
{
	int fd = make(AF_INET, SOCK_STREAM);

	loop(fd, SO_PRIORITY, 1, *(long *)arg);
	close(fd);
	return NULL;
}

static int threads(long count, long n)
{
	pthread_t list[64];

	for (long i = 0; i < count && i < 64; i++)
		if (pthread_create(&list[i], NULL, run_thread, &n) != 0)
			return 1;
	for (long i = 0; i < count && i < 64; i++)
		pthread_join(list[i], NULL);
	return 0;
}

static int children(long count, long n)
{
	int fd = make(AF_INET, SOCK_STREAM), status = 0;
	pid_t pid;

	loop(fd, SO_PRIORITY, 2, n);
	if (count <= 1)
		return 0;
	pid = fork();
	if (pid == 0)
		_exit(children(count - 1, n));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/** Values that most options take, and some do not. */
static void read_back(int fd, int level, int first, int last)
{
	static const int values[] = { 1, 2, 40, 700, 100000 };

	for (int number = first; number <= last; number++)
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			unsigned char value[256] = { 0 };
			socklen_t length = sizeof(int);

			/* Not what ends the game: what binds, locks or attaches. */
			if (level == SOL_SOCKET && (number == SO_LOCK_FILTER || number == SO_BINDTOIFINDEX))
				continue;
			if (level == IPPROTO_TCP && (number == TCP_REPAIR || number == TCP_ULP))
				continue;
			if (setsockopt(fd, level, number, &values[i], sizeof(int)) == 0)
				(void)!getsockopt(fd, level, number, value, &length);
		}
}

static int readback(void)
{
	int tcp = make(AF_INET, SOCK_STREAM), tcp6 = make(AF_INET6, SOCK_STREAM), udp = make(AF_INET6, SOCK_DGRAM);
	const struct timeval timeout = { 3, 250000 };
	const struct linger linger = { 1, 9 };
	struct timeval time_now;
	struct linger linger_now;
	socklen_t length = sizeof(time_now);

	read_back(tcp, SOL_SOCKET, 1, 84);
	read_back(tcp, IPPROTO_IP, 1, 52);
	read_back(tcp, IPPROTO_TCP, 1, 46);
	read_back(tcp6, IPPROTO_IPV6, 1, 80);
	read_back(udp, IPPROTO_UDP, 1, 104);
	(void)!setsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	(void)!getsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &time_now, &length);
	length = sizeof(linger_now);
	(void)!setsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	(void)!getsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger_now, &length);
	return 0;
}

static int life(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(address);
	int listener = make(AF_INET, SOCK_STREAM), client = make(AF_INET, SOCK_STREAM), server, pair[2];

	if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 7) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) < 0 ||
	    connect(client, (struct sockaddr *)&address, length) < 0)
		return 1;
	server = accept(listener, NULL, NULL);
	set_int(server, IPPROTO_TCP, TCP_NODELAY, 1);
	shutdown(client, SHUT_WR);
	close(server);
	close(client);
	close(listener);
	printf("%d\n", ntohs(address.sin_port));
	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair);
}

/** One command, to its completion. @return its result; -ENOSYS: there is no io_uring here */
static int uring_command(unsigned int operation, int fd, int number, void *value, unsigned int size)
{
	struct io_uring_params parameters = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
	unsigned char *rings, *entries;
	const unsigned int argument[2] = { SOL_SOCKET, (unsigned int)number };
	const unsigned long address = (unsigned long)value;
	const struct io_uring_cqe *completion;

	if (ring < 0)
		return -ENOSYS;
	rings = mmap(NULL, 4096 * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	entries = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (rings == MAP_FAILED || entries == MAP_FAILED)
		return -ENOSYS;
	/* By offset: the headers of an older system lack the names. */
	memset(entries, 0, 64);
	entries[0] = URING_COMMAND;
	memcpy(entries + 4, &fd, 4);
	memcpy(entries + 8, &operation, 4);
	memcpy(entries + 16, argument, sizeof(argument));
	memcpy(entries + 44, &size, 4);
	memcpy(entries + 48, &address, 8);
	*(unsigned int *)(void *)(rings + parameters.sq_off.array) = 0;
	__atomic_store_n((unsigned int *)(void *)(rings + parameters.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -ENOSYS;
	completion = (const void *)(rings + parameters.cq_off.cqes);
	close(ring);
	return completion->res;
}

static int uring(void)
{
	int fd = make(AF_INET, SOCK_STREAM), value = 7, now = 0, r;

	r = uring_command(URING_SETSOCKOPT, fd, SO_RCVLOWAT, &value, sizeof(value));
	if (r < 0) {
		printf("absent: %s\n", strerror(-r));
		return 0;
	}
	uring_command(URING_GETSOCKOPT, fd, SO_RCVLOWAT, &now, sizeof(now));
	printf("%d\n", now);
	return 0;
}

static int run(int argc, char **argv)
{
	long first = argc > 2 ? strtol(argv[2], NULL, 10) : 1, second = argc > 3 ? strtol(argv[3], NULL, 10) : 1;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "fixed") == 0)
		return fixed();
	if (strcmp(argv[1], "loop") == 0)
		return loop_nodelay(first);
	if (strcmp(argv[1], "threads") == 0)
		return threads(first, second);
	if (strcmp(argv[1], "children") == 0)
		return children(first, second);
	if (strcmp(argv[1], "readback") == 0)
		return readback();
	if (strcmp(argv[1], "life") == 0)
		return life();
	if (strcmp(argv[1], "uring") == 0)
		return uring();
	return 2;
}

int main(int argc, char **argv)
{
	char line[64];

	/* The first socket is 3, whatever the test has open. */
	close_range(3, ~0U, 0);
	if (argc > 2 && strcmp(argv[1], "then") == 0) {
		if (!fgets(line, sizeof(line), stdin))
			return 1;
		return run(argc - 1, argv + 1);
	}
	return run(argc, argv);
}
