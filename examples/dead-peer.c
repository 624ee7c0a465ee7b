/* SPDX-License-Identifier: MIT */
/*
 * A client that notices within 30 s that its peer has vanished.
 *
 * Keepalive probes see to a connection that is idle, TCP_USER_TIMEOUT to data
 * that is not acknowledged: either alone leaves the other case to wait for
 * 15 minutes or more. All of them are set, or none.
 *
 * usage: dead-peer ADDRESS PORT [SECONDS [OPTION=VALUE...]]
 *
 * Lines from the standard input go to the peer, what it says to the standard output.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sockopt.h>

#define WISHES_MAX 16

/** What is asked of the socket. */
struct wishes {
	struct sockopt_assignment list[WISHES_MAX];
	size_t n;
};

static int fail(const struct sockopt_error *error)
{
	const char *language = getenv("LANG");
	char text[512];

	sockopt_message(error, language, text, sizeof(text));
	fprintf(stderr, "dead-peer: %s\n", text);
	if (sockopt_hint(error, language, text, sizeof(text)) > 0)
		fprintf(stderr, "hint: %s\n", text);
	return -1;
}

static int wish(struct wishes *wishes, const char *assignment)
{
	struct sockopt_error error;

	if (wishes->n == WISHES_MAX) {
		fprintf(stderr, "dead-peer: more than %d options\n", WISHES_MAX);
		return -1;
	}
	if (sockopt_parse_assignment(assignment, &wishes->list[wishes->n], NULL, &error) < 0)
		return fail(&error);
	wishes->n++;
	return 0;
}

/** Half of the time in silence, the other half for three probes; the user timeout ends both. */
static int wish_detection(struct wishes *wishes, unsigned int seconds)
{
	unsigned int idle = seconds / 2 ? seconds / 2 : 1;
	unsigned int interval = (seconds - idle) / 3 ? (seconds - idle) / 3 : 1;
	unsigned int probes = (seconds - idle + interval - 1) / interval;
	char text[4][40];

	snprintf(text[0], sizeof(text[0]), "TCP_USER_TIMEOUT=%us", seconds);
	snprintf(text[1], sizeof(text[1]), "TCP_KEEPIDLE=%us", idle);
	snprintf(text[2], sizeof(text[2]), "TCP_KEEPINTVL=%us", interval);
	snprintf(text[3], sizeof(text[3]), "TCP_KEEPCNT=%u", probes ? probes : 1);
	for (size_t i = 0; i < 4; i++)
		if (wish(wishes, text[i]) < 0)
			return -1;
	return wish(wishes, "SO_KEEPALIVE=on");
}

/** The number that the kernel has now, in the option's unit; prints it. */
static long long show(int fd, const char *name)
{
	const struct sockopt_option *option = sockopt_find(name);
	struct sockopt_value value;
	char text[64];

	if (!option || sockopt_get(fd, option, &value) < 0)
		return -1;
	sockopt_format(option, value.bytes, value.length, text, sizeof(text));
	printf("%-18s %s\n", option->name, text);
	return sockopt_field_number(&option->get_type->fields[0], value.bytes, 0);
}

/** With a user timeout, the first probe that is due after it ends the connection, whatever TCP_KEEPCNT says. */
static void show_all(int fd)
{
	long long timeout_ms = show(fd, "TCP_USER_TIMEOUT");
	long long idle_ms = 1000 * show(fd, "TCP_KEEPIDLE");
	long long interval_ms = 1000 * show(fd, "TCP_KEEPINTVL");
	long long probes = show(fd, "TCP_KEEPCNT");
	bool alive = show(fd, "SO_KEEPALIVE") > 0;
	long long silent_ms = idle_ms + probes * interval_ms;

	if (timeout_ms > 0 && interval_ms > 0)
		for (silent_ms = idle_ms + interval_ms; silent_ms < timeout_ms;)
			silent_ms += interval_ms;
	if (alive)
		printf("a silent peer is given up after %.1f s\n", (double)silent_ms / 1000);
	if (timeout_ms > 0)
		printf("unacknowledged data is given up %.1f s after it was sent again\n", (double)timeout_ms / 1000);
	fflush(stdout);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/** Until the connection ends: 0 if the peer closed it, or the errno. */
static int talk(int fd)
{
	struct pollfd wait[] = { { .fd = fd, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	char bytes[1024];

	for (;;) {
		ssize_t n;

		if (poll(wait, 2, -1) < 0)
			return errno;
		if (wait[0].revents) {
			n = recv(fd, bytes, sizeof(bytes), 0);
			if (n <= 0)
				return n < 0 ? errno : 0;
			if (write(STDOUT_FILENO, bytes, (size_t)n) < 0)
				return errno;
		}
		if (wait[1].revents) {
			n = read(STDIN_FILENO, bytes, sizeof(bytes));
			if (n <= 0)
				wait[1].fd = -1; /* nothing more to say: only listen */
			else if (send(fd, bytes, (size_t)n, MSG_NOSIGNAL) < 0)
				return errno;
		}
	}
}

static int run(const struct sockaddr_in *address, const struct wishes *wishes)
{
	struct sockopt_error error;
	double began;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	/* Before connect(2): so it, too, ends in time. */
	if (fd < 0 || sockopt_apply(fd, wishes->list, wishes->n, &error) < 0)
		return fd < 0 ? 1 : -fail(&error);
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		fprintf(stderr, "dead-peer: connect: %s\n", strerror(errno));
		close(fd);
		return 1;
	}
	show_all(fd);
	began = now();
	r = talk(fd);
	printf("ended after %.1f s: %s\n", now() - began, r ? strerror(r) : "the peer closed");
	close(fd);
	return r ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct wishes wishes = { .n = 0 };
	unsigned long port = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long seconds = argc > 3 ? strtoul(argv[3], NULL, 10) : 30;

	if (port < 1 || port > 65535 || seconds < 2 || seconds > 86400 ||
	    inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
		fprintf(stderr, "usage: dead-peer ADDRESS PORT [SECONDS [OPTION=VALUE...]]\n");
		return 2;
	}
	address.sin_port = htons((unsigned short)port);
	if (wish_detection(&wishes, (unsigned int)seconds) < 0)
		return 2;
	for (int i = 4; i < argc; i++)
		if (wish(&wishes, argv[i]) < 0)
			return 2;
	return run(&address, &wishes);
}
