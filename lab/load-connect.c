/* SPDX-License-Identifier: MIT */
/* crr: a connection for each request. */

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"

/** A new connection, in the place of one that has ended. */
static int begin_connection(struct load_loop *loop)
{
	struct load_end *end = loop->end;
	int64_t since_ns = counts_now_ns();
	struct load_socket *socket;
	int fd = load_open(end, SOCK_STREAM), r;

	if (fd < 0)
		return fd;
	r = connect(fd, (const struct sockaddr *)&end->address, sizeof(end->address)) < 0 ? errno : 0;
	if (r && r != EINPROGRESS)
		load_fail(end, r, "connect");
	/* Not writable until it is connected; with Fast Open it is at once, and the first write makes the SYN. */
	r = load_loop_add(loop, fd, EPOLLOUT, &socket);
	if (r < 0 || end->result->error)
		return -end->result->error;
	socket->since_ns = since_ns;
	socket->to_write = end->spec->request;
	socket->to_read = end->spec->response;
	socket->wants_write = true;
	return 0;
}

static int write_request(struct load_loop *loop, struct load_socket *socket)
{
	int error = 0, r;
	socklen_t length = sizeof(error);

	if (!socket->is_connected) {
		getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &length);
		if (error)
			return load_fail(loop->end, error, "connect");
		socket->is_connected = true;
	}
	r = load_write(loop, socket, UINT64_MAX);
	/* Of a Fast Open without a cookie: the SYN is out, the data waits for the answer. */
	return r == -EINPROGRESS ? 0 : r < 0 ? load_fail(loop->end, -r, "send") :
					       0;
}

static int client_crr(struct load_loop *loop, struct load_socket *socket, uint32_t events)
{
	ssize_t n;

	if (socket->to_write > 0)
		return write_request(loop, socket);
	(void)events;
	n = recv(socket->fd, loop->buffer, LOAD_BUFFER, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : load_fail(loop->end, errno, "recv");
	if (n > 0) {
		socket->to_read -= (uint64_t)n < socket->to_read ? (uint64_t)n : socket->to_read;
		return 0;
	}
	if (socket->to_read > 0)
		return load_fail(loop->end, ECONNRESET, "recv");
	load_note(loop, socket);
	load_loop_remove(loop, socket);
	return begin_connection(loop);
}

int load_connect_client(struct load_end *end)
{
	struct load_loop loop;
	int r = load_loop_open(end, &loop);

	if (r < 0)
		return r;
	loop.ready = client_crr;
	r = load_meet(end);
	for (unsigned int i = 0; i < end->spec->connections && r == 0; i++)
		r = begin_connection(&loop);
	if (r == 0)
		r = load_loop_run(&loop);
	load_loop_close(&loop);
	return r;
}
