/* SPDX-License-Identifier: MIT */
/* Does the path between two hosts carry anything yet? */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <arena-peer.h>
#include <tidy.h>

#include "trial.h"

#define TURN_MS 20
#define PATIENCE_NS INT64_C(15000000000)

/** A socket on the server's host, and where it is. @return a descriptor or -errno */
static int open_there(const struct trial_place *place, struct sockaddr_storage *address)
{
	socklen_t length = sizeof(*address);
	int r = place->server_host >= 0 ? arena_move(place->server_host) : 0, back;
	autoclose int fd = r < 0 ? -1 : socket(place->server.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (r < 0)
		return r;
	*address = place->server;
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, length) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, &length) < 0)
		r = -errno;
	back = place->client_host >= 0 ? arena_move(place->client_host) : 0;
	if (back < 0)
		return back;
	return r < 0 ? r : take_fd(&fd);
}

int trial_await_path(const struct trial_place *place)
{
	int64_t until_ns = counts_now_ns() + PATIENCE_NS;
	struct sockaddr_storage address;
	autoclose int there = open_there(place, &address);
	autoclose int here = socket(place->server.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd poll_fd = { .fd = there, .events = POLLIN };

	if (there < 0)
		return there;
	if (here < 0)
		return -errno;
	while (counts_now_ns() < until_ns) {
		/* What is refused for now is asked again. */
		ssize_t n = sendto(here, "", 1, 0, (const struct sockaddr *)&address, sizeof(address));

		if (poll(&poll_fd, 1, TURN_MS) > 0 && n > 0)
			return 0;
	}
	return -ETIMEDOUT;
}
