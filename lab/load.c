/* SPDX-License-Identifier: MIT */
/* What the built-in loads share: sockets with a variant's options, a loop, and what is measured beside it. */

#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <tidy.h>

#define EVENTS_MAX 64
#define SAMPLED_MAX 32 /* sockets whose memory is looked at: a look costs what a system call does */
#define BACKLOG 4096

int load_fail(struct load_end *end, int error, const char *what)
{
	if (end->result->error == 0) {
		end->result->error = error;
		snprintf(end->result->what, sizeof(end->result->what), "%s", what);
	}
	return -error;
}

/* ---- sockets ---- */

static int options_at(struct load_end *end, int fd, enum sockopt_moment moment)
{
	const char *what;
	int r = plan_apply(end->plan, fd, moment, &what);

	return r < 0 ? load_fail(end, -r, what) : 0;
}

int load_open(struct load_end *end, int type)
{
	autoclose int fd = socket(end->address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return load_fail(end, errno, "socket");
	r = options_at(end, fd, SOCKOPT_AT_SOCKET);
	if (r == 0)
		r = options_at(end, fd, SOCKOPT_AT_CONNECT);
	return r < 0 ? r : take_fd(&fd);
}

static socklen_t address_length(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

int load_bind(struct load_end *end, int type)
{
	autoclose int fd = socket(end->address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_storage bound = end->address;
	socklen_t length = address_length(&bound);
	int r;

	if (fd < 0)
		return load_fail(end, errno, "socket");
	r = options_at(end, fd, SOCKOPT_AT_SOCKET);
	if (r == 0)
		r = options_at(end, fd, SOCKOPT_AT_BIND);
	if (r < 0)
		return r;
	if (bind(fd, (const struct sockaddr *)&bound, length) < 0)
		return load_fail(end, errno, "bind");
	r = type == SOCK_STREAM ? options_at(end, fd, SOCKOPT_AT_LISTEN) : 0;
	if (r < 0)
		return r;
	if (type == SOCK_STREAM && listen(fd, BACKLOG) < 0)
		return load_fail(end, errno, "listen");
	if (getsockname(fd, (struct sockaddr *)&bound, &length) < 0)
		return load_fail(end, errno, "getsockname");
	/* The port stands at the same place in both families. */
	end->board->port = ntohs(((const struct sockaddr_in *)&bound)->sin_port);
	return take_fd(&fd);
}

int load_accept(struct load_loop *loop)
{
	autoclose int fd = accept4(loop->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int r;

	if (fd < 0)
		return -errno;
	r = options_at(loop->end, fd, SOCKOPT_AT_ACCEPT);
	return r < 0 ? r : take_fd(&fd);
}

/* ---- the loop's sockets ---- */

int load_loop_add(struct load_loop *loop, int fd, uint32_t events, struct load_socket **ret)
{
	struct load_socket *socket = calloc(1, sizeof(*socket));
	struct epoll_event event = { .events = events, .data.ptr = socket };

	if (!socket || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		int error = socket ? errno : ENOMEM;

		free(socket);
		close(fd);
		return load_fail(loop->end, error, "epoll_ctl");
	}
	socket->fd = fd;
	socket->next = loop->sockets;
	if (socket->next)
		socket->next->before = socket;
	loop->sockets = socket;
	*ret = socket;
	return 0;
}

int load_loop_change(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = socket };

	return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, socket->fd, &event) < 0 ? load_fail(loop->end, errno, "epoll_ctl") : 0;
}

void load_loop_remove(struct load_loop *loop, struct load_socket *socket)
{
	if (socket->next)
		socket->next->before = socket->before;
	if (socket->before)
		socket->before->next = socket->next;
	else
		loop->sockets = socket->next;
	/* What is not closed would be reported for a socket that is gone. */
	if (close(socket->fd) < 0)
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, socket->fd, NULL);
	free(socket);
}

int load_loop_open(struct load_end *end, struct load_loop *ret)
{
	const struct itimerspec period = { { 0, LOAD_SAMPLE_NS }, { 0, LOAD_SAMPLE_NS } };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ret };
	struct epoll_event control = { .events = EPOLLRDHUP, .data.ptr = end };

	*ret = (struct load_loop){ .end = end, .listener = -1, .buffer = calloc(1, LOAD_BUFFER) };
	ret->is_server = end->result == &end->board->server;
	ret->epoll = epoll_create1(EPOLL_CLOEXEC);
	ret->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ret->buffer && ret->epoll >= 0 && ret->timer >= 0 && timerfd_settime(ret->timer, 0, &period, NULL) == 0 &&
	    epoll_ctl(ret->epoll, EPOLL_CTL_ADD, ret->timer, &event) == 0 &&
	    epoll_ctl(ret->epoll, EPOLL_CTL_ADD, end->control, &control) == 0)
		return 0;
	load_fail(end, ret->buffer ? errno : ENOMEM, "epoll");
	load_loop_close(ret);
	return -end->result->error;
}

