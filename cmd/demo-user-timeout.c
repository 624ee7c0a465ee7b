/* SPDX-License-Identifier: MIT */
/* A peer whose power is cut while data is on its way. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include <calc.h>
#include <color.h>
#include <quantity.h>
#include <sysctl.h>
#include <text.h>
#include <tidy.h>

#include "demo-wire.h"

struct scene {
	struct demo_stage *stage;
	struct arena_hosts hosts;
	struct demo_pair with, without;
	int wire;
	int64_t rto_ms;
	double noticed_ms;
};

static int send_to_nobody(struct scene *scene)
{
	static const char data[1000];
	int r = demo_cut_power(scene->stage, &scene->hosts);

	if (r < 0)
		return r;
	scene->wire = demo_wire_open("cable");
	if (scene->wire < 0)
		return demo_stop(scene->stage, _("a packet socket"), scene->wire);
	if (send(scene->with.client, data, sizeof(data), 0) < 0 ||
	    send(scene->without.client, data, sizeof(data), 0) < 0)
		return demo_stop(scene->stage, "send", -errno);
	return 0;
}

/**
 * A machine that stood still during the handshake makes TCP think that the path
 * is slow, and its first wait long: then another one.
 */
static int connect_fast(struct scene *scene, struct demo_pair *pair)
{
	int r;

	for (int tries = 0;; tries++) {
		r = demo_across(scene->stage, &scene->hosts, pair);
		if (r < 0 || tries == 5 ||
		    demo_read(pair->client, "TCP_INFO", "tcpi_rto") < 400000)
			return r;
		demo_pair_close(pair);
	}
}

static int connect_both(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	int r;

	demo_step(stage, "connect",
		  _("Two connections to a host at the other end of a cable. One says "
		    "with TCP_USER_TIMEOUT how long sent data may stay "
		    "unacknowledged; the other leaves that to the system."));
	r = demo_two_hosts(stage, &scene->hosts);
	if (r == 0)
		r = connect_fast(scene, &scene->with);
	if (r == 0)
		r = connect_fast(scene, &scene->without);
	if (r == 0)
		r = demo_set(stage, scene->with.client, _("first connection"),
			     "TCP_USER_TIMEOUT=2s");
	if (r == 0)
		scene->rto_ms =
			demo_read(scene->without.client, "TCP_INFO", "tcpi_rto") / 1000;
	return r;
}

static int watch_with(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	int r;

	demo_step(stage, "with",
		  _("The power of the other host is cut, and both connections send "
		    "1000 bytes. What the cable carries of the first "
		    "connection: TCP sends the data again and again, and doubles the "
		    "wait each time."));
	r = send_to_nobody(scene);
	if (r < 0)
		return r;
	scene->noticed_ms = demo_watch(stage, scene->wire, scene->with.client, 8000);
	demo_expect(stage, scene->noticed_ms > 1500 && scene->noticed_ms < 5000,
		    _("the connection was to end after about two seconds"));
	return 0;
}

/** How long the system's retransmissions go on, at least. */
static int64_t usual_ms(const struct scene *scene, int64_t *retries)
{
	struct calc_keepalive given = { .rto_ms = scene->rto_ms };
	struct calc_dead_peer result;

	if (sysctl_number("net.ipv4.tcp_retries2", &given.retries) < 0)
		return -1;
	if (sysctl_number("net.ipv4.tcp_rto_max_ms", &given.rto_max_ms) < 0)
		given.rto_max_ms = CALC_RTO_MAX_MS;
	*retries = given.retries;
	calc_keepalive(&given, &result);
	return result.flight_least_ms;
}

static void watch_without(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	int64_t again =
			demo_read(scene->without.client, "TCP_INFO", "tcpi_retransmits"),
		retries = 0;
	int64_t usual = usual_ms(scene, &retries);
	bool ended = demo_wait(scene->without.client, POLLIN, 0) != 0;
	char noticed_text[24], usual_text[40];
	const struct demo_bar bars[] = {
		{ "TCP_USER_TIMEOUT=2s", scene->noticed_ms,
		  demo_time_text(scene->noticed_ms, noticed_text, sizeof(noticed_text)) },
		{ _("without"), (double)usual,
		  quantity_ms_long(usual, usual_text, sizeof(usual_text)) },
	};

	demo_step(stage, "without",
		  _("The second connection is still trying, and its program knows "
		    "nothing. It would give up after as many "
		    "retransmissions as net.ipv4.tcp_retries2 says. That is computed "
		    "here, not waited for:"));
	demo_line(
		stage,
		_("second connection: %s, sent again %" PRId64 " times of %" PRId64),
		ended ? _("ended") : _("established"), again, retries);
	demo_bars(stage, bars, 2);
	demo_count(stage, "retransmits", again);
	demo_count(stage, "retries", retries);
	demo_time(stage, "computed_us", (double)usual);
	demo_expect(stage, !ended && again > 0,
		    _("without the option the connection was to go on sending"));
	demo_expect(stage, usual < 0 || (double)usual > scene->noticed_ms,
		    _("the system's limit was to be longer"));
}

static int play(struct demo_stage *stage)
{
	struct scene scene = {
		.stage = stage,
		.hosts = ARENA_NO_HOSTS,
		.with = DEMO_NO_PAIR,
		.without = DEMO_NO_PAIR,
		.wire = -1,
	};
	int r = connect_both(&scene);

	if (r == 0)
		r = watch_with(&scene);
	if (r == 0)
		watch_without(&scene);
	tidy_close(&scene.wire);
	demo_pair_close(&scene.with);
	demo_pair_close(&scene.without);
	arena_hosts_close(&scene.hosts);
	return r;
}

const struct demo demo_user_timeout = {
	.name = "user-timeout",
	.option = "TCP_USER_TIMEOUT",
	.summary = N_("a peer that died with data on its way: minutes, or seconds"),
	.claim =
		N_("data sent to a dead peer is tried again for as long as "
		   "net.ipv4.tcp_retries2 says, usually a quarter of an hour, "
		   "before the program is told; TCP_USER_TIMEOUT makes that seconds."),
	.lesson = N_("set TCP_USER_TIMEOUT where a dead peer must be noticed while "
		     "sending; keepalive does not see it, since it "
		     "waits as long as data is on its way."),
	.alone = true,
	.play = play,
};
