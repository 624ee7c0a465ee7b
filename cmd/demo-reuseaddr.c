/* SPDX-License-Identifier: MIT */
/* The classic: a server that is restarted while one of its old connections is
 * in TIME_WAIT. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <color.h>
#include <diag.h>
#include <json.h>
#include <socket-text.h>
#include <sockopt.h>
#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

struct scene {
	struct demo_stage *stage;
	struct sockaddr_in address;
	pid_t server; /* 0: none runs */
	bool found;   /* the socket in TIME_WAIT */
	struct facts in_the_way;
};

/** The server's life: it answers each client with one line, and closes first,
 * as HTTP/1.0 servers do. */
static void serve(int listener)
{
	for (;;) {
		char line[64];
		int client = accept(listener, NULL, NULL);

		if (client < 0)
			_exit(1);
		if (read(client, line, sizeof(line)) > 0 && write(client, "hello\n", 6) < 0)
			_exit(1);
		close(client);
	}
}

static int listen_at(const struct sockaddr_in *address, bool reuse)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (listener < 0)
		return -errno;
	r = reuse ? sockopt_set_text(listener, "SO_REUSEADDR=on", NULL) : 0;
	if (r == 0 &&
	    bind(listener, (const struct sockaddr *)address, sizeof(*address)) < 0)
		r = -errno;
	if (r == 0 && listen(listener, 16) < 0)
		r = -errno;
	if (r < 0) {
		close(listener);
		return r;
	}
	return listener;
}

static void stop(struct scene *scene)
{
	if (scene->server <= 0)
		return;
	/* One that cannot be ended ends with us. */
	if (kill(scene->server, SIGKILL) == 0)
		waitpid(scene->server, NULL, 0);
	scene->server = 0;
}

/** Starts the server in a process of its own. @return 0, or the -errno that its
 * bind(2) gave */
static int start(struct scene *scene, bool reuse)
{
	int pipes[2], result = -EIO;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	fflush(stdout);
	scene->server = fork();
	if (scene->server == 0) {
		int listener = listen_at(&scene->address, reuse);
		socklen_t length = sizeof(scene->address);
		struct {
			int result;
			struct sockaddr_in address;
		} report = { .result = listener < 0 ? listener : 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (listener >= 0)
			getsockname(listener, (struct sockaddr *)&report.address, &length);
		if (write(pipes[1], &report, sizeof(report)) < 0 || listener < 0)
			_exit(1);
		serve(listener);
	}
	close(pipes[1]);
	if (scene->server > 0) {
		struct {
			int result;
			struct sockaddr_in address;
		} report;

		if (read(pipes[0], &report, sizeof(report)) == sizeof(report)) {
			result = report.result;
			if (result == 0)
				scene->address = report.address;
		}
	}
	close(pipes[0]);
	/* What it said may not have been read: then it serves. */
	if (result < 0)
		stop(scene);
	return result;
}

/** One client: asks, reads the answer to its end, and closes after the server
 * did. */
static int ask(const struct scene *scene)
{
	autoclose int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[64];
	ssize_t length, total = 0;

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&scene->address,
		    sizeof(scene->address)) < 0 ||
	    write(fd, "hi\n", 3) != 3)
		return -errno;
	while ((length = read(fd, answer, sizeof(answer))) > 0)
		total += length;
	return total == 6 ? 0 : -EPROTO;
}

static int find_in_the_way(void *arg, const struct diag_socket *socket)
{
	struct scene *scene = arg;
	const struct facts *facts = &socket->facts;

	if (facts->state == FACTS_TIME_WAIT &&
	    facts->local.port == ntohs(scene->address.sin_port)) {
		scene->in_the_way = *facts;
		scene->found = true;
		return 1;
	}
	return 0;
}

static void put_json(const struct scene *scene, const char *outcome,
		     int error)
{
	struct json *json = scene->stage->json;

	demo_word(scene->stage, "outcome", outcome);
	demo_word(scene->stage, "error", error ? strerrorname_np(error) : NULL);
	if (json && scene->found) {
		json_object(json, "socket");
		socket_json(json, &scene->in_the_way);
		json_end_object(json);
	}
}

static void put_in_the_way(const struct scene *scene)
{
	char local[80], peer[80];

	socket_text_address(&scene->in_the_way.local, local, sizeof(local));
	socket_text_address(&scene->in_the_way.peer, peer, sizeof(peer));
	demo_line(scene->stage, "%stcp %s%s %s %s %s", color_out(COLOR_CHANGED),
		  facts_state_word(scene->in_the_way.state), color_out(COLOR_OFF),
		  local, text_is_utf8() ? "→" : "->", peer);
}

static void put_outcome(const struct scene *scene, const char *call,
			int error)
{
	if (error)
		demo_line(scene->stage, "%s = -1 %s%s (%s)%s", call, color_out(COLOR_BAD),
			  strerrorname_np(error), strerror(error), color_out(COLOR_OFF));
	else
		demo_line(scene->stage, "%s = 0", call);
}

