/* SPDX-License-Identifier: MIT */
/* A sender that keeps to a rate, without a queue of tc and without a timer of
 * its own. */

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	WARM_UP_MS = 200, /* the burst of the beginning */
	MEASURE_MS = 500,
};

static const double limit_mb_s = 10;

/** Sends as much as the socket takes and reads as much as arrives, for a time.
 * @return bytes that arrived, or -errno */
static double pump(const struct demo_pair *pair, double ms)
{
	static char buffer[262144];
	double end = demo_now_ms() + ms, arrived = 0;

	while (demo_now_ms() < end) {
		ssize_t n;

		if (send(pair->client, buffer, sizeof(buffer), MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			return -errno;
		while ((n = recv(pair->server, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
			arrived += (double)n;
		if (n == 0 || errno != EAGAIN)
			return -EPIPE;
		demo_wait(pair->server, POLLIN, 1);
	}
	return arrived;
}

static int measure(struct demo_stage *stage, const char *option, double *mb_s)
{
	struct demo_pair pair;
	double began = 0, bytes = 0;
	int r = demo_pair_open(&pair);

	if (r < 0)
		return demo_stop(stage, "connect", r);
	if (option)
		r = demo_set(stage, pair.client, _("client"), option);
	if (r == 0) {
		bytes = pump(&pair, WARM_UP_MS);
		began = demo_now_ms();
		if (bytes >= 0)
			bytes = pump(&pair, MEASURE_MS);
		*mb_s = bytes / 1000 / (demo_now_ms() - began);
		if (bytes < 0)
			r = demo_stop(stage, "send", (int)bytes);
	}
	demo_pair_close(&pair);
	if (r < 0)
		return r;
	demo_line(stage, _("%.1f MB a second"), *mb_s);
	demo_count(stage, "bytes_per_second", (int64_t)(*mb_s * 1e6));
	return 0;
}

static int play(struct demo_stage *stage)
{
	double free_mb_s = 0, paced_mb_s = 0;
	char texts[2][24];
	int r;

	demo_step(stage, "without",
		  _("A client sends over the loopback as fast as it can. Nothing "
		    "slows it down but the processor; on a real network it "
		    "would fill the queue of the slowest link, and all that others "
		    "send would wait there:"));
	r = measure(stage, NULL, &free_mb_s);
	if (r < 0)
		return r;
	demo_step(stage, "paced",
		  _("The same with SO_MAX_PACING_RATE, in bytes a second. TCP "
		    "spreads its segments over time by itself; the program "
		    "writes as before:"));
	r = measure(stage, "SO_MAX_PACING_RATE=10000000", &paced_mb_s);
	if (r < 0)
		return r;
	snprintf(texts[0], sizeof(texts[0]), "%.1f MB/s", free_mb_s);
	snprintf(texts[1], sizeof(texts[1]), "%.1f MB/s", paced_mb_s);
	demo_bars(
		stage,
		(const struct demo_bar[]){ { _("as fast as it can"), free_mb_s, texts[0] },
					   { "SO_MAX_PACING_RATE", paced_mb_s, texts[1] } },
		2);
	demo_expect(stage, paced_mb_s < limit_mb_s * 1.1,
		    _("the rate was not to be above the limit"));
	demo_expect(stage, paced_mb_s > limit_mb_s / 4,
		    _("the rate was to come near the limit"));
	demo_expect(stage, free_mb_s > paced_mb_s * 3,
		    _("without the limit it was to be much faster"));
	return 0;
}

const struct demo demo_max_pacing_rate = {
	.name = "max-pacing-rate",
	.option = "SO_MAX_PACING_RATE",
	.summary = N_("a sender that keeps to a rate by itself"),
	.claim = N_("with SO_MAX_PACING_RATE a TCP socket sends no faster than so "
		    "many bytes a second, and needs no help of tc."),
	.lesson = N_("for streams and backups that must leave room for others: a "
		     "little above the rate that is needed. UDP obeys only "
		     "where the queue is fq."),
	.play = play,
};
