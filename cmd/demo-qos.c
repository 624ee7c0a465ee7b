/* SPDX-License-Identifier: MIT */
/* A call on a link that a download has filled: what a mark changes, and where. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <text.h>
#include <tidy.h>

#include "demo-link.h"

#define LINK "rate=10Mbit/s rtt=20ms queue=100packets"

enum {
	TICK_MS = 10,
	FILL_TICKS = 30, /* until the queue is full */
	CALL_TICKS = 120,
	CALL_EVERY = 2,
	BURST = 10, /* packets of 1500 bytes a tick: 12 Mbit/s, which is more than the link has */
	N_PACKETS = CALL_TICKS / CALL_EVERY,
	LAST_MS = 300,
	N_WAYS = 3,
};

struct scene {
	struct demo_stage *stage;
	struct link *link;
	struct sockaddr_in bulk_to, call_to;
	int bulk, call, bulk_sink, call_sink;
	double median_ms[N_WAYS];
};

static int open_sockets(struct scene *scene)
{
	scene->bulk_sink = demo_link_bind(scene->link, SOCK_DGRAM, &scene->bulk_to);
	scene->call_sink = demo_link_bind(scene->link, SOCK_DGRAM, &scene->call_to);
	scene->bulk = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	scene->call = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (scene->bulk_sink < 0 || scene->call_sink < 0 || scene->bulk < 0 || scene->call < 0)
		return demo_stop(scene->stage, "socket", -errno);
	return 0;
}

static void fill(const struct scene *scene)
{
	static const char data[1472];
	char sink[1472];

	for (int i = 0; i < BURST; i++)
		sendto(scene->bulk, data, sizeof(data), 0, (const struct sockaddr *)&scene->bulk_to,
		       sizeof(scene->bulk_to));
	while (recv(scene->bulk_sink, sink, sizeof(sink), MSG_DONTWAIT) >= 0)
		;
}

static void speak(const struct scene *scene)
{
	double now_ms = demo_now_ms();
	char data[160] = { 0 };

	memcpy(data, &now_ms, sizeof(now_ms));
	sendto(scene->call, data, sizeof(data), 0, (const struct sockaddr *)&scene->call_to, sizeof(scene->call_to));
}

/** Takes what of the call has come until a time; how long each was under way. */
static void hear(const struct scene *scene, double until_ms, double *delays_ms, size_t *n)
{
	double left_ms, sent_ms;
	char data[160];

	while ((left_ms = until_ms - demo_now_ms()) > 0) {
		if (!demo_wait(scene->call_sink, POLLIN, (int)left_ms + 1) ||
		    recv(scene->call_sink, data, sizeof(data), MSG_DONTWAIT) != sizeof(data))
			continue;
		memcpy(&sent_ms, data, sizeof(sent_ms));
		if (*n < N_PACKETS)
			delays_ms[(*n)++] = demo_now_ms() - sent_ms;
	}
}

static int compare_doubles(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

static int measure(struct scene *scene, int number)
{
	double delays_ms[N_PACKETS], begun_ms = demo_now_ms();
	size_t n = 0;
	char text[24];

	for (int tick = 0; tick < FILL_TICKS + CALL_TICKS; tick++) {
		fill(scene);
		if (tick >= FILL_TICKS && tick % CALL_EVERY == 0)
			speak(scene);
		hear(scene, begun_ms + (tick + 1) * TICK_MS, delays_ms, &n);
	}
	hear(scene, demo_now_ms() + LAST_MS, delays_ms, &n);
	if (n < N_PACKETS / 4)
		return demo_stop(scene->stage, "recv", -ETIMEDOUT);
	qsort(delays_ms, n, sizeof(delays_ms[0]), compare_doubles);
	scene->median_ms[number] = delays_ms[n / 2];
	demo_line(scene->stage, _("a packet of the call is %s on its way (median of %zu)"),
		  demo_time_text(delays_ms[n / 2], text, sizeof(text)), n);
	demo_time(scene->stage, "median_us", delays_ms[n / 2]);
	demo_count(scene->stage, "arrived", (int64_t)n);
	return 0;
}

static void compare(struct scene *scene)
{
	const double *ms = scene->median_ms;
	struct demo_bar bars[] = { { _("no mark, queues by class"), ms[0], NULL },
				   { _("EF, one queue"), ms[1], NULL },
				   { _("EF, queues by class"), ms[2], NULL } };
	char texts[N_WAYS][24];

	demo_step(scene->stage, "compare", _("How long a packet of the call is on its way; 10 ms of it are the link's:"));
	for (int i = 0; i < N_WAYS; i++)
		bars[i].text = demo_time_text(ms[i], texts[i], sizeof(texts[i]));
	demo_bars(scene->stage, bars, N_WAYS);
	demo_expect(scene->stage, ms[0] > 50, _("without a mark the call was to wait behind the download"));
	demo_expect(scene->stage, ms[1] > 50, _("the mark was to change nothing where the link has one queue"));
	demo_expect(scene->stage, ms[2] < ms[0] / 2 && ms[2] < ms[1] / 2,
		    _("marked EF, it was to pass the download where the link has queues by class"));
}

static int play_with(struct scene *scene)
{
	struct demo_stage *stage = scene->stage;
	int r = open_sockets(scene);

	if (r == 0)
		r = measure(scene, 0);
	if (r < 0)
		return r;
	demo_step(stage, "one queue",
		  _("Now the call marks its packets as voice (EF), but the link is one that has a single queue for all, "
		    "as most have:"));
	r = demo_set(stage, scene->call, _("call"), "IP_TOS=ef");
	if (r == 0)
		r = demo_link_change(stage, scene->link, LINK);
	if (r == 0)
		r = measure(scene, 1);
	if (r < 0)
		return r;
	demo_step(stage, "queues by class", _("And the mark on the link that has queues by class:"));
	r = demo_link_change(stage, scene->link, LINK " bands=dscp");
	return r == 0 ? measure(scene, 2) : r;
}

static int play(struct demo_stage *stage)
{
	struct scene scene = { .stage = stage, .bulk = -1, .call = -1, .bulk_sink = -1, .call_sink = -1 };
	int r;

	demo_step(stage, "no mark",
		  _("A link of 10 Mbit/s that a download keeps full: its queue of 100 packets takes 120 ms to pass. The "
		    "link has a queue for voice, which goes first, but nobody tells it what is voice:"));
	r = demo_link_open(stage, LINK " bands=dscp", &scene.link);
	if (r < 0)
		return r;
	r = play_with(&scene);
	if (r == 0)
		compare(&scene);
	tidy_close(&scene.bulk);
	tidy_close(&scene.call);
	tidy_close(&scene.bulk_sink);
	tidy_close(&scene.call_sink);
	link_close(scene.link);
	return r;
}

const struct demo demo_qos = {
	.name = "qos",
	.option = "IP_TOS",
	.summary = N_("a call on a full link: what a DSCP mark changes, and where"),
	.claim = N_("IP_TOS=ef takes the packets of a call past a full queue, on a link that has queues by class; on one with "
		    "a single queue it changes nothing."),
	.lesson = N_("a mark is a request. Find out whether the narrowest link of the path honours it, and where it is wiped "
		     "out; within one's own network it is worth it."),
	.alone = true,
	.play = play,
};
