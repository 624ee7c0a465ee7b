/* SPDX-License-Identifier: MIT */
/* Data in the very first segment: a round trip less. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sockopt.h>
#include <text.h>
#include <tidy.h>

#include "demo-wire.h"

static const char request[] = "GET /";

enum {
	N_STEPS = 3,
	BOTH_SIDES = 3, /* of net.ipv4.tcp_fastopen: 1 client, 2 server */
};

/** In the own network namespace: clients and servers may. */
static int allow(void)
{
	autoclose int fd =
		open("/proc/sys/net/ipv4/tcp_fastopen", O_WRONLY | O_CLOEXEC);
	char text[8];
	int length = snprintf(text, sizeof(text), "%d", BOTH_SIDES);

	return fd < 0 || write(fd, text, (size_t)length) != length ? -errno : 0;
}

/** The bytes of data in the SYN of a connection; -1: none was seen. */
static int data_of_syn(int wire, int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t length = sizeof(address);
	struct demo_segment segment;

	getsockname(fd, (struct sockaddr *)&address, &length);
	while (demo_wire_next(wire, ntohs(address.sin_port), &segment))
		if (segment.syn)
			return (int)segment.data;
	return -1;
}

/** Connects, asks, and looks what the SYN carried. */
static int ask(struct demo_stage *stage, int listener,
	       const struct sockaddr_in *address, const char *option,
	       int *in_syn)
{
	char buffer[64];
	ssize_t got;
	autoclose int wire = demo_wire_open("lo"), client = -1, server = -1;

	if (wire < 0)
		return demo_stop(stage, _("a packet socket"), wire);
	client = demo_connect(address, option);
	if (client < 0)
		return demo_stop(stage, option ? option : "connect", client);
	if (send(client, request, sizeof(request) - 1, 0) < 0)
		return demo_stop(stage, "send", -errno);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		return demo_stop(stage, "accept", -errno);
	got = recv(server, buffer, sizeof(buffer), 0);
	*in_syn = data_of_syn(wire, client);
	demo_line(stage, _("the SYN carries %d bytes of data; the server reads %zd"),
		  *in_syn, got);
	demo_count(stage, "in_syn", *in_syn);
	demo_count(stage, "read", got);
	demo_expect(stage, got == (ssize_t)sizeof(request) - 1,
		    _("the request was to arrive whole"));
	return 0;
}

static void draw(const struct demo_stage *stage, const int *in_syn)
{
	const char *const labels[N_STEPS] = { _("plain connect"),
					      _("fast open, first time"),
					      _("fast open, with the cookie") };
	struct demo_bar bars[N_STEPS];

	for (int i = 0; i < N_STEPS; i++) {
		bool early = in_syn[i] > 0;

		bars[i] =
			(struct demo_bar){ labels[i], early ? 0.5 : 1.5, early ? "0.5" : "1.5" };
	}
	demo_bars(stage, bars, N_STEPS);
}

static int play(struct demo_stage *stage)
{
	struct sockaddr_in address = demo_loopback();
	autoclose int listener = demo_bind(SOCK_STREAM, &address, NULL);
	int in_syn[N_STEPS] = { 0 }, r = allow();

	demo_step(stage, "plain",
		  _("A client connects and asks. TCP first shakes hands, a whole "
		    "round trip in which no data moves; the request follows "
		    "after it. So the SYN, the first segment, is empty:"));
	if (r < 0 || listener < 0)
		return demo_stop(stage, "net.ipv4.tcp_fastopen, listen",
				 r < 0 ? r : listener);
	r = demo_set(stage, listener, _("server"), "TCP_FASTOPEN=16");
	if (r == 0)
		r = ask(stage, listener, &address, NULL, &in_syn[0]);
	if (r < 0)
		return r;
	demo_step(stage, "first",
		  _("With TCP_FASTOPEN_CONNECT connect waits for the first data, to "
		    "send it along. But the first time the client only asks "
		    "for a cookie, with which the server will know it again:"));
	r = ask(stage, listener, &address, "TCP_FASTOPEN_CONNECT=on", &in_syn[1]);
	if (r < 0)
		return r;
	demo_step(stage, "second",
		  _("The second time it shows the cookie, and the request rides in "
		    "the SYN. The bars count round trips until the server "
		    "has the request:"));
	r = ask(stage, listener, &address, "TCP_FASTOPEN_CONNECT=on", &in_syn[2]);
	if (r < 0)
		return r;
	draw(stage, in_syn);
	demo_expect(stage, in_syn[0] == 0 && in_syn[1] == 0,
		    _("a SYN without a cookie was to carry no data"));
	demo_expect(stage, in_syn[2] == (int)sizeof(request) - 1,
		    _("the SYN with the cookie was to carry the request"));
	return 0;
}

const struct demo demo_fastopen = {
	.name = "fastopen",
	.option = "TCP_FASTOPEN_CONNECT",
	.summary = N_("the request in the first segment: a round trip less"),
	.claim = N_("with TCP_FASTOPEN on the server and TCP_FASTOPEN_CONNECT on "
		    "the client, from the second connection on the request "
		    "is in the SYN."),
	.lesson = N_("it saves a round trip for requests that may arrive twice (a "
		     "SYN can be repeated). net.ipv4.tcp_fastopen has to "
		     "allow it, and some middleboxes drop such SYNs."),
	.alone = true,
	.play = play,
};
