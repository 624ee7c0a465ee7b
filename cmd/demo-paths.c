/* SPDX-License-Identifier: MIT */
/* Two hosts with two cables. */

#include "demo-paths.h"

#include <errno.h>
#include <sys/socket.h>

#include <text.h>
#include <tidy.h>

const char *demo_path_name(enum demo_path path)
{
	return path == DEMO_RED ? "red" : "blue";
}

static int bind_ends(struct demo_paths *paths)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int r = arena_move(paths->hosts.there), back;

	if (r < 0)
		return r;
	paths->ends[DEMO_RED] = demo_bind(SOCK_DGRAM, &any, "SO_BINDTODEVICE=red");
	paths->ends[DEMO_BLUE] = demo_bind(SOCK_DGRAM, &any, "SO_BINDTODEVICE=blue");
	paths->port = any.sin_port;
	back = arena_move(paths->hosts.here);
	for (int i = 0; i < DEMO_N_PATHS; i++)
		if (paths->ends[i] < 0)
			return paths->ends[i];
	return back;
}

/** Sends until one arrives, and takes those that were sent in vain and come late. */
static int wait_for_cable(int sender, int end, const struct sockaddr_in *to)
{
	bool arrived = false;
	char byte;

	for (int tries = 1; !arrived; tries++) {
		if (tries > 50)
			return -ETIMEDOUT;
		if (sendto(sender, "?", 1, 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
			return -errno;
		demo_wait(end, POLLIN, 100);
		arrived = recv(end, &byte, 1, MSG_DONTWAIT) == 1;
	}
	while (demo_wait(end, POLLIN, 20) && recv(end, &byte, 1, MSG_DONTWAIT) == 1)
		;
	return 0;
}

/** A new cable loses what is sent before the kernel has seen that its plug is in. */
static int wait_for_cables(const struct demo_paths *paths)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	autoclose int sender = demo_bind(SOCK_DGRAM, &any, NULL);
	int r = sender < 0 ? sender : 0;

	for (unsigned int i = 0; r == 0 && i < DEMO_N_PATHS; i++) {
		const struct sockaddr_in to = {
			.sin_family = AF_INET,
			.sin_port = paths->port,
			.sin_addr = { arena_address(i + 1, 2) },
		};

		r = wait_for_cable(sender, paths->ends[i], &to);
	}
	return r;
}

int demo_paths_make(struct demo_stage *stage, struct demo_paths *paths)
{
	int r;

	*paths = (struct demo_paths){ .hosts = ARENA_NO_HOSTS, .ends = { -1, -1 } };
	r = arena_hosts_make(&paths->hosts);
	if (r < 0)
		return demo_stop(stage, _("a second network namespace"), r);
	for (unsigned int i = 0; r == 0 && i < DEMO_N_PATHS; i++)
		r = arena_cable(&paths->hosts, demo_path_name((enum demo_path)i), i + 1);
	if (r < 0)
		return demo_stop(stage, _("a pair of virtual Ethernet devices"), r);
	r = bind_ends(paths);
	if (r < 0)
		return demo_stop(stage, "SO_BINDTODEVICE, bind", r);
	r = wait_for_cables(paths);
	return r < 0 ? demo_stop(stage, _("a first datagram over the cables"), r) : 0;
}

void demo_paths_close(struct demo_paths *paths)
{
	for (int i = 0; i < DEMO_N_PATHS; i++)
		tidy_close(&paths->ends[i]);
	arena_hosts_close(&paths->hosts);
}

enum demo_path demo_paths_arrived(const struct demo_paths *paths)
{
	struct pollfd fds[DEMO_N_PATHS];
	char data[64];

	for (int i = 0; i < DEMO_N_PATHS; i++)
		fds[i] = (struct pollfd){ .fd = paths->ends[i], .events = POLLIN };
	if (poll(fds, DEMO_N_PATHS, 3000) <= 0)
		return DEMO_N_PATHS;
	for (int i = 0; i < DEMO_N_PATHS; i++)
		if (fds[i].revents &&
		    recv(paths->ends[i], data, sizeof(data), MSG_DONTWAIT) >= 0)
			return (enum demo_path)i;
	return DEMO_N_PATHS;
}
