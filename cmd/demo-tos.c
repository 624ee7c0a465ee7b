/* SPDX-License-Identifier: MIT */
/* The mark that the network sees, and the one that stays on the machine. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

enum { N_STEPS = 3 };

struct sight {
	int on_wire;      /* the byte of the header, as it arrived; -1: nothing did */
	int64_t priority; /* SO_PRIORITY of the sender */
};

/** Reads a datagram with the byte of its header. */
static int receive_byte(int fd)
{
	char data[16];
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(64)];
	} control;
	struct iovec part = { data, sizeof(data) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	if (!demo_wait(fd, POLLIN, 1000) || recvmsg(fd, &message, MSG_DONTWAIT) < 0)
		return -1;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at;
	     at = CMSG_NXTHDR(&message, at))
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_TOS)
			return *CMSG_DATA(at);
	return -1;
}

static int observe(struct demo_stage *stage, int sender, int receiver,
		   const struct sockaddr_in *to, struct sight *ret)
{
	if (sendto(sender, "x", 1, 0, (const struct sockaddr *)to, sizeof(*to)) != 1)
		return demo_stop(stage, "sendto", -errno);
	ret->on_wire = receive_byte(receiver);
	ret->priority = demo_read(sender, "SO_PRIORITY", NULL);
	if (ret->on_wire < 0)
		return demo_stop(stage, "recvmsg", -ETIMEDOUT);
	demo_line(
		stage,
		_("the datagram arrives with the byte 0x%02x; SO_PRIORITY is %" PRId64),
		(unsigned int)ret->on_wire, ret->priority);
	demo_count(stage, "on_wire", ret->on_wire);
	demo_count(stage, "so_priority", ret->priority);
	return 0;
}

static int play_with(struct demo_stage *stage, int sender, int receiver,
		     const struct sockaddr_in *to, struct sight *sights)
{
	int r;

	demo_step(stage, "default",
		  _("A sender and a receiver of datagrams; the receiver asks with "
		    "IP_RECVTOS for the byte of the IP header that routers "
		    "and access points sort by (DSCP). Nothing is set:"));
	r = observe(stage, sender, receiver, to, &sights[0]);
	if (r < 0)
		return r;
	demo_step(stage, "priority",
		  _("SO_PRIORITY sounds like what one wants. It is for the queues of "
		    "this machine (tc); the packet does not show it:"));
	r = demo_set(stage, sender, _("sender"), "SO_PRIORITY=5");
	if (r == 0)
		r = observe(stage, sender, receiver, to, &sights[1]);
	if (r < 0)
		return r;
	demo_step(stage, "tos",
		  _("IP_TOS sets the byte, here to the code point of voice (EF). And "
		    "it sets SO_PRIORITY along, over what was there:"));
	r = demo_set(stage, sender, _("sender"), "IP_TOS=ef");
	return r == 0 ? observe(stage, sender, receiver, to, &sights[2]) : r;
}

static void compare(struct demo_stage *stage, const struct sight *sights)
{
	const char *const labels[N_STEPS] = { _("nothing set"), "SO_PRIORITY=5",
					      "IP_TOS=ef" };
	const char *const title = _("set");

	demo_step(stage, "compare", _("Side by side:"));
	demo_line(stage, "%s%*s  %-16s %s", title, 16 - (int)text_width(title), "",
		  _("on the wire"), "SO_PRIORITY");
	for (int i = 0; i < N_STEPS; i++)
		demo_line(stage, "%s%*s  0x%02x %11s %" PRId64, labels[i],
			  16 - (int)text_width(labels[i]), "",
			  (unsigned int)sights[i].on_wire, "", sights[i].priority);
	demo_expect(stage, sights[0].on_wire == 0 && sights[1].on_wire == 0,
		    _("SO_PRIORITY was not to be seen on the wire"));
	demo_expect(stage, sights[2].on_wire == 46 << 2,
		    _("the byte on the wire was to be that of EF"));
	demo_expect(stage, sights[1].priority == 5 && sights[2].priority != 5,
		    _("IP_TOS was to change SO_PRIORITY along"));
}

static int play(struct demo_stage *stage)
{
	struct sockaddr_in to = demo_loopback(), from = demo_loopback();
	struct sight sights[N_STEPS] = { 0 };
	autoclose int receiver = demo_bind(SOCK_DGRAM, &to, "IP_RECVTOS=on"),
		      sender = demo_bind(SOCK_DGRAM, &from, NULL);
	int r;

	if (receiver < 0 || sender < 0)
		return demo_stop(stage, "bind", receiver < 0 ? receiver : sender);
	r = play_with(stage, sender, receiver, &to, sights);
	if (r == 0)
		compare(stage, sights);
	return r;
}

const struct demo demo_tos = {
	.name = "tos",
	.option = "IP_TOS",
	.summary = N_("what the network sees of a priority, and what it does not"),
	.claim = N_("IP_TOS marks packets for the network and sets SO_PRIORITY "
		    "along; SO_PRIORITY alone stays on the machine."),
	.lesson = N_("set IP_TOS first, and SO_PRIORITY after it if the local "
		     "queue matters. For IPv6 it is IPV6_TCLASS; a socket for "
		     "both families needs both."),
	.play = play,
};
