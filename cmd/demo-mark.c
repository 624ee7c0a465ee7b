/* SPDX-License-Identifier: MIT */
/* A socket that takes another way than the routing table says: its mark chooses
 * another table. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <text.h>
#include <tidy.h>

#include "demo-paths.h"

enum {
	MARK = 7,
	TABLE = 100,
};

/** A datagram to the other host's address at the red cable. */
static int send_one(struct demo_stage *stage, const struct demo_paths *paths,
		    int fd, enum demo_path *way)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = paths->port,
		.sin_addr = { arena_address(1, 2) },
	};

	if (sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to)) != 1)
		return demo_stop(stage, "sendto", -errno);
	*way = demo_paths_arrived(paths);
	if (*way == DEMO_N_PATHS)
		return demo_stop(stage, _("the datagram did not arrive"), -ETIMEDOUT);
	demo_line(stage, _("a datagram to 10.0.1.2 arrives by the cable: %s"),
		  demo_path_name(*way));
	demo_word(stage, "cable", demo_path_name(*way));
	return 0;
}

static int play_with(struct demo_stage *stage, const struct demo_paths *paths,
		     int marked, int plain)
{
	enum demo_path way = DEMO_N_PATHS;
	int r;

	r = send_one(stage, paths, marked, &way);
	if (r < 0)
		return r;
	demo_expect(stage, way == DEMO_RED,
		    _("without a mark the datagram was to take the red cable"));

	demo_step(stage, "rule",
		  _("A rule is added: what carries the mark 7 asks table 100 for its "
		    "way, and there all leads to the blue cable. Nobody "
		    "carries the mark yet, so nothing changes:"));
	demo_line(stage, "ip rule add fwmark %d table %d", MARK, TABLE);
	demo_line(stage, "ip route add default dev blue table %d", TABLE);
	r = arena_route_mark(MARK, TABLE, "blue");
	if (r < 0)
		return demo_stop(stage, "ip rule, ip route", r);
	r = send_one(stage, paths, marked, &way);
	if (r < 0)
		return r;
	demo_expect(stage, way == DEMO_RED,
		    _("with the rule alone the datagram was to take the red cable"));

	demo_step(stage, "mark",
		  _("The socket gets the mark. Its destination is the same, its way "
		    "another:"));
	r = demo_set(stage, marked, _("marked socket"), "SO_MARK=7");
	if (r == 0)
		r = send_one(stage, paths, marked, &way);
	if (r < 0)
		return r;
	demo_expect(stage, way == DEMO_BLUE,
		    _("with the mark the datagram was to take the blue cable"));

	demo_step(stage, "another",
		  _("Another socket of the same program, without the mark, still "
		    "goes the usual way:"));
	r = send_one(stage, paths, plain, &way);
	demo_expect(stage, r < 0 || way == DEMO_RED,
		    _("a socket without the mark was to take the red cable"));
	return r;
}

static int play(struct demo_stage *stage)
{
	struct demo_paths paths;
	struct sockaddr_in any = { .sin_family = AF_INET }, other = any;
	autoclose int marked = -1, plain = -1;
	int r;

	demo_step(stage, "plain",
		  _("Two cables lead to another host, red (10.0.1.0/24) and blue "
		    "(10.0.2.0/24). By the routing table what goes to 10.0.1.2 "
		    "takes the red one:"));
	r = demo_paths_make(stage, &paths);
	if (r == 0) {
		marked = demo_bind(SOCK_DGRAM, &any, NULL);
		plain = demo_bind(SOCK_DGRAM, &other, NULL);
		r = marked < 0 || plain < 0 ? demo_stop(stage, "bind", marked < 0 ? marked : plain) : play_with(stage, &paths, marked, plain);
	}
	demo_paths_close(&paths);
	return r;
}

const struct demo demo_mark = {
	.name = "mark",
	.option = "SO_MARK",
	.summary = N_("one socket takes another way: policy routing by its mark"),
	.claim = N_("SO_MARK lets a rule send one socket's packets by another "
		    "route than all others of the same destination."),
	.lesson = N_("this is how a VPN client keeps its own packets out of its "
		     "tunnel. The mark never leaves the machine; firewall, "
		     "tc and cgroups see it too."),
	.alone = true,
	.play = play,
};
