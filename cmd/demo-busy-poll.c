/* SPDX-License-Identifier: MIT */
/* A receiver that looks into the queue of the network card by itself, instead of sleeping until it is woken. */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arena-offload.h>
#include <text.h>
#include <tidy.h>

#include "demo-wire.h"

enum {
	N_DATAGRAMS = 20,
	PAUSE_MS = 5, /* before each */
	N_WAYS = 3,
};

static const char cable[] = "cable";

/** Two sockets; each datagram is asked for, so that the receiver surely waits before it comes. */
struct ends {
	int sender, receiver;
	struct sockaddr_in from, to;
};

#define NO_ENDS ((struct ends){ -1, -1, { 0 }, { 0 } })

/** What the waiting cost the receiver. */
struct cost {
	long sleeps;
	double busy_ms;
	int received;
};

static void *send_all(void *context)
{
	const struct ends *ends = context;
	char byte;

	for (int i = 0; i < N_DATAGRAMS; i++) {
		if (!demo_wait(ends->sender, POLLIN, 3000) || recv(ends->sender, &byte, 1, MSG_DONTWAIT) != 1)
			break;
		demo_sleep_ms(PAUSE_MS);
		if (sendto(ends->sender, "x", 1, 0, (const struct sockaddr *)&ends->to, sizeof(ends->to)) != 1)
			break;
	}
	return NULL;
}

static double processor_ms(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e3;
}

static void receive_all(const struct ends *ends, struct cost *ret)
{
	struct rusage before, after;
	struct cost cost = { 0 };
	char byte;

	getrusage(RUSAGE_THREAD, &before);
	while (cost.received < N_DATAGRAMS &&
	       sendto(ends->receiver, "?", 1, 0, (const struct sockaddr *)&ends->from, sizeof(ends->from)) == 1 &&
	       recv(ends->receiver, &byte, 1, 0) == 1)
		cost.received++;
	getrusage(RUSAGE_THREAD, &after);
	cost.sleeps = after.ru_nvcsw - before.ru_nvcsw;
	cost.busy_ms = processor_ms(&after) - processor_ms(&before);
	*ret = cost;
}

static int measure(struct demo_stage *stage, struct ends *ends, struct cost *ret)
{
	char busy[24];
	pthread_t thread;
	int r = pthread_create(&thread, NULL, send_all, ends);

	if (r > 0)
		return demo_stop(stage, "pthread_create", -r);
	receive_all(ends, ret);
	pthread_join(thread, NULL);
	demo_line(stage, _("%d datagrams, each waited for %d ms; the receiver slept %ld times"), ret->received, PAUSE_MS, ret->sleeps);
	demo_line(stage, _("processor time of the receiver: %s"), demo_time_text(ret->busy_ms, busy, sizeof(busy)));
	demo_count(stage, "datagrams", ret->received);
	demo_count(stage, "sleeps", ret->sleeps);
	demo_time(stage, "processor_us", ret->busy_ms);
	demo_expect(stage, ret->received == N_DATAGRAMS, _("all datagrams were to arrive"));
	return 0;
}

/** A first datagram: by it the socket learns of the queue. @return 0 or demo_stop() */
static int learn_queue(struct demo_stage *stage, const struct ends *ends, int64_t *ret)
{
	bool arrived = false;
	char byte;

	/* A new cable loses what is sent before its plug is in. */
	for (int tries = 0; !arrived; tries++) {
		if (tries > 50)
			return demo_stop(stage, _("a first datagram over the cables"), -ETIMEDOUT);
		if (sendto(ends->sender, "?", 1, 0, (const struct sockaddr *)&ends->to, sizeof(ends->to)) < 0)
			return demo_stop(stage, "sendto", -errno);
		demo_wait(ends->receiver, POLLIN, 100);
		arrived = recv(ends->receiver, &byte, 1, MSG_DONTWAIT) == 1;
	}
	while (demo_wait(ends->receiver, POLLIN, 20) && recv(ends->receiver, &byte, 1, MSG_DONTWAIT) == 1)
		;
	*ret = demo_read(ends->receiver, "SO_INCOMING_NAPI_ID", NULL);
	demo_line(stage, _("after a first datagram, SO_INCOMING_NAPI_ID: %" PRId64), *ret);
	demo_count(stage, "napi_id", *ret);
	return *ret < 0 ? demo_stop(stage, "SO_INCOMING_NAPI_ID", -ENOPROTOOPT) : 0;
}

/** A receiver that does not wait forever, should a datagram be lost. */
static int open_ends(struct demo_stage *stage, const struct arena_hosts *hosts, struct ends *ends)
{
	int r = 0, back = 0;

	ends->to = ends->from = demo_loopback();
	if (hosts) {
		ends->to.sin_addr.s_addr = arena_address(1, 1);
		ends->from.sin_addr.s_addr = arena_address(1, 2);
	}
	ends->receiver = demo_bind(SOCK_DGRAM, &ends->to, "SO_RCVTIMEO_NEW=3s");
	if (hosts)
		r = arena_move(hosts->there);
	if (r == 0)
		ends->sender = demo_bind(SOCK_DGRAM, &ends->from, NULL);
	if (r == 0 && hosts)
		back = arena_move(hosts->here);
	if (r == 0)
		r = ends->receiver < 0 ? ends->receiver : ends->sender < 0 ? ends->sender :
									     back;
	return r < 0 ? demo_stop(stage, "bind", r) : 0;
}