void load_loop_close(struct load_loop *loop)
{
	for (struct load_socket *socket = loop->sockets, *next; socket; socket = next) {
		next = socket->next;
		close(socket->fd);
		free(socket);
	}
	if (loop->listener >= 0)
		close(loop->listener);
	if (loop->timer >= 0)
		close(loop->timer);
	if (loop->epoll >= 0)
		close(loop->epoll);
	free(loop->buffer);
	*loop = (struct load_loop){ .epoll = -1, .timer = -1, .listener = -1 };
}

/* ---- what is measured ---- */

static void measure_begin(struct load_loop *loop, int64_t now_ns)
{
	loop->measuring = true;
	loop->end->result->begin_ns = now_ns;
	loop->bytes = loop->done = 0;
	counts_processor(&loop->processor);
	loop->retransmits = counts_retransmits();
}

static void measure_end(struct load_loop *loop, int64_t now_ns)
{
	struct load_result *result = loop->end->result;
	struct counts_processor processor;

	counts_processor(&processor);
	loop->measuring = false;
	loop->measured = true;
	/* A server goes on: else its client would see a connection end that is still measured. */
	loop->over = !loop->is_server;
	result->end_ns = now_ns;
	/* Datagrams are counted where they arrive, by when they were sent. */
	if (!loop->is_server || loop->end->spec->kind != LOAD_UDP) {
		result->bytes = loop->bytes;
		result->done = loop->done;
	}
	result->ran_ns = processor.ran_ns - loop->processor.ran_ns;
	result->waited_ns = processor.waited_ns - loop->processor.waited_ns;
	result->retransmits = counts_retransmits() - loop->retransmits;
}

static void sample(struct load_loop *loop)
{
	struct load_result *result = loop->end->result;
	struct counts_path path;
	uint64_t memory = 0;
	unsigned int n = 0;

	for (const struct load_socket *socket = loop->sockets; socket && n < SAMPLED_MAX; socket = socket->next, n++) {
		memory += counts_memory(socket->fd);
		if (loop->end->spec->kind != LOAD_BULK || loop->is_server || !counts_path(socket->fd, &path))
			continue;
		latency_add(&result->latency, path.round_trip_ns);
		result->window = path.window;
	}
	if (memory > result->memory_most)
		result->memory_most = memory;
}

void load_note(struct load_loop *loop, struct load_socket *socket)
{
	int64_t now_ns = counts_now_ns();

	loop->done++;
	/* What was begun before is not wholly of what is measured. */
	if (loop->measuring && socket->since_ns >= loop->end->result->begin_ns)
		latency_add(&loop->end->result->latency, (uint64_t)(now_ns - socket->since_ns));
	socket->since_ns = now_ns;
}

void load_keep_time(struct load_loop *loop, bool is_tick)
{
	const struct load_board *board = loop->end->board;
	int64_t begin_ns = __atomic_load_n(&board->begin_ns, __ATOMIC_ACQUIRE), now_ns;

	if (begin_ns == 0 || loop->measured)
		return;
	now_ns = counts_now_ns();
	if (!loop->measuring && now_ns >= begin_ns)
		measure_begin(loop, now_ns);
	else if (loop->measuring && now_ns >= board->end_ns)
		measure_end(loop, now_ns);
	if (is_tick && loop->measuring)
		sample(loop);
}

int load_say_ready(struct load_end *end)
{
	char byte = 1;

	return write(end->control, &byte, 1) == 1 ? 0 : load_fail(end, errno, "write");
}

int load_meet(struct load_end *end)
{
	int r = load_say_ready(end);
	char byte;

	/* The end of the file: who started us is gone. */
	if (r == 0 && read(end->control, &byte, 1) != 1)
		return load_fail(end, ECANCELED, "read");
	return r;
}

int load_loop_run(struct load_loop *loop)
{
	int r = 0;

	while (r == 0 && !loop->over) {
		struct epoll_event events[EVENTS_MAX];
		int n = epoll_wait(loop->epoll, events, EVENTS_MAX, -1);
		bool is_tick = false;
		uint64_t ticks;

		for (int i = 0; i < n && r == 0; i++) {
			if (events[i].data.ptr == loop)
				is_tick = read(loop->timer, &ticks, sizeof(ticks)) > 0;
			else if (events[i].data.ptr == loop->end)
				loop->over = true;
			else
				r = loop->ready(loop, events[i].data.ptr, events[i].events);
		}
		load_keep_time(loop, is_tick);
	}
	/* On a busy machine the end may be heard of in the same turn as the beginning. */
	if (r == 0 && loop->measuring)
		load_keep_time(loop, false);
	return r;
}

int load_client(struct load_end *end)
{
	switch (end->spec->kind) {
	case LOAD_UDP: return load_udp_client(end);
	case LOAD_CRR: return load_connect_client(end);
	default: return load_stream_client(end);
	}
}

int load_server(struct load_end *end)
{
	return end->spec->kind == LOAD_UDP ? load_udp_server(end) : load_stream_server(end);
}
