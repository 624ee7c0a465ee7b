/* SPDX-License-Identifier: MIT */
/* Datagrams over a link. */

#include "datagrams.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tidy.h>

#include "punctual.h"

/* Of Linux 4.18 and 5.0; the headers of the C library may be older. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define BUFFER_BYTES (64 << 20)
#define BURST_BYTES 65507

struct sender {
	int fd;
	const struct datagram_plan *plan;
	uint64_t sent;
	int64_t took_ns;
	int error;
	atomic_bool done;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = BUFFER_BYTES, on = 1;

	if (fd < 0)
		return -errno;
	/* Best effort: without the right to more it has what net.core.rmem_max allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

int datagrams_open(const struct link *link, enum link_direction direction, struct datagram_pair *ret)
{
	const struct link_ends *ends = link_ends(link);
	struct sockaddr_storage address = direction == LINK_THERE ? ends->server : ends->client;
	socklen_t length = sizeof(struct sockaddr_in);
	autoclose int client = make_socket(), server = -1;
	int r = arena_move(ends->hosts.there), back, *from = &client, *to = &server;

	if (r < 0)
		return r;
	server = make_socket();
	back = arena_move(ends->hosts.here);
	if (client < 0 || server < 0 || back < 0)
		return client < 0 ? client : server < 0 ? server :
							  back;
	if (direction == LINK_BACK) {
		from = &server;
		to = &client;
	}
	if (bind(*to, (struct sockaddr *)&address, length) < 0 ||
	    getsockname(*to, (struct sockaddr *)&address, &length) < 0 ||
	    connect(*from, (struct sockaddr *)&address, length) < 0)
		return -errno;
	*ret = (struct datagram_pair){ take_fd(from), take_fd(to) };
	return 0;
}

void datagrams_close(struct datagram_pair *pair)
{
	tidy_close(&pair->from);
	tidy_close(&pair->to);
}

static int send_piece(int fd, void *bytes, size_t length)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	memcpy(bytes, &now_ns, sizeof(now_ns));
	if (send(fd, bytes, length, 0) == (ssize_t)length)
		return 0;
	/* A device's queue that is full is a loss as any other. */
	return errno == ENOBUFS ? 0 : -errno;
}

static void *send_plan(void *context)
{
	static uint8_t bytes[BURST_BYTES];
	struct sender *sender = context;
	const struct datagram_plan *plan = sender->plan;
	uint32_t pieces = plan->one_piece ? 1 : plan->burst;
	size_t length = (size_t)plan->payload * (plan->burst / pieces);
	int64_t begun_ns = clock_ns(CLOCK_MONOTONIC);

	be_punctual();
	for (uint64_t i = 0; i < plan->bursts && !sender->error; i++) {
		int64_t at_ns = begun_ns + (int64_t)i * plan->gap_ns;
		struct timespec at = { .tv_sec = at_ns / NS_PER_S, .tv_nsec = at_ns % NS_PER_S };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		for (uint32_t n = 0; n < pieces && !sender->error; n++)
			sender->error = send_piece(sender->fd, bytes, length);
		sender->sent += plan->burst;
	}
	sender->took_ns = clock_ns(CLOCK_MONOTONIC) - begun_ns;
	atomic_store(&sender->done, true);
	return NULL;
}

/**
 * One datagram, or several that the kernel kept together. It stamps them with the wall clock, which can be set at any
 * time: what that differs by from the other clock is looked at right after. @return bytes, or -errno */
static ssize_t receive(int fd, void *bytes, size_t size, uint32_t *ret_segment, int64_t *ret_ns)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { bytes, size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	*ret_segment = (uint32_t)n;
	*ret_ns = clock_ns(CLOCK_MONOTONIC);
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec seen;

			memcpy(&seen, CMSG_DATA(at), sizeof(seen));
			*ret_ns -= clock_ns(CLOCK_REALTIME) - (seen.tv_sec * NS_PER_S + seen.tv_nsec);
		} else if (at->cmsg_level == IPPROTO_UDP && at->cmsg_type == UDP_GRO) {
			memcpy(ret_segment, CMSG_DATA(at), sizeof(*ret_segment));
		}
	}
	return n;
}

static void note(struct datagrams_seen *seen, uint64_t n, uint64_t bytes, int64_t sent_ns, int64_t came_ns)
{
	if (!seen->came) {
		seen->first_ns = came_ns;
		seen->first_bytes = bytes;
	}
	seen->came += n;
	seen->bytes += bytes;
	seen->last_ns = came_ns;
	if (seen->delays_ns)
		seen->delays_ns[seen->n_delays++] = came_ns - sent_ns;
}

static void see(const struct datagram_pair *pair, const struct sender *sender, int64_t quiet_ns,
		struct datagrams_seen *seen)
{
	static uint8_t bytes[BURST_BYTES];
	struct pollfd ready = { .fd = pair->to, .events = POLLIN };
	int64_t heard_ns = clock_ns(CLOCK_MONOTONIC);

	while (!atomic_load(&sender->done) || clock_ns(CLOCK_MONOTONIC) - heard_ns < quiet_ns) {
		int64_t sent_ns, came_ns = 0;
		uint32_t segment = 0;
		ssize_t n;

		poll(&ready, 1, 20);
		while ((n = receive(pair->to, bytes, sizeof(bytes), &segment, &came_ns)) > 0 && segment) {
			uint64_t count = ((uint64_t)n + segment - 1) / segment;

			heard_ns = clock_ns(CLOCK_MONOTONIC);
			memcpy(&sent_ns, bytes, sizeof(sent_ns));
			note(seen, count, (uint64_t)n + count * DATAGRAM_HEADER, sent_ns, came_ns);
		}
		if (!atomic_load(&sender->done))
			heard_ns = clock_ns(CLOCK_MONOTONIC);
	}
}

int datagrams_send(const struct datagram_pair *pair, const struct datagram_plan *plan, int64_t quiet_ns,
		   struct datagrams_seen *seen)
{
	struct sender sender = { .fd = pair->from, .plan = plan };
	int segment = plan->one_piece ? (int)plan->payload : 0;
	pthread_t thread;
	int r;

	if (setsockopt(pair->from, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)) < 0)
		return -errno;
	r = -pthread_create(&thread, NULL, send_plan, &sender);
	if (r < 0)
		return r;
	see(pair, &sender, quiet_ns, seen);
	pthread_join(thread, NULL);
	seen->sent = sender.sent;
	seen->send_ns = sender.took_ns;
	return sender.error;
}
