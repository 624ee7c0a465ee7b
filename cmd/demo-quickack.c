/* SPDX-License-Identifier: MIT */
/* The acknowledgement that is kept back, seen from the receiver: an option that
 * does not stay. */

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include <sockopt.h>
#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	WARM_UP = 4, /* a new connection acknowledges at once */
	N_REQUESTS = 11,
	HEAD = 40,
	BODY = 60,
	SLOW_MS = 20,
};

enum when { NEVER,
	    ONCE,
	    EACH_TIME };

/** A request in two writes, and its answer. */
static int ask(const struct demo_pair *pair, bool quick)
{
	char request[HEAD + BODY] = { 0 }, answer;

	if (send(pair->client, request, HEAD, 0) != HEAD ||
	    send(pair->client, request, BODY, 0) != BODY)
		return -errno;
	for (size_t got = 0; got < sizeof(request);) {
		ssize_t n;
		int r = quick ? sockopt_set_text(pair->server, "TCP_QUICKACK=on", NULL) : 0;

		if (r < 0)
			return r;
		n = recv(pair->server, request, sizeof(request), 0);
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		got += (size_t)n;
	}
	if (send(pair->server, "!", 1, 0) != 1 ||
	    recv(pair->client, &answer, 1, 0) != 1)
		return -errno;
	return 0;
}

static int measure(struct demo_stage *stage, enum when when, int *slow)
{
	struct demo_pair pair;
	int r = demo_pair_open(&pair);

	*slow = 0;
	if (r < 0)
		return demo_stop(stage, "connect", r);
	for (int i = -WARM_UP; r == 0 && i < N_REQUESTS; i++) {
		double before = demo_now_ms();

		r = ask(&pair, when == EACH_TIME || (when == ONCE && i == 0));
		if (i >= 0)
			*slow += demo_now_ms() - before > SLOW_MS;
	}
	demo_pair_close(&pair);
	if (r < 0)
		return demo_stop(stage, "TCP_QUICKACK, send", r);
	demo_line(stage, _("%d requests, %d of them slower than %d ms"), N_REQUESTS,
		  *slow, SLOW_MS);
	demo_count(stage, "slow", *slow);
	return 0;
}

static void draw(const struct demo_stage *stage, const int *slow)
{
	const char *const labels[] = { _("slow: default"),
				       _("slow: TCP_QUICKACK once"),
				       _("slow: before each recv") };
	struct demo_bar bars[3];
	char texts[3][16];

	for (int i = 0; i < 3; i++) {
		snprintf(texts[i], sizeof(texts[i]), _("%d of %d"), slow[i], N_REQUESTS);
		bars[i] = (struct demo_bar){ labels[i], slow[i], texts[i] };
	}
	demo_bars(stage, bars, 3);
}

static int play(struct demo_stage *stage)
{
	int slow[3] = { 0 }, r;

	demo_step(stage, "default",
		  _("A client that we cannot change sends requests in two small "
		    "writes. It keeps the second part back until the first is "
		    "acknowledged, and this server keeps the acknowledgement back, "
		    "hoping to send it with its answer ('sockopt demo "
		    "nodelay' shows the client's side)."));
	r = measure(stage, NEVER, &slow[0]);
	if (r < 0)
		return r;
	demo_step(stage, "once",
		  _("The server sets TCP_QUICKACK once, before the first of these "
		    "requests, and it acknowledges at once. But the kernel "
		    "takes the option back as soon as the connection looks like a "
		    "dialogue again:"));
	r = measure(stage, ONCE, &slow[1]);
	if (r < 0)
		return r;
	demo_step(stage, "each", _("The server sets it again before each recv:"));
	r = measure(stage, EACH_TIME, &slow[2]);
	if (r < 0)
		return r;
	draw(stage, slow);
	demo_expect(stage, slow[0] > N_REQUESTS / 2,
		    _("by default most requests were to be slow"));
	demo_expect(stage, slow[1] > N_REQUESTS / 2, _("set once it was to be forgotten soon"));
	demo_expect(stage, slow[2] < N_REQUESTS / 2, _("set each time it was to help always"));
	return 0;
}

const struct demo demo_quickack = {
	.name = "quickack",
	.option = "TCP_QUICKACK",
	.summary = N_("acknowledge at once: an option that does not stay"),
	.claim = N_("TCP_QUICKACK on the receiver ends the wait of two small "
		    "writes, but not for long: it has to be set before each "
		    "read."),
	.lesson = N_("the better cure is at the sender: one write, or TCP_NODELAY. "
		     "TCP_QUICKACK is for receivers whose senders cannot "
		     "be changed."),
	.play = play,
};
