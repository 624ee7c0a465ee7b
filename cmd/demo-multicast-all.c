/* SPDX-License-Identifier: MIT */
/* Who gets a group's datagrams: also those who did not join it. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <sockopt.h>
#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

static const char *const groups[] = { "239.1.1.1", "239.2.2.2" };
static const char *const joins[] = { "IP_ADD_MEMBERSHIP=imr_multiaddr=239.1.1.1,"
				     "imr_address=127.0.0.1,imr_ifindex=0",
				     "IP_ADD_MEMBERSHIP=imr_multiaddr=239.2.2.2,"
				     "imr_address=127.0.0.1,imr_ifindex=0" };

struct scene {
	in_port_t port;
	int members[2]; /* each in the group of its number */
	int sender;
};

static int join_both(struct demo_stage *stage, struct scene *scene)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	for (int i = 0; i < 2; i++) {
		int r;

		scene->members[i] = demo_bind(SOCK_DGRAM, &any, "SO_REUSEADDR=on");
		if (scene->members[i] < 0)
			return demo_stop(stage, "bind", scene->members[i]);
		r = sockopt_set_text(scene->members[i], joins[i], NULL);
		if (r < 0)
			return demo_stop(stage, "IP_ADD_MEMBERSHIP", r);
		demo_line(stage, _("socket %d: bind 0.0.0.0:%u, joins %s"), i + 1,
			  ntohs(any.sin_port), groups[i]);
	}
	scene->port = any.sin_port;
	any = demo_loopback();
	scene->sender = demo_bind(SOCK_DGRAM, &any,
				  "IP_MULTICAST_IF=imr_multiaddr=0.0.0.0,imr_address="
				  "127.0.0.1,imr_ifindex=0");
	return scene->sender < 0 ? demo_stop(stage, "IP_MULTICAST_IF", scene->sender) : 0;
}

/** A datagram to each group; then who got which. got: a set of bits a socket,
 * one a group. */
static int send_to_both(struct demo_stage *stage, const struct scene *scene,
			unsigned int *got)
{
	static const char *const words[] = { "-", "239.1.1.1", "239.2.2.2",
					     "239.1.1.1, 239.2.2.2" };
	static const char *const keys[] = { "socket_1", "socket_2" };

	for (int i = 0; i < 2; i++) {
		struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = scene->port };
		char number = (char)('0' + i);

		inet_pton(AF_INET, groups[i], &to.sin_addr);
		if (sendto(scene->sender, &number, 1, 0, (const struct sockaddr *)&to,
			   sizeof(to)) != 1)
			return demo_stop(stage, "sendto", -errno);
	}
	for (int i = 0; i < 2; i++) {
		char number;

		got[i] = 0;
		while (demo_wait(scene->members[i], POLLIN, 100))
			if (recv(scene->members[i], &number, 1, MSG_DONTWAIT) == 1)
				got[i] |= 1U << (number - '0');
		demo_line(stage, _("socket %d got datagrams to: %s"), i + 1,
			  words[got[i] & 3]);
		demo_word(stage, keys[i], words[got[i] & 3]);
	}
	return 0;
}

static int play_with(struct demo_stage *stage, struct scene *scene)
{
	unsigned int got[2] = { 0 };
	int r = join_both(stage, scene);

	if (r == 0)
		r = send_to_both(stage, scene, got);
	if (r < 0)
		return r;
	demo_expect(stage, got[0] == 3 && got[1] == 3,
		    _("by default each socket was to get the other's group as well"));
	demo_step(stage, "off",
		  _("The same sockets with IP_MULTICAST_ALL off: now a membership is "
		    "the socket's own, as one thought it was:"));
	for (int i = 0; r == 0 && i < 2; i++)
		r = demo_set(stage, scene->members[i], i ? _("socket 2") : _("socket 1"),
			     "IP_MULTICAST_ALL=off");
	if (r == 0)
		r = send_to_both(stage, scene, got);
	if (r < 0)
		return r;
	demo_expect(
		stage, got[0] == 1 && got[1] == 2,
		_("with the option off each socket was to get its own group alone"));
	return 0;
}

static int play(struct demo_stage *stage)
{
	struct scene scene = { .members = { -1, -1 }, .sender = -1 };
	int r;

	demo_step(stage, "on",
		  _("Two sockets are bound to one port, and each joins a multicast "
		    "group of its own. A sender sends one datagram to each "
		    "group. But by default a socket gets every group that anybody on "
		    "the machine has joined:"));
	r = play_with(stage, &scene);
	for (int i = 0; i < 2; i++)
		tidy_close(&scene.members[i]);
	tidy_close(&scene.sender);
	return r;
}

const struct demo demo_multicast_all = {
	.name = "multicast-all",
	.option = "IP_MULTICAST_ALL",
	.summary = N_("datagrams of groups that the socket never joined"),
	.claim = N_("a socket bound to 0.0.0.0 gets the datagrams of all groups "
		    "that others joined, unless IP_MULTICAST_ALL is off."),
	.lesson = N_("turn IP_MULTICAST_ALL off in every multicast receiver, or "
		     "bind to the group's address instead of 0.0.0.0."),
	.alone =
		true, /* other sockets of the machine could get the groups as well */
	.play = play,
};
