/* SPDX-License-Identifier: MIT */
/* Two small writes and an answer: Nagle's algorithm and the delayed
 * acknowledgement wait for each other. */

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	WARM_UP = 4, /* a new connection acknowledges at once */
	N_REQUESTS = 11,
	HEAD = 40,
	BODY = 60,
};

enum way { TWO_WRITES,
	   ONE_WRITE };

struct timing {
	double median, most;
};

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/** A request as head and body, and its answer. @return 0 or -errno */
static int ask(const struct demo_pair *pair, enum way way)
{
	char request[HEAD + BODY] = { 0 }, answer;
	struct iovec parts[] = { { request, HEAD }, { request + HEAD, BODY } };

	if (way == ONE_WRITE && writev(pair->client, parts, 2) != HEAD + BODY)
		return -errno;
	if (way == TWO_WRITES &&
	    (send(pair->client, request, HEAD, 0) != HEAD ||
	     send(pair->client, request + HEAD, BODY, 0) != BODY))
		return -errno;
	for (size_t got = 0; got < sizeof(request);) {
		ssize_t n = recv(pair->server, request, sizeof(request), 0);

		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		got += (size_t)n;
	}
	if (send(pair->server, "!", 1, 0) != 1 ||
	    recv(pair->client, &answer, 1, 0) != 1)
		return -errno;
	return 0;
}

static int measure(struct demo_stage *stage, enum way way, const char *option,
		   struct timing *ret)
{
	struct demo_pair pair;
	double times[N_REQUESTS];
	char median[24], most[24];
	int r = demo_pair_open(&pair);

	if (r < 0)
		return demo_stop(stage, "connect", r);
	if (option)
		r = demo_set(stage, pair.client, _("client"), option);
	for (int i = -WARM_UP; r == 0 && i < N_REQUESTS; i++) {
		double before = demo_now_ms();

		r = ask(&pair, way);
		if (r < 0)
			demo_stop(stage, "send", r);
		if (i >= 0)
			times[i] = demo_now_ms() - before;
	}
	demo_pair_close(&pair);
	if (r < 0)
		return r;
	qsort(times, N_REQUESTS, sizeof(times[0]), compare);
	demo_time_text(times[N_REQUESTS / 2], median, sizeof(median));
	demo_time_text(times[N_REQUESTS - 1], most, sizeof(most));
	*ret = (struct timing){ times[N_REQUESTS / 2], times[N_REQUESTS - 1] };
	demo_line(stage, _("%d requests: median %s, slowest %s"), N_REQUESTS, median,
		  most);
	demo_time(stage, "median_us", ret->median);
	demo_time(stage, "most_us", ret->most);
	return 0;
}

static void draw(const struct demo_stage *stage, const struct timing *timings)
{
	const char *const labels[] = { _("two writes"), _("two writes, TCP_NODELAY"),
				       _("one write") };
	struct demo_bar bars[3];
	char texts[3][24];

	for (int i = 0; i < 3; i++) {
		bars[i] = (struct demo_bar){
			labels[i], timings[i].median,
			demo_time_text(timings[i].median, texts[i], sizeof(texts[i]))
		};
	}
	demo_bars(stage, bars, 3);
}

static int play(struct demo_stage *stage)
{
	struct timing timings[3] = { 0 };
	int r;

	demo_step(stage, "two writes",
		  _("A client sends each request in two small writes, head and body, "
		    "and waits for the answer. Nagle's algorithm, on "
		    "in every new TCP socket, keeps the body back until the head is "
		    "acknowledged. The server cannot answer a head "
		    "alone, and keeps its acknowledgement back, to send it along "
		    "with data. Each waits for the other, until the "
		    "server's timer gives up:"));
	r = measure(stage, TWO_WRITES, NULL, &timings[0]);
	if (r < 0)
		return r;
	demo_step(stage, "two writes, TCP_NODELAY",
		  _("The same with TCP_NODELAY: the body does not wait."));
	r = measure(stage, TWO_WRITES, "TCP_NODELAY=on", &timings[1]);
	if (r < 0)
		return r;
	demo_step(
		stage, "one write",
		_("The same without the option, but with one writev(2) for head and "
		  "body. Nothing is on its way that Nagle's "
		  "algorithm could wait for, and it is one segment instead of two:"));
	r = measure(stage, ONE_WRITE, NULL, &timings[2]);
	if (r < 0)
		return r;
	draw(stage, timings);
	demo_expect(stage, timings[0].median > 20,
		    _("two small writes were to take more than 20 ms"));
	demo_expect(stage, timings[1].median * 5 < timings[0].median,
		    _("TCP_NODELAY was to be at least five times as fast"));
	demo_expect(stage, timings[2].median * 5 < timings[0].median,
		    _("one write was to be at least five times as fast as two"));
	return 0;
}

const struct demo demo_nodelay = {
	.name = "nodelay",
	.option = "TCP_NODELAY",
	.summary =
		N_("two small writes and an answer: tens of milliseconds, or none"),
	.claim = N_("a request in two small writes waits some 40 ms for nothing, "
		    "even without a network in between; with "
		    "TCP_NODELAY, or in one write, it does not."),
	.lesson = N_("write a request in one call. If you cannot, or if you stream "
		     "small messages, set TCP_NODELAY."),
	.play = play,
};
