/* SPDX-License-Identifier: MIT */
/* A connection over two cables, of which one is cut. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <arena-mptcp.h>
#include <text.h>
#include <tidy.h>

#include "demo-paths.h"

enum {
	BYTES = 50000, /* of a message */
	PATIENCE_MS = 20000,
	MORE_MS = 1000, /* that plain TCP is given on top */
};

struct scene {
	struct demo_stage *stage;
	struct demo_paths paths;
	int listeners[2];           /* of both: the second subflow is accepted by the one that the first was */
	struct demo_pair many, one; /* connections by MPTCP and by TCP */
	double took_ms[2];          /* until the message was there: by both cables, and after the cut */
	double one_waited_ms;
};

/** What left by a cable so far. */
static int64_t carried(enum demo_path path)
{
	autofclose FILE *file = fopen("/proc/thread-self/net/dev", "re");
	size_t length = strlen(demo_path_name(path));
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		const char *at = line + strspn(line, " ");
		char *end;

		if (strncmp(at, demo_path_name(path), length) != 0 || at[length] != ':')
			continue;
		end = line + (at - line) + length + 1;
		for (int column = 0; column < 8; column++) /* of what came */
			strtoll(end, &end, 10);
		return strtoll(end, NULL, 10);
	}
	return -1;
}

static int listen_there(const struct scene *scene, int protocol, struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int r = arena_move(scene->paths.hosts.there), fd, back;

	if (r < 0)
		return r;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	r = fd < 0 || listen(fd, 8) < 0 || getsockname(fd, (struct sockaddr *)address, &length) < 0 ? -errno : 0;
	back = arena_move(scene->paths.hosts.here);
	r = r < 0 ? r : back;
	if (r < 0)
		tidy_close(&fd);
	return r < 0 ? r : fd;
}

