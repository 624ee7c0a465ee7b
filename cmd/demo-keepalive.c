/* SPDX-License-Identifier: MIT */
/* A peer whose power is cut while nothing is on its way: who notices? */

#include <errno.h>
#include <string.h>

#include <calc.h>
#include <color.h>
#include <quantity.h>
#include <sysctl.h>
#include <text.h>
#include <tidy.h>

#include "demo-wire.h"

static const char *const options[] = { "SO_KEEPALIVE=on", "TCP_KEEPIDLE=1s",
				       "TCP_KEEPINTVL=1s", "TCP_KEEPCNT=2" };

struct scene {
	struct demo_stage *stage;
	struct arena_hosts hosts;
	struct demo_pair with, without;
	int wire;
	double noticed_ms;
};

static int connect_both(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	int r;

	demo_step(stage, "connect",
		  _("Two connections to a host at the other end of a cable, both "
		    "idle. One has keepalive, with short times, so that "
		    "nobody here falls asleep: a first probe after a second of "
		    "silence, one more each second, and two without an "
		    "answer are enough. The other is as every new socket is."));
	r = demo_two_hosts(stage, &scene->hosts);
	if (r == 0)
		r = demo_across(stage, &scene->hosts, &scene->with);
	if (r == 0)
		r = demo_across(stage, &scene->hosts, &scene->without);
	for (size_t i = 0; r == 0 && i < sizeof(options) / sizeof(options[0]); i++)
		r = demo_set(stage, scene->with.client, _("first connection"), options[i]);
	if (r < 0)
		return r;
	scene->wire = demo_wire_open("cable");
	return scene->wire < 0 ? demo_stop(stage, _("a packet socket"), scene->wire) : 0;
}

static int watch_with(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	int r;

	demo_step(stage, "with",
		  _("The power of the other host is cut. It says no goodbye. What "
		    "the cable carries of the first connection from now "
		    "on:"));
	r = demo_cut_power(stage, &scene->hosts);
	if (r < 0)
		return r;
	scene->noticed_ms = demo_watch(stage, scene->wire, scene->with.client, 8000);
	demo_expect(
		stage, scene->noticed_ms > 2000 && scene->noticed_ms < 6000,
		_("keepalive was to end the connection after about three seconds"));
	return 0;
}

static void watch_without(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	bool ended;

	demo_step(stage, "without",
		  _("The second connection had the same dead peer for the same time. "
		    "It has sent nothing, so nothing is missing to "
		    "it: it is established, and will still be next week. A server "
		    "collects such connections until its descriptors are "
		    "used up."));
	ended = demo_wait(scene->without.client, POLLIN, 0) != 0;
	demo_line(stage, ended ? _("second connection: ended") : _("second connection: established"));
	demo_word(stage, "state", ended ? "ended" : "established");
	demo_expect(stage, !ended, _("without keepalive nothing was to be noticed"));
}

/** What keepalive would take with the system's own times. */
static double usual_ms(void)
{
	struct calc_keepalive given = { .enabled = true };
	struct calc_dead_peer result;

	if (sysctl_number("net.ipv4.tcp_keepalive_time", &given.idle_s) < 0 ||
	    sysctl_number("net.ipv4.tcp_keepalive_intvl", &given.interval_s) < 0 ||
	    sysctl_number("net.ipv4.tcp_keepalive_probes", &given.probes) < 0)
		return -1;
	given.rto_ms = given.rto_max_ms = 1000;
	calc_keepalive(&given, &result);
	return (double)result.idle_ms;
}

static void compare(const struct scene *scene)
{
	double usual = usual_ms();
	char noticed_text[24], usual_text[40];
	const struct demo_bar bars[] = {
		{ _("as set here"), scene->noticed_ms,
		  demo_time_text(scene->noticed_ms, noticed_text, sizeof(noticed_text)) },
		{ _("SO_KEEPALIVE alone"), usual,
		  quantity_ms_long((int64_t)usual, usual_text, sizeof(usual_text)) },
	};

	demo_step(scene->stage, "usual",
		  _("SO_KEEPALIVE alone, with this system's times "
		    "(net.ipv4.tcp_keepalive_time, _intvl and _probes), notices too, "
		    "but when? Computed, not waited for:"));
	demo_bars(scene->stage, bars, 2);
	demo_time(scene->stage, "computed_us", usual);
	demo_expect(scene->stage, usual < 0 || usual > scene->noticed_ms,
		    _("the system's times were to be longer"));
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
	if (r == 0) {
		watch_without(&scene);
		compare(&scene);
	}
	tidy_close(&scene.wire);
	demo_pair_close(&scene.with);
	demo_pair_close(&scene.without);
	arena_hosts_close(&scene.hosts);
	return r;
}

const struct demo demo_keepalive = {
	.name = "keepalive",
	.option = "SO_KEEPALIVE",
	.summary = N_("a peer that died in silence: who notices, and when"),
	.claim = N_("an idle connection to a dead peer lives on forever; with "
		    "keepalive it ends after idle time + interval × probes."),
	.lesson =
		N_("set SO_KEEPALIVE together with TCP_KEEPIDLE, TCP_KEEPINTVL and "
		   "TCP_KEEPCNT: the system's times are hours. "
		   "For data that is on its way, see 'sockopt demo user-timeout'."),
	.alone = true,
	.play = play,
};