static int fail(const struct scene *scene, const char *what, int error)
{
	return demo_stop(scene->stage, what, -error);
}

/** A server that serves one client and is stopped: a connection in TIME_WAIT is
 * left. @return 0 or -errno */
static int leave_time_wait(struct scene *scene, bool reuse)
{
	int r;

	scene->address.sin_port = 0;
	scene->found = false;
	r = start(scene, reuse);
	if (r == 0)
		r = ask(scene);
	return r;
}

static int begin(struct scene *scene)
{
	int r;

	demo_step(scene->stage, "serve",
		  _("A server listens, with SO_REUSEADDR set before bind, as servers "
		    "should. A client asks it for a "
		    "line. The server closes the connection first, as HTTP servers "
		    "do, and so its end of the "
		    "connection goes to TIME_WAIT, for a minute."));
	r = leave_time_wait(scene, true);
	if (r < 0)
		return fail(scene, "listen", -r);
	demo_line(scene->stage, _("server pid %d at 127.0.0.1:%u, client served"),
		  (int)scene->server, ntohs(scene->address.sin_port));
	put_json(scene, "served", 0);

	demo_step(
		scene->stage, "stop",
		_("The server is stopped. No process is left, but the kernel keeps the "
		  "connection's last state, so "
		  "that late segments of it cannot be taken for those of a new one:"));
	stop(scene);
	diag_each(find_in_the_way, scene);
	if (!scene->found)
		return fail(scene, "TIME_WAIT", ENOENT);
	put_in_the_way(scene);
	put_json(scene, "time-wait", 0);
	return 0;
}

static int restart(struct scene *scene)
{
	int r;

	demo_step(scene->stage, "restart without SO_REUSEADDR",
		  _("It is started again, this time without SO_REUSEADDR. The "
		    "address is in use by the socket above, "
		    "and bind fails:"));
	r = start(scene, false);
	put_outcome(scene, "bind(fd, 127.0.0.1)", -r);
	put_json(scene, r == 0 ? "listening" : "failed", -r);
	if (r != -EADDRINUSE)
		demo_expect(scene->stage, false,
			    _("bind without SO_REUSEADDR was to fail with EADDRINUSE"));
	stop(scene);

	demo_step(scene->stage, "restart with SO_REUSEADDR",
		  _("It is started again, with SO_REUSEADDR. The old connection is "
		    "still there, and no longer in the way:"));
	r = start(scene, true);
	put_outcome(scene, "setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)", 0);
	put_outcome(scene, "bind(fd, 127.0.0.1)", -r);
	if (r < 0)
		return fail(scene, "bind", -r);
	scene->found = false;
	diag_each(find_in_the_way, scene);
	if (scene->found)
		put_in_the_way(scene);
	r = ask(scene);
	if (r < 0)
		return fail(scene, "connect", -r);
	demo_line(scene->stage, _("server pid %d at 127.0.0.1:%u, client served"),
		  (int)scene->server, ntohs(scene->address.sin_port));
	put_json(scene, "listening", 0);
	stop(scene);
	return 0;
}

/** The part that surprises: the connection in the way must have the option as
 * well. */
static int restart_of_an_old_server(struct scene *scene)
{
	int r;

	demo_step(scene->stage, "restart of a server that began without",
		  _("The counter-proof. Another server began without SO_REUSEADDR, "
		    "and left a connection in TIME_WAIT. Now "
		    "SO_REUSEADDR on the new socket does not help: the old "
		    "connection, which inherited the value from "
		    "its listener, must have it too. So the first restart after the "
		    "option was added to a program still "
		    "fails:"));
	r = leave_time_wait(scene, false);
	if (r < 0)
		return fail(scene, "listen", -r);
	stop(scene);
	diag_each(find_in_the_way, scene);
	if (!scene->found)
		return fail(scene, "TIME_WAIT", ENOENT);
	put_in_the_way(scene);
	r = start(scene, true);
	put_outcome(scene, "setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)", 0);
	put_outcome(scene, "bind(fd, 127.0.0.1)", -r);
	put_json(scene, r == 0 ? "listening" : "failed", -r);
	if (r != -EADDRINUSE)
		demo_expect(
			scene->stage, false,
			_("the old connection was to be in the way, which has not the option"));

	return 0;
}

static int play(struct demo_stage *stage)
{
	struct scene scene = { .stage = stage, .address = demo_loopback() };
	int r = begin(&scene);

	if (r == 0)
		r = restart(&scene);
	if (r == 0)
		r = restart_of_an_old_server(&scene);
	stop(&scene);
	return r;
}

const struct demo demo_reuseaddr = {
	.name = "reuseaddr",
	.option = "SO_REUSEADDR",
	.summary = N_("a server's restart through TIME_WAIT, without and with it"),
	.claim = N_("a connection in TIME_WAIT keeps a server from its port, "
		    "unless both have SO_REUSEADDR."),
	.lesson = N_("a server sets SO_REUSEADDR before bind, always. It does not "
		     "let two servers listen at one address at once: "
		     "that still fails."),
	.play = play,
};