/** A connection to the other host's address on the red cable. */
static int connect_by(struct scene *scene, int protocol, int *listener, struct demo_pair *pair)
{
	struct sockaddr_in address = { 0 };

	*listener = listen_there(scene, protocol, &address);
	if (*listener < 0)
		return demo_stop(scene->stage, protocol == IPPROTO_MPTCP ? "IPPROTO_MPTCP" : "listen", *listener);
	address.sin_addr.s_addr = arena_address(DEMO_RED + 1, 2);
	pair->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (pair->client < 0 || connect(pair->client, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return demo_stop(scene->stage, "connect", -errno);
	pair->server = accept4(*listener, NULL, NULL, SOCK_CLOEXEC);
	return pair->server < 0 ? demo_stop(scene->stage, "accept", -errno) : 0;
}

/** The other host tells of its address on the blue cable, and this one makes use of it. */
static int manage_paths(struct scene *scene)
{
	int r = arena_move(scene->paths.hosts.there), back;

	if (r == 0) {
		r = arena_mptcp_tell(arena_address(DEMO_BLUE + 1, 2));
		back = arena_move(scene->paths.hosts.here);
		r = r < 0 ? r : back;
	}
	if (r == 0)
		r = arena_mptcp_accept(1);
	return r < 0 ? demo_stop(scene->stage, "ip mptcp", r) : 0;
}

static char byte_of(size_t i)
{
	return (char)(i % 251); /* what is lost, doubled or out of order does not fit */
}

/** @return 0 or demo_stop() */
static int send_message(struct scene *scene, const struct demo_pair *pair)
{
	char data[BYTES];
	ssize_t n;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = byte_of(i);
	n = send(pair->client, data, sizeof(data), MSG_DONTWAIT);
	return n == sizeof(data) ? 0 : demo_stop(scene->stage, "send", n < 0 ? -errno : -ENOBUFS);
}

/** @return after how many milliseconds all of it was there as it was sent; -1: not in time, or not so */
static double receive_message(const struct demo_pair *pair, double most_ms)
{
	double begin = demo_now_ms(), left;
	size_t sum = 0;

	while (sum < BYTES) {
		char data[8192];
		size_t room = BYTES - sum < sizeof(data) ? BYTES - sum : sizeof(data);
		ssize_t n;

		left = begin + most_ms - demo_now_ms();
		n = 0;
		if (left > 0 && demo_wait(pair->server, POLLIN, (int)left))
			n = recv(pair->server, data, room, MSG_DONTWAIT);
		if (n <= 0)
			return -1;
		for (ssize_t i = 0; i < n; i++, sum++)
			if (data[i] != byte_of(sum))
				return -1;
	}
	return demo_now_ms() - begin;
}

/** A message over the connection with two cables; told is when it was there, and by which cable it went. */
static int pass(struct scene *scene, double *ret_ms, int64_t by[static DEMO_N_PATHS])
{
	int64_t before[DEMO_N_PATHS];
	char text[24];
	int r;

	for (int i = 0; i < DEMO_N_PATHS; i++)
		before[i] = carried((enum demo_path)i);
	r = send_message(scene, &scene->many);
	if (r < 0)
		return r;
	*ret_ms = receive_message(&scene->many, PATIENCE_MS);
	for (int i = 0; i < DEMO_N_PATHS; i++)
		by[i] = carried((enum demo_path)i) - before[i];
	if (*ret_ms >= 0)
		demo_line(scene->stage, _("MPTCP: %d bytes, there after %s"), BYTES, demo_time_text(*ret_ms, text, sizeof(text)));
	else
		demo_line(scene->stage, _("MPTCP: not there after %d s"), PATIENCE_MS / 1000);
	demo_line(scene->stage, _("left by the red cable: %" PRId64 " bytes, by the blue one: %" PRId64), by[DEMO_RED], by[DEMO_BLUE]);
	demo_time(scene->stage, "mptcp_us", *ret_ms);
	demo_count(scene->stage, "bytes_by_red", by[DEMO_RED]);
	demo_count(scene->stage, "bytes_by_blue", by[DEMO_BLUE]);
	return 0;
}

/** The second subflow is made after the first bytes were acknowledged. */
static int64_t wait_for_subflow(const struct scene *scene)
{
	double end = demo_now_ms() + 3000;
	int64_t subflows;

	do {
		char byte;

		if (send(scene->many.client, "?", 1, MSG_DONTWAIT) == 1)
			recv(scene->many.server, &byte, 1, 0);
		demo_sleep_ms(10);
		subflows = demo_read(scene->many.client, "MPTCP_INFO", "mptcpi_subflows");
	} while (subflows < 1 && demo_now_ms() < end);
	return subflows;
}

static int begin(struct scene *scene)
{
	int64_t subflows;
	int r;

	demo_step(scene->stage, "connect",
		  _("Two cables lead to another host, red and blue. One connection by TCP and one by MPTCP (IPPROTO_MPTCP in socket; "
		    "else the program is the same), both to the address of the red cable. The kernels of both hosts were told to "
		    "make use of the blue one as well ('ip mptcp'):"));
	r = demo_paths_make(scene->stage, &scene->paths);
	if (r == 0)
		r = manage_paths(scene);
	if (r == 0)
		r = connect_by(scene, 0, &scene->listeners[0], &scene->one);
	if (r == 0)
		r = connect_by(scene, IPPROTO_MPTCP, &scene->listeners[1], &scene->many);
	if (r < 0)
		return r;
	subflows = wait_for_subflow(scene);
	demo_line(scene->stage, _("MPTCP_INFO: subflows besides the first: %" PRId64), subflows);
	demo_count(scene->stage, "subflows", subflows);
	demo_expect(scene->stage, subflows == 1, _("the connection by MPTCP was to get a second subflow"));
	return 0;
}

static int cut(struct scene *scene)
{
	int r = arena_move(scene->paths.hosts.there), back;

	if (r == 0)
		r = arena_take_address(demo_path_name(DEMO_RED));
	back = arena_move(scene->paths.hosts.here);
	r = r < 0 ? r : back;
	return r < 0 ? demo_stop(scene->stage, "SIOCSIFADDR", r) : 0;
}

static int after_cut(struct scene *scene)
{
	double begin_ms = demo_now_ms();
	int64_t by[DEMO_N_PATHS] = { 0 };
	char text[24];
	bool arrived;
	int r;

	demo_step(scene->stage, "cut",
		  _("The red cable is cut: nothing answers there any more. Both connections send once more. MPTCP waits for the "
		    "acknowledgement as TCP does, but then sends the same bytes by blue:"));
	r = cut(scene);
	if (r == 0)
		r = send_message(scene, &scene->one);
	if (r == 0)
		r = pass(scene, &scene->took_ms[1], by);
	if (r < 0)
		return r;
	arrived = demo_wait(scene->one.server, POLLIN, MORE_MS) != 0;
	scene->one_waited_ms = demo_now_ms() - begin_ms;
	demo_line(scene->stage, arrived ? _("TCP: there within %s") : _("TCP: nothing there after %s"),
		  demo_time_text(scene->one_waited_ms, text, sizeof(text)));
	demo_word(scene->stage, "tcp", arrived ? "arrived" : "waiting");
	demo_expect(scene->stage, scene->took_ms[1] >= 0 && by[DEMO_BLUE] >= BYTES,
		    _("by MPTCP all bytes were to arrive over the blue cable, once and in order"));
	demo_expect(scene->stage, !arrived, _("by TCP nothing was to arrive"));
	return 0;
}

static void draw(const struct scene *scene)
{
	char texts[3][40], time[24];
	const struct demo_bar bars[] = {
		{ _("MPTCP, both cables"), scene->took_ms[0], demo_time_text(scene->took_ms[0], texts[0], sizeof(texts[0])) },
		{ _("MPTCP, red one cut"), scene->took_ms[1], demo_time_text(scene->took_ms[1], texts[1], sizeof(texts[1])) },
		{ _("TCP, red one cut"), scene->one_waited_ms, texts[2] },
	};

	snprintf(texts[2], sizeof(texts[2]), "> %s", demo_time_text(scene->one_waited_ms, time, sizeof(time)));
	demo_bars(scene->stage, bars, sizeof(bars) / sizeof(bars[0]));
}

static int play_with(struct scene *scene)
{
	int64_t by[DEMO_N_PATHS] = { 0 };
	double ms = -1;
	int r = begin(scene);

	if (r < 0)
		return r;
	demo_step(scene->stage, "whole", _("A message while both cables are whole:"));
	r = pass(scene, &scene->took_ms[0], by);
	if (r < 0)
		return r;
	demo_expect(scene->stage, scene->took_ms[0] >= 0, _("by MPTCP all bytes were to arrive, once and in order"));
	r = after_cut(scene);
	if (r < 0)
		return r;
	draw(scene);
	demo_step(scene->stage, "after", _("From now on MPTCP knows that red does not answer, and prefers blue:"));
	r = pass(scene, &ms, by);
	demo_expect(scene->stage, r < 0 || (ms >= 0 && by[DEMO_BLUE] >= BYTES), _("by MPTCP the connection was to go on over blue"));
	return r;
}

static int play(struct demo_stage *stage)
{
	struct scene scene = {
		.stage = stage,
		.paths = { .hosts = ARENA_NO_HOSTS, .ends = { -1, -1 } },
		.listeners = { -1, -1 },
		.many = DEMO_NO_PAIR,
		.one = DEMO_NO_PAIR,
	};
	int r = play_with(&scene);

	demo_pair_close(&scene.many);
	demo_pair_close(&scene.one);
	tidy_close(&scene.listeners[0]);
	tidy_close(&scene.listeners[1]);
	demo_paths_close(&scene.paths);
	return r;
}

const struct demo demo_mptcp = {
	.name = "mptcp",
	.option = "MPTCP_INFO",
	.summary = N_("a connection over two cables, of which one is cut"),
	.claim = N_("a connection by Multipath TCP goes on when one of its paths is cut, without a byte lost or doubled; one by TCP on "
		    "the same path stands still."),
	.lesson = N_("both ends must speak it, and somebody must tell the kernel of the second path: 'ip mptcp endpoint', 'ip mptcp "
		     "limits'. Ask MPTCP_INFO whether a connection is one: else it fell back to TCP, in silence."),
	.alone = true,
	.play = play,
};
