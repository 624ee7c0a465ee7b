/* SPDX-License-Identifier: MIT */
/* One socket for both families, or one for each. */

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sockopt.h>
#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

struct outcome {
	int ipv4, ipv6, bind4; /* 0 or errno */
};

static int listen_everywhere(const char *assignment,
			     struct sockaddr_in6 *address)
{
	autoclose int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*address);
	int r;

	*address = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	if (fd < 0)
		return -errno;
	r = sockopt_set_text(fd, assignment, NULL);
	if (r < 0)
		return r;
	if (bind(fd, (const struct sockaddr *)address, length) < 0 ||
	    listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, &length) < 0)
		return -errno;
	return take_fd(&fd);
}

static const char *word(int error)
{
	return error ? strerrorname_np(error) : "0";
}

static int try_ipv6(in_port_t port)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = port,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	autoclose int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 || connect(fd, (const struct sockaddr *)&address,
				 sizeof(address)) < 0 ?
		       errno :
		       0;
}

static int try_bind4(in_port_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = port };
	autoclose int fd = demo_bind(SOCK_STREAM, &address, NULL);

	return fd < 0 ? -fd : 0;
}

/** An IPv4 client; and how the server sees it. */
static int try_ipv4(const struct demo_stage *stage, int listener,
		    in_port_t port)
{
	struct sockaddr_in address = demo_loopback();
	struct sockaddr_in6 peer;
	socklen_t length = sizeof(peer);
	char text[INET6_ADDRSTRLEN];
	autoclose int fd = -1, server = -1;

	address.sin_port = port;
	fd = demo_connect(&address, NULL);
	if (fd < 0)
		return -fd;
	server = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);
	if (server >= 0) {
		demo_line(stage, _("the server sees its IPv4 client as %s"),
			  inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof(text)));
		demo_word(stage, "client", text);
	}
	return 0;
}

static int observe(struct demo_stage *stage, const char *assignment,
		   struct outcome *ret)
{
	struct sockaddr_in6 address;
	autoclose int listener = listen_everywhere(assignment, &address);

	if (listener < 0)
		return demo_stop(stage, _("a listener at [::]"), listener);
	demo_line(stage, _("server: %s, bind [::]:%u"), assignment,
		  ntohs(address.sin6_port));
	ret->ipv4 = try_ipv4(stage, listener, address.sin6_port);
	ret->ipv6 = try_ipv6(address.sin6_port);
	ret->bind4 = try_bind4(address.sin6_port);
	demo_word(stage, "connect_ipv4", word(ret->ipv4));
	demo_word(stage, "connect_ipv6", word(ret->ipv6));
	demo_word(stage, "bind_ipv4", word(ret->bind4));
	return 0;
}

static void put_row(const struct demo_stage *stage, const char *first,
		    const char *off, const char *on)
{
	demo_line(stage, "%s%*s %-16s %s", first, 40 - (int)text_width(first), "",
		  off, on);
}

static int play(struct demo_stage *stage)
{
	struct outcome off = { 0 }, on = { 0 };
	int r;

	demo_step(stage, "off",
		  _("A server listens at the IPv6 address [::], with IPV6_V6ONLY "
		    "off. It takes IPv4 as well: one socket for both. The "
		    "IPv4 address comes wrapped in one of IPv6:"));
	r = observe(stage, "IPV6_V6ONLY=off", &off);
	if (r < 0)
		return r;
	demo_step(stage, "on",
		  _("The same with IPV6_V6ONLY on. Now it is for IPv6 alone, and the "
		    "port of IPv4 is free for another socket:"));
	r = observe(stage, "IPV6_V6ONLY=on", &on);
	if (r < 0)
		return r;
	demo_step(stage, "compare", _("Side by side, 0 where the call succeeded:"));
	put_row(stage, "IPV6_V6ONLY", "off", "on");
	put_row(stage, _("connect to 127.0.0.1"), word(off.ipv4), word(on.ipv4));
	put_row(stage, _("connect to ::1"), word(off.ipv6), word(on.ipv6));
	put_row(stage, _("bind of a second server at 0.0.0.0"), word(off.bind4),
		word(on.bind4));
	demo_expect(stage, off.ipv4 == 0 && off.ipv6 == 0,
		    _("off: both families were to be served"));
	demo_expect(stage, off.bind4 == EADDRINUSE,
		    _("off: the port of IPv4 was to be taken"));
	demo_expect(stage, on.ipv4 == ECONNREFUSED && on.ipv6 == 0,
		    _("on: IPv4 was to be refused, IPv6 to be served"));
	demo_expect(stage, on.bind4 == 0, _("on: the port of IPv4 was to be free"));
	return 0;
}

const struct demo demo_v6only = {
	.name = "v6only",
	.option = "IPV6_V6ONLY",
	.summary = N_("one socket for IPv4 and IPv6, or one for each"),
	.claim = N_("a socket at [::] serves IPv4 too, and takes its port; with "
		    "IPV6_V6ONLY it does neither."),
	.lesson = N_("set it explicitly, off or on, before bind: the default is a "
		     "sysctl (net.ipv6.bindv6only), and other systems "
		     "have another one. With one socket for both, compare "
		     "addresses as ::ffff:a.b.c.d."),
	.play = play,
};
