/* SPDX-License-Identifier: MIT */
/*
 * Programs as there are many: each makes sockets in its own way, and tells the value of an option that it sees.
 * Built with musl as well, without a dynamic loader.
 *
 * usage: lives MODE LEVEL NUMBER [ARGUMENT]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECTIONS 25 /* of each thread */

static int level, number;

static void die(const char *what)
{
	fprintf(stderr, "lives: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int value_of(int fd)
{
	int value = -1;
	socklen_t length = sizeof(value);

	if (getsockopt(fd, level, number, &value, &length) < 0)
		die("getsockopt");
	return value;
}

static struct sockaddr_in address_of(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		die("getsockname");
	return address;
}

static int new_socket(int flags)
{
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

/** port 0: any */
static int listen_at(uint16_t port, int flags)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)
	};
	int fd = new_socket(flags), yes = 1;

	if (port && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0)
		die("SO_REUSEADDR");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("bind");
	if (listen(fd, 64) < 0)
		die("listen");
	return fd;
}

static int new_listener(int flags)
{
	return listen_at(0, flags);
}

static int connect_to(int listener, int flags)
{
	struct sockaddr_in address = address_of(listener);
	int fd = new_socket(flags);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 && errno != EINPROGRESS)
		die("connect");
	return fd;
}

/** Listener, client, accepted socket; the address that accept gives is the client's. */
static void stream(FILE *out)
{
	int listener = new_listener(0);
	int client = connect_to(listener, 0);
	struct sockaddr_in peer, mine;
	socklen_t length = sizeof(peer);
	int accepted = accept(listener, (struct sockaddr *)&peer, &length);

	if (accepted < 0)
		die("accept");
	mine = address_of(client);
	if (length != sizeof(peer) || peer.sin_port != mine.sin_port)
		die("the peer's address");
	if (fcntl(accepted, F_GETFD) & FD_CLOEXEC)
		die("close-on-exec");
	fprintf(out, "%d %d %d\n", value_of(listener), value_of(client), value_of(accepted));
	fflush(out);
}

/** As an event loop does it: nothing blocks. */
static void nonblocking(void)
{
	int listener = new_listener(SOCK_NONBLOCK);
	int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC), client;

	if (accepted >= 0 || errno != EAGAIN)
		die("accept of nothing");
	client = connect_to(listener, SOCK_NONBLOCK);
	while ((accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) < 0)
		if (errno != EAGAIN)
			die("accept4");
	if (!(fcntl(accepted, F_GETFD) & FD_CLOEXEC) || !(fcntl(accepted, F_GETFL) & O_NONBLOCK))
		die("flags");
	printf("%d %d %d\n", value_of(listener), value_of(client), value_of(accepted));
}

static void *one_thread(void *wanted)
{
	intptr_t wrong = 0;

	for (int i = 0; i < CONNECTIONS; i++) {
		int listener = new_listener(0);
		int client = connect_to(listener, 0);
		int accepted = accept(listener, NULL, NULL);

		wrong += accepted < 0 || value_of(client) != *(int *)wanted || value_of(accepted) != *(int *)wanted;
		close(accepted);
		close(client);
		close(listener);
	}
	return (void *)wrong;
}

static void threads(int wanted)
{
	pthread_t thread[8];
	intptr_t wrong = 0;

	for (size_t i = 0; i < 8; i++)
		if (pthread_create(&thread[i], NULL, one_thread, &wanted))
			die("pthread_create");
	for (size_t i = 0; i < 8; i++) {
		void *result;

		pthread_join(thread[i], &result);
		wrong += (intptr_t)result;
	}
	printf("%d connections, %d wrong\n", 8 * CONNECTIONS, (int)wrong);
}

/** In the background; what it sees goes to a file, which appears whole. */
static void daemonize(const char *path)
{
	char temporary[4096];
	FILE *out;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (fork() > 0)
		exit(0);
	setsid();
	if (fork() > 0)
		_exit(0);
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
	/* After those that started it have ended. */
	usleep(200000);
	out = fopen(temporary, "w");
	if (out)
		stream(out);
	rename(temporary, path);
	_exit(0);
}

static void in_child(void)
{
	int status;

	if (fork() == 0) {
		stream(stdout);
		_exit(0);
	}
	if (wait(&status) < 0 || status)
		die("child");
	/* There is no other child than its own. */
	if (wait(&status) >= 0 || errno != ECHILD)
		die("a child too many");
}