static void close_ends(struct ends *ends)
{
	tidy_close(&ends->sender);
	tidy_close(&ends->receiver);
	*ends = NO_ENDS;
}

static int on_loopback(struct demo_stage *stage, struct ends *ends, struct cost *cost)
{
	int64_t queue = 0;
	int r;

	demo_step(stage, "loopback",
		  _("A receiver on the loopback, with the option: while it waits it may look for a second into the receive queue of the "
		    "network card. But the loopback has no such queue (NAPI), so there is nothing to look into, and the option does "
		    "nothing:"));
	r = open_ends(stage, NULL, ends);
	if (r == 0)
		r = learn_queue(stage, ends, &queue);
	if (r == 0)
		r = demo_set(stage, ends->receiver, _("receiver"), "SO_BUSY_POLL=1s");
	if (r == 0)
		r = measure(stage, ends, cost);
	if (r < 0)
		return r;
	demo_expect(stage, queue == 0, _("over the loopback no queue was to be known"));
	demo_expect(stage, cost->sleeps * 2 >= N_DATAGRAMS, _("over the loopback the receiver was to sleep, whatever the option says"));
	return 0;
}

static int without(struct demo_stage *stage, const struct arena_hosts *hosts, struct ends *ends, struct cost *cost)
{
	int64_t queue = 0;
	int r = arena_receive_by_napi(hosts, cable);

	demo_step(stage, "without",
		  _("A virtual cable to another network namespace. Its device is set to deliver through a queue as a network card "
		    "does (GRO on; virtual devices seldom are). Without the option the receiver sleeps and is woken for each "
		    "datagram:"));
	if (r < 0)
		return demo_stop(stage, "ethtool", r);
	r = open_ends(stage, hosts, ends);
	if (r == 0)
		r = learn_queue(stage, ends, &queue);
	if (r == 0 && queue == 0)
		r = demo_stop(stage, _("a queue of the cable's device (NAPI)"), -EOPNOTSUPP);
	if (r == 0)
		r = measure(stage, ends, cost);
	if (r == 0)
		demo_expect(stage, cost->sleeps * 2 >= N_DATAGRAMS, _("without the option the receiver was to sleep"));
	return r;
}

static int with(struct demo_stage *stage, struct ends *ends, const struct cost *asleep, struct cost *cost)
{
	int r;

	demo_step(stage, "with",
		  _("With the option the receiver fetches the datagram from the queue itself. It does not sleep, and is not woken: that "
		    "is the time it gains. It is busy all the while it waits: that is the price."));
	r = demo_set(stage, ends->receiver, _("receiver"), "SO_BUSY_POLL=1s");
	if (r == 0)
		r = measure(stage, ends, cost);
	if (r < 0)
		return r;
	demo_expect(stage, cost->sleeps * 4 <= N_DATAGRAMS, _("with the option the receiver was to stay awake"));
	demo_expect(stage, cost->busy_ms > 2 * asleep->busy_ms, _("with the option the waiting was to cost processor time"));
	return 0;
}

static void draw(const struct demo_stage *stage, const struct cost *costs)
{
	const char *const labels[N_WAYS] = { _("busy: loopback, with"), _("busy: cable, without"), _("busy: cable, with") };
	struct demo_bar bars[N_WAYS];
	char texts[N_WAYS][24];

	for (int i = 0; i < N_WAYS; i++)
		bars[i] = (struct demo_bar){ labels[i], costs[i].busy_ms,
					     demo_time_text(costs[i].busy_ms, texts[i], sizeof(texts[i])) };
	demo_bars(stage, bars, N_WAYS);
}

static int play(struct demo_stage *stage)
{
	struct arena_hosts hosts = ARENA_NO_HOSTS;
	struct ends ends = NO_ENDS;
	struct cost costs[N_WAYS] = { 0 };
	int r = on_loopback(stage, &ends, &costs[0]);

	close_ends(&ends);
	if (r == 0)
		r = demo_two_hosts(stage, &hosts);
	if (r == 0)
		r = without(stage, &hosts, &ends, &costs[1]);
	if (r == 0)
		r = with(stage, &ends, &costs[1], &costs[2]);
	close_ends(&ends);
	arena_hosts_close(&hosts);
	if (r == 0)
		draw(stage, costs);
	return r;
}

const struct demo demo_busy_poll = {
	.name = "busy-poll",
	.option = "SO_BUSY_POLL",
	.summary = N_("a receiver that looks for itself instead of being woken"),
	.claim = N_("with SO_BUSY_POLL a receive that waits polls the device's queue instead of sleeping; where the packets come by no "
		    "such queue, as over the loopback, it does nothing."),
	.lesson = N_("for receivers with a processor of their own, where microseconds count. Ask SO_INCOMING_NAPI_ID: 0 means that it does "
		     "nothing. poll and epoll need the sysctl net.core.busy_poll as well."),
	.alone = true,
	.play = play,
};
