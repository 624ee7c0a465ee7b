/* SPDX-License-Identifier: MIT */
/* Workers that share a port; and what happens when a process joins them that
 * nobody thought of. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <color.h>
#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

enum {
	N_WORKERS = 4,
	FORGOTTEN = N_WORKERS, /* its place behind the workers */
	N_CONNECTIONS = 400,
	N_REQUESTS = 100,
};

struct scene {
	struct sockaddr_in address;
	int listeners[N_WORKERS + 1];
};

static int listen_all(struct demo_stage *stage, struct scene *scene)
{
	for (int i = 0; i < N_WORKERS; i++) {
		scene->listeners[i] = demo_bind(SOCK_STREAM | SOCK_NONBLOCK,
						&scene->address, "SO_REUSEPORT=on");
		if (scene->listeners[i] < 0)
			return demo_stop(stage, "SO_REUSEPORT, bind, listen",
					 scene->listeners[i]);
	}
	demo_line(
		stage,
		_("%d workers listen at 127.0.0.1:%u, each with a socket of its own"),
		N_WORKERS, ntohs(scene->address.sin_port));
	return 0;
}

/** Accepts all that wait; answers each that asks. @return how many */
static int accept_all(int listener, bool answer)
{
	int count = 0;

	for (;; count++) {
		autoclose int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return count;
		if (answer && send(fd, "ok", 2, 0) != 2)
			return count;
	}
}

static int spread(struct demo_stage *stage, struct scene *scene)
{
	struct demo_bar bars[N_WORKERS];
	char labels[N_WORKERS][32], texts[N_WORKERS][16];
	int counts[N_WORKERS], least = N_CONNECTIONS, sum = 0, r;

	demo_step(stage, "spread",
		  _("Four workers listen at the same address and port, since each "
		    "set SO_REUSEPORT before bind. The kernel gives each "
		    "new connection to one of them, by a hash of its addresses and "
		    "ports. No worker is woken for nothing, and none "
		    "waits for the other's lock:"));
	r = listen_all(stage, scene);
	if (r < 0)
		return r;
	for (int i = 0; i < N_CONNECTIONS; i++) {
		int fd = demo_connect(&scene->address, NULL);

		if (fd < 0)
			return demo_stop(stage, "connect", fd);
		close(fd);
	}
	if (stage->json)
		json_array(stage->json, "accepted");
	for (int i = 0; i < N_WORKERS; i++) {
		counts[i] = accept_all(scene->listeners[i], false);
		least = counts[i] < least ? counts[i] : least;
		sum += counts[i];
		if (stage->json)
			json_signed(stage->json, NULL, counts[i]);
		snprintf(labels[i], sizeof(labels[i]), _("worker %d"), i + 1);
		snprintf(texts[i], sizeof(texts[i]), "%d", counts[i]);
		bars[i] = (struct demo_bar){ labels[i], counts[i], texts[i] };
	}
	if (stage->json)
		json_end_array(stage->json);
	demo_bars(stage, bars, N_WORKERS);
	demo_expect(stage, sum == N_CONNECTIONS,
		    _("each connection was to be accepted by one worker"));
	demo_expect(stage, least * N_WORKERS * 2 > N_CONNECTIONS,
		    _("each worker was to get half of its fair share at least"));
	return 0;
}

/** Clients that ask while one of the sockets behind the port has a process that
 * never accepts. */
static int ask_all(struct demo_stage *stage, struct scene *scene)
{
	int fds[N_REQUESTS];
	int opened = 0, unanswered = 0, r = 0;

	for (; r == 0 && opened < N_REQUESTS; opened++) {
		fds[opened] = demo_connect(&scene->address, NULL);
		if (fds[opened] < 0) {
			r = demo_stop(stage, "connect", fds[opened]);
			break;
		}
	}
	for (int i = 0; i < N_WORKERS; i++)
		accept_all(scene->listeners[i], true);
	for (int i = 0; i < opened; i++) {
		unanswered += !demo_wait(fds[i], POLLIN, 0);
		close(fds[i]);
	}
	if (r < 0)
		return r;
	demo_line(stage, _("%d clients: %d connected, %s%d without an answer%s"),
		  N_REQUESTS, opened, color_out(COLOR_BAD), unanswered,
		  color_out(COLOR_OFF));
	demo_count(stage, "connected", opened);
	demo_count(stage, "unanswered", unanswered);
	demo_expect(
		stage, unanswered > 0 && unanswered < N_REQUESTS / 2,
		_("about a fifth of the clients was to be left without an answer"));
	return 0;
}

static int double_bind(struct demo_stage *stage, struct scene *scene)
{
	demo_step(stage, "double bind",
		  _("Now the mistake. Somebody starts the program a second time, or "
		    "an old copy of it still runs and hangs. It sets "
		    "SO_REUSEPORT like the others, so bind does not fail, and nobody "
		    "notices. The kernel gives it its share:"));
	scene->listeners[FORGOTTEN] = demo_bind(SOCK_STREAM | SOCK_NONBLOCK,
						&scene->address, "SO_REUSEPORT=on");
	if (scene->listeners[FORGOTTEN] < 0)
		return demo_stop(stage, "bind", scene->listeners[FORGOTTEN]);
	demo_line(stage, _("a fifth process: bind, listen = 0"));
	return ask_all(stage, scene);
}

static int refused(struct demo_stage *stage, struct scene *scene)
{
	autoclose int fd = -1;

	demo_step(stage, "without",
		  _("Without SO_REUSEPORT the second start would have failed, and "
		    "somebody would know:"));
	fd = demo_bind(SOCK_STREAM, &scene->address, NULL);
	if (fd < 0)
		demo_line(stage, "bind = -1 %s%s (%s)%s", color_out(COLOR_BAD),
			  strerrorname_np(-fd), strerror(-fd), color_out(COLOR_OFF));
	else
		demo_line(stage, "bind = 0");
	demo_word(stage, "error", fd < 0 ? strerrorname_np(-fd) : NULL);
	demo_expect(stage, fd == -EADDRINUSE,
		    _("bind without SO_REUSEPORT was to fail with EADDRINUSE"));
	return 0;
}

static int play(struct demo_stage *stage)
{
	struct scene scene = { .address = demo_loopback(),
			       .listeners = { -1, -1, -1, -1, -1 } };
	int r = spread(stage, &scene);

	if (r == 0)
		r = double_bind(stage, &scene);
	if (r == 0)
		r = refused(stage, &scene);
	for (int i = 0; i <= N_WORKERS; i++)
		tidy_close(&scene.listeners[i]);
	return r;
}

const struct demo demo_reuseport = {
	.name = "reuseport",
	.option = "SO_REUSEPORT",
	.summary = N_("connections spread over workers; a double bind by mistake"),
	.claim = N_("sockets with SO_REUSEPORT at one port share its connections "
		    "evenly, also with a process that joins by mistake; "
		    "without it the second bind fails."),
	.lesson = N_("set it only if the program is meant to share its port. Count "
		     "the listeners after a restart: 'sockopt show "
		     "listening'."),
	.play = play,
};
