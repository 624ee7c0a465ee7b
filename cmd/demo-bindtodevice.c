/* SPDX-License-Identifier: MIT */
/* A server for one cable; and two servers at one port. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <sockopt.h>
#include <text.h>
#include <tidy.h>

#include "demo-paths.h"

/** Sends a datagram from the other host by each cable to the port of a server
 * here. */
static int send_by_both(struct demo_stage *stage,
			const struct demo_paths *paths, in_port_t port)
{
	for (unsigned int i = 0; i < DEMO_N_PATHS; i++) {
		struct sockaddr_in to = {
			.sin_family = AF_INET,
			.sin_port = port,
			.sin_addr = { arena_address(i + 1, 1) },
		};
		const char *name = demo_path_name((enum demo_path)i);

		if (sendto(paths->ends[i], name, strlen(name), 0,
			   (const struct sockaddr *)&to, sizeof(to)) < 0)
			return demo_stop(stage, "sendto", -errno);
	}
	return 0;
}

/** What a server got: a set of bits, one a cable. expected: so many are worth a longer wait. */
static unsigned int take_all(int fd, int expected)
{
	unsigned int got = 0;

	while (demo_wait(fd, POLLIN, expected-- > 0 ? 2000 : 200)) {
		char data[16];
		ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT);

		for (unsigned int i = 0; i < DEMO_N_PATHS; i++) {
			const char *name = demo_path_name((enum demo_path)i);

			if (n == (ssize_t)strlen(name) && memcmp(data, name, strlen(name)) == 0)
				got |= 1U << i;
		}
	}
	return got;
}

static const char *words(unsigned int got)
{
	static const char *const all[] = { "-", "red", "blue", "red, blue" };

	return all[got & 3];
}

static int one_server(struct demo_stage *stage, const struct demo_paths *paths,
		      const char *option, unsigned int *got)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	autoclose int fd = demo_bind(SOCK_DGRAM, &any, option);
	int r;

	if (fd < 0)
		return demo_stop(stage, "bind", fd);
	demo_line(stage, _("server: %s%sbind 0.0.0.0:%u"), option ? option : "",
		  option ? ", " : "", ntohs(any.sin_port));
	r = send_by_both(stage, paths, any.sin_port);
	if (r < 0)
		return r;
	*got = take_all(fd, option ? 1 : 2);
	demo_line(stage, _("one datagram by each cable was sent; arrived by: %s"),
		  words(*got));
	demo_word(stage, "arrived", words(*got));
	return 0;
}

static int two_servers(struct demo_stage *stage,
		       const struct demo_paths *paths)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	autoclose int red = -1, blue = -1;
	unsigned int got[2] = { 0 };
	int r;

	demo_step(stage, "two servers",
		  _("So two servers can be bound to one port, without SO_REUSEADDR, "
		    "each with a cable of its own:"));
	red = demo_bind(SOCK_DGRAM, &any, "SO_BINDTODEVICE=red");
	blue = red < 0 ? red : demo_bind(SOCK_DGRAM, &any, "SO_BINDTODEVICE=blue");
	if (blue < 0)
		return demo_stop(stage, "bind", blue);
	r = send_by_both(stage, paths, any.sin_port);
	if (r < 0)
		return r;
	got[0] = take_all(red, 1);
	got[1] = take_all(blue, 1);
	demo_line(stage, _("the server at red got: %s"), words(got[0]));
	demo_line(stage, _("the server at blue got: %s"), words(got[1]));
	demo_word(stage, "red", words(got[0]));
	demo_word(stage, "blue", words(got[1]));
	demo_expect(stage, got[0] == 1 && got[1] == 2,
		    _("each of two servers was to get what came by its own cable"));
	return 0;
}

static int play_with(struct demo_stage *stage, const struct demo_paths *paths)
{
	unsigned int got = 0;
	int r = one_server(stage, paths, NULL, &got);

	if (r < 0)
		return r;
	demo_expect(stage, got == 3,
		    _("without the option both datagrams were to arrive"));
	demo_step(stage, "bound",
		  _("With SO_BINDTODEVICE the socket belongs to one device. What "
		    "comes by another is not for it, whatever address it was "
		    "sent to:"));
	r = one_server(stage, paths, "SO_BINDTODEVICE=red", &got);
	if (r < 0)
		return r;
	demo_expect(stage, got == 1,
		    _("with the option only what came by red was to arrive"));
	return two_servers(stage, paths);
}

static int play(struct demo_stage *stage)
{
	struct demo_paths paths;
	int r;

	demo_step(stage, "any",
		  _("A host with two cables, red and blue. Its server is bound to "
		    "0.0.0.0, and so it is open on both sides, perhaps also "
		    "on that of the guests:"));
	r = demo_paths_make(stage, &paths);
	if (r == 0)
		r = play_with(stage, &paths);
	demo_paths_close(&paths);
	return r;
}

const struct demo demo_bindtodevice = {
	.name = "bindtodevice",
	.option = "SO_BINDTODEVICE",
	.summary = N_("a server for one network card, and two at one port"),
	.claim = N_("a socket with SO_BINDTODEVICE gets only what comes in by its "
		    "device; two of them can share a port."),
	.lesson = N_("an address is no fence: Linux answers for all its addresses "
		     "on all its cards. A device is one. DHCP servers and "
		     "VRFs live from that."),
	.alone = true,
	.play = play,
};
