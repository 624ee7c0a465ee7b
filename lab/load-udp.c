/* SPDX-License-Identifier: MIT */
/* udp: datagrams at a steady rate, each with the time at which it was sent. */

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "load.h"

#define SERVER_TURNS 64
#define BEHIND_MOST 32 /* datagrams that are made up for after a delay; more would be a burst that nobody asked for */

/** The beginning of each datagram. Both ends have the same clock. */
struct stamp {
	uint64_t is_measured;
	int64_t sent_ns;
};

/* ---- the client ---- */

static int send_one(struct load_loop *loop, int fd)
{
	const struct stamp stamp = { loop->measuring, counts_now_ns() };
	ssize_t n;

	memcpy(loop->buffer, &stamp, sizeof(stamp));
	n = send(fd, loop->buffer, loop->end->spec->request, MSG_NOSIGNAL);
	if (n >= 0) {
		loop->done++;
		return 0;
	}
	/* No room in the socket: wait for it, as a blocking program would. */
	if (errno == EAGAIN || errno == ENOBUFS) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

		poll(&poll_fd, 1, 1);
		return 0;
	}
	return errno == ECONNREFUSED || errno == EINTR ? 0 : load_fail(loop->end, errno, "send");
}

static void sleep_until(int64_t ns)
{
	const struct timespec until = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/** Not a loop of events: what wakes it is the time of the next datagram. */
static void send_all(struct load_loop *loop, int fd)
{
	const struct load_spec *spec = loop->end->spec;
	double gap_ns = (double)spec->request * 8e9 / (double)spec->rate;
	int64_t start_ns = counts_now_ns(), sampled_ns = start_ns, due_ns, now_ns;
	double next = 0;
	int r = 0;

	while (r == 0 && !loop->over) {
		due_ns = start_ns + (int64_t)next;
		next += gap_ns;
		now_ns = counts_now_ns();
		if (due_ns > now_ns)
			sleep_until(due_ns);
		else if ((double)(now_ns - due_ns) > BEHIND_MOST * gap_ns)
			next = (double)(now_ns - start_ns);
		load_keep_time(loop, now_ns - sampled_ns > LOAD_SAMPLE_NS);
		if (now_ns - sampled_ns > LOAD_SAMPLE_NS)
			sampled_ns = now_ns;
		if (!loop->over)
			r = send_one(loop, fd);
	}
}

int load_udp_client(struct load_end *end)
{
	struct load_socket *socket;
	struct load_loop loop;
	int r = load_loop_open(end, &loop), fd;

	if (r < 0)
		return r;
	fd = load_open(end, SOCK_DGRAM);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&end->address, sizeof(end->address)) < 0)
		load_fail(end, errno, "connect");
	if (fd >= 0 && load_loop_add(&loop, fd, EPOLLIN, &socket) == 0 && end->result->error == 0) {
		if (load_meet(end) == 0)
			send_all(&loop, fd);
	}
	load_loop_close(&loop);
	return -end->result->error;
}

/* ---- the server ---- */

static int server_udp(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	(void)events;
	for (int i = 0; i < SERVER_TURNS; i++) {
		ssize_t n = recv(socket->fd, loop->buffer, LOAD_BUFFER, 0);
		struct stamp stamp;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : load_fail(loop->end, errno, "recv");
		if (n < (ssize_t)sizeof(stamp))
			continue;
		memcpy(&stamp, loop->buffer, sizeof(stamp));
		/* What was sent while it was measured counts, whenever it comes. */
		if (!stamp.is_measured)
			continue;
		loop->end->result->bytes += (uint64_t)n;
		loop->end->result->done++;
		latency_add(&loop->end->result->latency, (uint64_t)(counts_now_ns() - stamp.sent_ns));
	}
	return 0;
}

int load_udp_server(struct load_end *end)
{
	struct load_socket *socket;
	struct load_loop loop;
	int r = load_loop_open(end, &loop), fd;

	if (r < 0)
		return r;
	loop.ready = server_udp;
	fd = load_bind(end, SOCK_DGRAM);
	if (fd >= 0 && load_loop_add(&loop, fd, EPOLLIN, &socket) == 0 && load_say_ready(end) == 0)
		load_loop_run(&loop);
	load_loop_close(&loop);
	return -end->result->error;
}
