/* SPDX-License-Identifier: MIT */
/* bulk and rr, and the server of crr: streams. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define TURNS 16 /* calls on one socket before the others are looked at */
#define CONNECT_MS 20000

static int is_later(int error)
{
	return error == EAGAIN || error == EINTR;
}

int load_write(struct load_loop *loop, struct load_socket *socket, uint64_t piece)
{
	while (socket->to_write) {
		uint64_t size = socket->to_write < piece ? socket->to_write : piece;
		ssize_t n = send(socket->fd, loop->buffer, size < LOAD_BUFFER ? size : LOAD_BUFFER, MSG_NOSIGNAL);

		if (n < 0 && !is_later(errno))
			return -errno;
		if (n < 0)
			break;
		socket->to_write -= (uint64_t)n;
	}
	if ((socket->to_write > 0) == socket->wants_write)
		return 0;
	socket->wants_write = socket->to_write > 0;
	return load_loop_change(loop, socket, EPOLLIN | (socket->wants_write ? EPOLLOUT : 0U));
}

/* ---- the client ---- */

/** As programs do that write a head and a body: each piece is a call. */
static int go_on(struct load_loop *loop, struct load_socket *socket)
{
	const struct load_spec *spec = loop->end->spec;
	int r = load_write(loop, socket, (spec->request + spec->writes - 1) / spec->writes);

	return r < 0 ? load_fail(loop->end, -r, "send") : 0;
}

static int begin_request(struct load_loop *loop, struct load_socket *socket)
{
	const struct load_spec *spec = loop->end->spec;

	socket->to_write = spec->request;
	socket->to_read = spec->response;
	return go_on(loop, socket);
}

static int client_rr(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	int r = events & EPOLLOUT ? go_on(loop, socket) : 0;
	ssize_t n;

	if (r < 0 || !(events & ~(uint32_t)EPOLLOUT))
		return r;
	n = recv(socket->fd, loop->buffer, LOAD_BUFFER, 0);
	if (n < 0)
		return is_later(errno) ? 0 : load_fail(loop->end, errno, "recv");
	if (n == 0)
		return load_fail(loop->end, ECONNRESET, "recv");
	socket->to_read -= (uint64_t)n < socket->to_read ? (uint64_t)n : socket->to_read;
	if (socket->to_read > 0)
		return 0;
	load_note(loop, socket);
	return begin_request(loop, socket);
}

static int client_bulk(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	(void)events;
	for (int i = 0; i < TURNS; i++) {
		ssize_t n = send(socket->fd, loop->buffer, LOAD_BUFFER / 2, MSG_NOSIGNAL);

		if (n < 0)
			return is_later(errno) ? 0 : load_fail(loop->end, errno, "send");
	}
	return 0;
}

/** Connects, and waits until it is. @return a descriptor or -errno */
static int connect_and_wait(struct load_end *end)
{
	int fd = load_open(end, SOCK_STREAM), error = 0;
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	socklen_t length = sizeof(error);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&end->address, sizeof(end->address)) < 0)
		error = errno;
	if (error == EINPROGRESS) {
		if (poll(&poll_fd, 1, CONNECT_MS) == 0)
			error = ETIMEDOUT;
		else
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	}
	if (error) {
		close(fd);
		return load_fail(end, error, "connect");
	}
	return fd;
}

int load_stream_client(struct load_end *end)
{
	struct load_loop loop;
	int r = load_loop_open(end, &loop);

	if (r < 0)
		return r;
	loop.ready = end->spec->kind == LOAD_BULK ? client_bulk : client_rr;
	for (unsigned int i = 0; i < end->spec->connections && r >= 0; i++) {
		struct load_socket *socket;

		r = connect_and_wait(end);
		if (r >= 0)
			r = load_loop_add(&loop, r, end->spec->kind == LOAD_BULK ? EPOLLOUT : EPOLLIN, &socket);
	}
	if (r >= 0)
		r = load_meet(end);
	for (struct load_socket *socket = loop.sockets; socket && r >= 0 && end->spec->kind == LOAD_RR;
	     socket = socket->next) {
		socket->since_ns = counts_now_ns();
		r = begin_request(&loop, socket);
	}
	if (r >= 0)
		r = load_loop_run(&loop);
	load_loop_close(&loop);
	return r;
}

/* ---- the server ---- */

static int accept_all(struct load_loop *loop)
{
	const struct load_spec *spec = loop->end->spec;

	for (int i = 0; i < TURNS * 4; i++) {
		struct load_socket *socket;
		int fd = load_accept(loop), r;

		if (fd < 0)
			return is_later(-fd) || fd == -ECONNABORTED ? 0 : load_fail(loop->end, -fd, "accept");
		r = load_loop_add(loop, fd, EPOLLIN, &socket);
		if (r < 0)
			return r;
		socket->to_read = spec->request;
	}
	return 0;
}

static int serve_bulk(struct load_loop *loop, struct load_socket *socket)
{
	for (int i = 0; i < TURNS; i++) {
		ssize_t n = recv(socket->fd, loop->buffer, LOAD_BUFFER, 0);

		if (n < 0 && is_later(errno))
			return 0;
		if (n <= 0) {
			load_loop_remove(loop, socket);
			return 0;
		}
		loop->bytes += (uint64_t)n;
	}
	return 0;
}

/** A response is due for each request, also where several arrive at once. @return 0; or -errno: the client is gone */
static int take_requests(struct load_loop *loop, struct load_socket *socket)
{
	const struct load_spec *spec = loop->end->spec;
	ssize_t n = recv(socket->fd, loop->buffer, LOAD_BUFFER, 0);
	uint64_t rest;

	if (n < 0)
		return is_later(errno) ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	loop->bytes += (uint64_t)n;
	for (rest = (uint64_t)n; rest >= socket->to_read; socket->to_read = spec->request) {
		rest -= socket->to_read;
		socket->to_write += spec->response;
	}
	socket->to_read -= rest;
	return load_write(loop, socket, UINT64_MAX);
}

static int serve_request(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	const struct load_spec *spec = loop->end->spec;
	bool was_asked = socket->to_write > 0;
	int r = events & EPOLLOUT ? load_write(loop, socket, UINT64_MAX) : 0;

	if (r == 0 && (events & ~(uint32_t)EPOLLOUT)) {
		was_asked |= true;
		r = take_requests(loop, socket);
	}
	/* crr: who answers closes, and has the TIME_WAIT. */
	if (r < 0 || (spec->kind == LOAD_CRR && was_asked && socket->to_read == spec->request && socket->to_write == 0))
		load_loop_remove(loop, socket);
	return 0;
}

static int server_ready(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	if (socket->fd == loop->listener)
		return accept_all(loop);
	if (loop->end->spec->kind == LOAD_BULK)
		return serve_bulk(loop, socket);
	return serve_request(loop, socket, events);
}

int load_stream_server(struct load_end *end)
{
	struct load_socket *listener;
	struct load_loop loop;
	int r = load_loop_open(end, &loop), fd;

	if (r < 0)
		return r;
	loop.ready = server_ready;
	fd = load_bind(end, SOCK_STREAM);
	if (fd >= 0 && load_loop_add(&loop, fd, EPOLLIN, &listener) == 0) {
		loop.listener = fd;
		r = load_say_ready(end);
		if (r == 0)
			r = load_loop_run(&loop);
		/* its socket closes it */
		loop.listener = -1;
	} else {
		r = -end->result->error;
	}
	load_loop_close(&loop);
	return r;
}