static void interrupted(int signal)
{
	(void)signal;
}

static void alarm_soon(int flags)
{
	struct sigaction action = { .sa_handler = interrupted, .sa_flags = flags };
	struct itimerval timer = { .it_value = { .tv_usec = 100000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/** Blocks in accept(2): a signal ends it, and the next connection is got all the same. */
static void accept_blocks(void)
{
	int listener = new_listener(0), accepted;

	alarm_soon(0);
	accepted = accept(listener, NULL, NULL);
	printf("%s ", accepted < 0 && errno == EINTR ? "EINTR" : "accepted");
	alarm_soon(SA_RESTART);
	if (fork() == 0) {
		usleep(300000);
		connect_to(listener, 0);
		_exit(0);
	}
	accepted = accept(listener, NULL, NULL);
	printf("%d\n", accepted < 0 ? -errno : value_of(accepted));
}

/** Blocks in connect(2): a listener's queue is full. */
static void connect_blocks(void)
{
	int listener = new_listener(0), last = -1, r = 0;
	struct sockaddr_in address = address_of(listener);

	listen(listener, 0);
	for (int i = 0; i < 3; i++)
		connect_to(listener, SOCK_NONBLOCK);
	usleep(50000);
	last = new_socket(0);
	alarm_soon(0);
	r = connect(last, (struct sockaddr *)&address, sizeof(address));
	printf("%s %d\n", r < 0 && errno == EINTR ? "EINTR" : r < 0 ? strerror(errno) :
								      "connected",
	       value_of(last));
}

/** A receive timeout of the listener ends accept(2). */
static void accept_times_out(void)
{
	int listener = new_listener(0), accepted;
	struct timeval timeout = { .tv_usec = 100000 };

	if (setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		die("SO_RCVTIMEO");
	accepted = accept(listener, NULL, NULL);
	printf("%s\n", accepted < 0 && errno == EAGAIN ? "EAGAIN" : "accepted");
}

/** Writes an address, and has another thread change it all the time: which one was connected to is what counts. */
static struct sockaddr_in shared_address;
static uint16_t ports[2];
static volatile int is_over;

static void *change_address(void *unused)
{
	(void)unused;
	while (!is_over) {
		*(volatile uint16_t *)&shared_address.sin_port = ports[0];
		*(volatile uint16_t *)&shared_address.sin_port = ports[1];
	}
	return NULL;
}

/** Only what goes to the first of two ports is to have the option. */
static void changing_address(int wanted, uint16_t port, uint16_t other_port)
{
	int first = listen_at(port, 0), second = listen_at(other_port, 0), wrong = 0;
	pthread_t thread;

	shared_address = address_of(first);
	ports[0] = address_of(first).sin_port;
	ports[1] = address_of(second).sin_port;
	if (pthread_create(&thread, NULL, change_address, NULL))
		die("pthread_create");
	for (int i = 0; i < 200; i++) {
		int fd = new_socket(0);
		struct sockaddr_in peer;
		socklen_t length = sizeof(peer);

		if (connect(fd, (struct sockaddr *)&shared_address, sizeof(shared_address)) < 0)
			die("connect");
		if (getpeername(fd, (struct sockaddr *)&peer, &length) < 0)
			die("getpeername");
		wrong += (value_of(fd) == wanted) != (peer.sin_port == ports[0]);
		close(accept(peer.sin_port == ports[0] ? first : second, NULL, NULL));
		close(fd);
	}
	is_over = 1;
	pthread_join(thread, NULL);
	printf("%d wrong\n", wrong);
}

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#define SYS_io_uring_enter 426
#endif

struct ring_offsets {
	uint32_t head, tail, mask, entries, flags, dropped, array, reserved;
	uint64_t user;
};

struct ring_parameters {
	uint32_t sq_entries, cq_entries, flags, thread_cpu, thread_idle, features, wq_fd, reserved[3];
	struct ring_offsets sq;
	struct {
		uint32_t head, tail, mask, entries, overflow, cqes, flags, reserved;
		uint64_t user;
	} cq;
};

/** A socket by IORING_OP_SOCKET: no socket(2) is called. */
static void by_io_uring(void)
{
	struct ring_parameters parameters = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
	unsigned char *queue, *results, *entry;
	int32_t fd;

	if (ring < 0)
		die("io_uring_setup");
	queue = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, 0);
	results = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, 0x8000000);
	entry = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, 0x10000000);
	if (queue == MAP_FAILED || results == MAP_FAILED || entry == MAP_FAILED)
		die("mmap");
	entry[0] = 45; /* IORING_OP_SOCKET: fd is the family, off the type, len the protocol */
	*(int32_t *)(void *)(entry + 4) = AF_INET;
	*(uint64_t *)(void *)(entry + 8) = SOCK_DGRAM;
	*(uint32_t *)(void *)(queue + parameters.sq.array) = 0;
	*(volatile uint32_t *)(void *)(queue + parameters.sq.tail) = 1;
	if (syscall(SYS_io_uring_enter, ring, 1, 1, 1, NULL, 0) < 0)
		die("io_uring_enter");
	fd = *(int32_t *)(void *)(results + parameters.cq.cqes + 8);
	if (fd < 0) {
		errno = -fd;
		die("IORING_OP_SOCKET");
	}
	printf("%d\n", value_of(fd));
}

/** A socket by the 32-bit system call table, which a 64-bit program of x86 can use, too. */
static void by_int80(void)
{
#if defined(__x86_64__)
	uint32_t *arguments = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int64_t fd;

	if (arguments == MAP_FAILED)
		die("mmap");
	arguments[0] = AF_INET;
	arguments[1] = SOCK_DGRAM;
	arguments[2] = 0;
	__asm__ volatile("int $0x80"
			 : "=a"(fd)
			 : "0"(102L), "b"(1L), "c"(arguments)
			 : "memory", "r8", "r9", "r10", "r11");
	if ((int)fd < 0) {
		errno = -(int)fd;
		die("socketcall");
	}
	printf("%d\n", value_of((int)fd));
#else
	errno = ENOSYS;
	die("int 0x80");
#endif
}

static void datagram(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		die("socket");
	printf("%d\n", value_of(fd));
}

/** Asks for a value itself, at first and at last; tells what came of it, and what is there then. */
static void asks(int wanted)
{
	int listener = new_listener(0), fd = new_socket(0), r;
	struct sockaddr_in address = address_of(listener);

	r = setsockopt(fd, level, number, &wanted, sizeof(wanted)) < 0 ? errno : 0;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("connect");
	printf("%d %d", r, value_of(fd));
	r = setsockopt(fd, level, number, &wanted, sizeof(wanted)) < 0 ? errno : 0;
	printf(" %d %d\n", r, value_of(fd));
}

/** A pair of sockets a line, as long as there are lines. */
static void on_demand(void)
{
	while (getchar() != EOF)
		stream(stdout);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 3 ? argv[1] : "";
	int argument = argc > 4 ? atoi(argv[4]) : 0;

	if (argc < 4)
		return 2;
	level = atoi(argv[2]);
	number = atoi(argv[3]);
	if (strcmp(mode, "stream") == 0)
		stream(stdout);
	else if (strcmp(mode, "nonblocking") == 0)
		nonblocking();
	else if (strcmp(mode, "threads") == 0)
		threads(argument);
	else if (strcmp(mode, "daemon") == 0)
		daemonize(argv[4]);
	else if (strcmp(mode, "fork") == 0)
		in_child();
	else if (strcmp(mode, "accept-blocks") == 0)
		accept_blocks();
	else if (strcmp(mode, "accept-times-out") == 0)
		accept_times_out();
	else if (strcmp(mode, "connect-blocks") == 0)
		connect_blocks();
	else if (strcmp(mode, "changing-address") == 0 && argc > 6)
		changing_address(argument, (uint16_t)atoi(argv[5]), (uint16_t)atoi(argv[6]));
	else if (strcmp(mode, "io_uring") == 0)
		by_io_uring();
	else if (strcmp(mode, "int80") == 0)
		by_int80();
	else if (strcmp(mode, "datagram") == 0)
		datagram();
	else if (strcmp(mode, "asks") == 0)
		asks(argument);
	else if (strcmp(mode, "on-demand") == 0)
		on_demand();
	else if (strcmp(mode, "exec") == 0) {
		syscall(SYS_close_range, 3U, ~0U, 0U);
		execl(argv[0], argv[0], "stream", argv[2], argv[3], (char *)NULL);
		die("exec");
	} else {
		return 2;
	}
	return 0;
}
