/* SPDX-License-Identifier: MIT */
/* Sockets of demonstrations. */

#include "demo-net.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sockopt.h>

#include "demo.h"

struct sockaddr_in demo_loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static int close_with(int fd, int r)
{
	close(fd);
	return r;
}

/** With an option, if assignment is not NULL. @return a descriptor or -errno */
static int open_with(int type, const char *assignment)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = assignment ? sockopt_set_text(fd, assignment, NULL) : 0;
	return r < 0 ? close_with(fd, r) : fd;
}

int demo_bind(int type, struct sockaddr_in *address, const char *assignment)
{
	socklen_t length = sizeof(*address);
	int fd = open_with(type, assignment);

	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    ((type & ~SOCK_NONBLOCK) == SOCK_STREAM && listen(fd, 512) < 0) ||
	    getsockname(fd, (struct sockaddr *)address, &length) < 0)
		return close_with(fd, -errno);
	return fd;
}

int demo_connect(const struct sockaddr_in *address, const char *assignment)
{
	int fd = open_with(SOCK_STREAM, assignment);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return close_with(fd, -errno);
	return fd;
}

int demo_pair_open(struct demo_pair *pair)
{
	struct sockaddr_in address = demo_loopback();
	int listener = demo_bind(SOCK_STREAM, &address, NULL);

	*pair = DEMO_NO_PAIR;
	if (listener < 0)
		return listener;
	pair->client = demo_connect(&address, NULL);
	if (pair->client < 0)
		return close_with(listener, pair->client);
	pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return close_with(listener, pair->server < 0 ? -errno : 0);
}

void demo_pair_close(struct demo_pair *pair)
{
	if (pair->client >= 0)
		close(pair->client);
	if (pair->server >= 0)
		close(pair->server);
	*pair = DEMO_NO_PAIR;
}

int demo_with_pair(struct demo_stage *stage, int (*play)(struct demo_stage *stage, const struct demo_pair *pair))
{
	struct demo_pair pair;
	int r = demo_pair_open(&pair);

	r = r < 0 ? demo_stop(stage, "connect", r) : play(stage, &pair);
	demo_pair_close(&pair);
	return r;
}

double demo_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void demo_sleep_ms(unsigned int ms)
{
	struct timespec rest = { .tv_sec = ms / 1000,
				 .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		;
}

int demo_wait(int fd, int events, int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = (short)events };

	return poll(&poll_fd, 1, ms) > 0 ? poll_fd.revents : 0;
}

int64_t demo_read(int fd, const char *name, const char *field)
{
	const struct sockopt_option *option = sockopt_find(name);
	struct sockopt_value value;

	if (!option || sockopt_get(fd, option, &value) < 0)
		return -1;
	for (size_t i = 0; i < option->type->n_fields; i++) {
		const struct sockopt_field *at = &option->type->fields[i];

		if ((!field || strcmp(at->name, field) == 0) &&
		    at->offset + at->size <= value.length)
			return sockopt_field_number(at, value.bytes, 0);
	}
	return -1;
}
