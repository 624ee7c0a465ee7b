/* SPDX-License-Identifier: MIT */
/* A connection wakes the server when it is made, or when there is something to
 * read. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

enum { A_WHILE_MS = 100 };

/** Accepts, and looks what can be read at once. @return bytes, or -errno */
static ssize_t accept_and_read(int listener)
{
	char buffer[64];
	autoclose int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	return n < 0 && errno == EAGAIN ? 0 : n;
}

static int without(struct demo_stage *stage)
{
	struct sockaddr_in address = demo_loopback();
	autoclose int listener = demo_bind(SOCK_STREAM, &address, NULL), client = -1;
	bool woken;
	ssize_t bytes = -1;

	demo_step(stage, "without",
		  _("A client connects and does not say anything yet. The server is "
		    "woken, accepts, and has nothing to do: a process or "
		    "thread is bound to a client that may be slow, or an attacker."));
	if (listener < 0)
		return demo_stop(stage, "listen", listener);
	client = demo_connect(&address, NULL);
	if (client < 0)
		return demo_stop(stage, "connect", client);
	woken = demo_wait(listener, POLLIN, A_WHILE_MS) != 0;
	if (woken)
		bytes = accept_and_read(listener);
	demo_line(stage,
		  woken ? _("poll of the listener: woken; %zd bytes to read") : _("poll of the listener: nothing"),
		  bytes);
	demo_word(stage, "poll", woken ? "woken" : "nothing");
	demo_expect(
		stage, woken && bytes == 0,
		_("without the option the connection alone was to wake the server"));
	return 0;
}

static int with(struct demo_stage *stage, int listener,
		const struct sockaddr_in *address)
{
	autoclose int client = demo_connect(address, NULL);
	bool early, late;
	ssize_t bytes = -1;

	if (client < 0)
		return demo_stop(stage, "connect", client);
	early = demo_wait(listener, POLLIN, A_WHILE_MS) != 0;
	demo_line(stage,
		  early ? _("connect = 0; poll of the listener: woken") : _("connect = 0; poll of the listener after 100 ms: nothing"));
	if (send(client, "GET /\r\n", 7, 0) != 7)
		return demo_stop(stage, "send", -errno);
	late = demo_wait(listener, POLLIN, A_WHILE_MS) != 0;
	if (late)
		bytes = accept_and_read(listener);
	demo_line(stage,
		  late ? _("the client sends; poll of the listener: woken; %zd bytes "
			   "to read") :
			 _("the client sends; poll of the listener: nothing"),
		  bytes);
	demo_word(stage, "poll_silent", early ? "woken" : "nothing");
	demo_word(stage, "poll_sent", late ? "woken" : "nothing");
	demo_count(stage, "bytes", bytes);
	demo_expect(stage, !early,
		    _("with the option a silent client was not to wake the server"));
	demo_expect(stage, late && bytes == 7,
		    _("the server was to be woken with the request at hand"));
	return 0;
}

static int silent(struct demo_stage *stage, int listener,
		  const struct sockaddr_in *address)
{
	autoclose int client = demo_connect(address, NULL);
	double before = demo_now_ms(), took;
	bool woken;
	char text[24];

	demo_step(stage, "silent",
		  _("And one that never speaks? When the time is over, the kernel "
		    "asks once more (it sends the SYN-ACK again), and hands "
		    "the connection over as it is. So the server still needs a time "
		    "limit for the first request."));
	if (client < 0)
		return demo_stop(stage, "connect", client);
	woken = demo_wait(listener, POLLIN, 6000) != 0;
	took = demo_now_ms() - before;
	demo_time_text(took, text, sizeof(text));
	demo_line(stage,
		  woken ? _("handed over after %s, without data") : _("not handed over within %s"),
		  text);
	demo_time(stage, "took_us", took);
	demo_expect(stage, woken && took > 500,
		    _("a silent client was to be handed over later"));
	demo_bars(stage,
		  (const struct demo_bar[]){ { _("by default"), 0.001, _("at once") },
					     { "TCP_DEFER_ACCEPT=1s", took, text } },
		  2);
	return 0;
}

static int play(struct demo_stage *stage)
{
	struct sockaddr_in address = demo_loopback();
	autoclose int listener = -1;
	int r = without(stage);

	if (r < 0)
		return r;
	listener = demo_bind(SOCK_STREAM, &address, NULL);
	demo_step(stage, "with",
		  _("The same with TCP_DEFER_ACCEPT on the listener. The client sees "
		    "its connection made, as before; the server is left "
		    "alone until data comes:"));
	if (listener < 0)
		return demo_stop(stage, "listen", listener);
	r = demo_set(stage, listener, _("server"), "TCP_DEFER_ACCEPT=1s");
	if (r == 0)
		r = with(stage, listener, &address);
	if (r == 0)
		r = silent(stage, listener, &address);
	return r;
}

const struct demo demo_defer_accept = {
	.name = "defer-accept",
	.option = "TCP_DEFER_ACCEPT",
	.summary = N_("a server that is woken by data, not by a connection"),
	.claim = N_("with TCP_DEFER_ACCEPT a connection wakes the server when its "
		    "first data is there; a silent one, when the time is "
		    "over."),
	.lesson = N_("for protocols in which the client speaks first (HTTP, TLS). "
		     "Never for those in which the server does (SMTP, "
		     "SSH, MySQL): each would wait for the other."),
	.play = play,
};
