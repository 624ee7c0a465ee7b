/* SPDX-License-Identifier: MIT */
/*
 * Opens, closes and swaps sockets without end, in a few descriptor numbers.
 *
 *   churn THREADS ROUNDS PAUSE [tcp]
 *
 * Some of its sockets are bound to one port, the others to none: bystanders. With tcp they all listen, since the kernel's
 * own tables have no others: some at one port, the bystanders each at one of its own.
 * Both kinds come and go in the same numbers (dup2, close, accept). It prints
 * the port, and goes on for at least ROUNDS rounds a thread and until SIGTERM,
 * with PAUSE microseconds after each. Then it prints a line
 *
 *   rounds N hits N wrong N
 *
 * hits: sockets of the port whose SO_PRIORITY somebody set; wrong: bystanders
 * of which somebody did.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_SLOT 20
#define N_SLOTS 24
#define N_REMEMBERED 1000 /* of each thread: sockets that are looked at again before they are closed */
#define N_LASTING 64

static struct sockaddr_in target = { .sin_family = AF_INET };
static int listener;
static struct sockaddr_in listening = { .sin_family = AF_INET };
static int lasting[N_LASTING]; /* bystanders of the whole life, dup'ed into the slots again and again */
static atomic_bool stop;
static atomic_ulong rounds, hits, wrong;
static unsigned long least_rounds;
static useconds_t pause_us;
static bool is_tcp;

struct remembered {
	int fd; /* -1: none */
	bool is_target;
};

static int priority_of(int fd)
{
	int value = 0;
	socklen_t length = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &value, &length) < 0 ? 0 : value;
}

static void judge(struct remembered *one)
{
	if (one->fd < 0)
		return;
	if (priority_of(one->fd) != 0)
		atomic_fetch_add(one->is_target ? &hits : &wrong, 1);
	close(one->fd);
	one->fd = -1;
}

static int open_one(bool is_target)
{
	struct sockaddr_in any_port = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int on = 1;
	int fd = socket(AF_INET, (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (fd < 0 || (!is_target && !is_tcp))
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)(is_target ? &target : &any_port), sizeof(target)) < 0 ||
	    (is_tcp && listen(fd, 1) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void connect_and_accept(void)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct linger abort_it = { .l_onoff = 1, .l_linger = 0 };
	int server;

	if (client < 0)
		return;
	setsockopt(client, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	if (connect(client, (struct sockaddr *)&listening, sizeof(listening)) == 0) {
		server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (server >= 0)
			close(server);
	}
	close(client);
}

static void *churn(void *arg)
{
	unsigned int seed = (unsigned int)(size_t)arg + 1;
	struct remembered memory[N_REMEMBERED];
	size_t at = 0;

	for (size_t i = 0; i < N_REMEMBERED; i++)
		memory[i].fd = -1;
	for (unsigned long n = 0; n < least_rounds || !atomic_load(&stop); n++) {
		int slot = FIRST_SLOT + rand_r(&seed) % N_SLOTS;
		bool is_target = rand_r(&seed) % 2;
		int fd = open_one(is_target);

		if (fd >= 0) {
			dup3(fd, slot, O_CLOEXEC);
			judge(&memory[at]);
			memory[at] = (struct remembered){ fcntl(fd, F_DUPFD_CLOEXEC, 100), is_target };
			at = (at + 1) % N_REMEMBERED;
			close(fd);
		}
		if (n % 3 == 0)
			dup3(lasting[n / 3 % N_LASTING], FIRST_SLOT + rand_r(&seed) % N_SLOTS, O_CLOEXEC);
		if (n % 5 == 0)
			close(FIRST_SLOT + rand_r(&seed) % N_SLOTS);
		if (n % 7 == 0 && seed % 4 == 0)
			connect_and_accept();
		atomic_fetch_add(&rounds, 1);
		if (pause_us)
			usleep(pause_us);
	}
	for (size_t i = 0; i < N_REMEMBERED; i++)
		judge(&memory[i]);
	return NULL;
}

/** The port is kept by a socket that stays. */
static int prepare(void)
{
	socklen_t length = sizeof(target);
	int holder = open_one(true);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listening.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (holder < 0 || getsockname(holder, (struct sockaddr *)&target, &length) < 0)
		return -1;
	target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fcntl(holder, F_DUPFD_CLOEXEC, 200);
	close(holder);
	listener = fcntl(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), F_DUPFD_CLOEXEC, 200);
	length = sizeof(listening);
	if (bind(listener, (struct sockaddr *)&listening, sizeof(listening)) < 0 || listen(listener, 64) < 0 ||
	    getsockname(listener, (struct sockaddr *)&listening, &length) < 0)
		return -1;
	for (size_t i = 0; i < N_LASTING; i++) {
		int fd = open_one(false);

		lasting[i] = fcntl(fd, F_DUPFD_CLOEXEC, 200);
		close(fd);
		if (lasting[i] < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	size_t n_threads = argc == 4 || argc == 5 ? strtoul(argv[1], NULL, 10) : 0;
	pthread_t threads[64];
	sigset_t ends;
	int signal;

	is_tcp = argc == 5 && strcmp(argv[4], "tcp") == 0;
	if (n_threads < 1 || n_threads > 64 || prepare() < 0) {
		perror("churn");
		return 1;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL); /* before the threads: they inherit it */
	least_rounds = strtoul(argv[2], NULL, 10);
	pause_us = (useconds_t)strtoul(argv[3], NULL, 10);
	printf("%u\n", ntohs(target.sin_port));
	fflush(stdout);
	for (size_t i = 0; i < n_threads; i++)
		pthread_create(&threads[i], NULL, churn, (void *)i);
	sigwait(&ends, &signal);
	atomic_store(&stop, true);
	for (size_t i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < N_LASTING; i++)
		if (priority_of(lasting[i]) != 0)
			atomic_fetch_add(&wrong, 1);
	printf("rounds %lu hits %lu wrong %lu\n", atomic_load(&rounds), atomic_load(&hits), atomic_load(&wrong));
	return 0;
}
