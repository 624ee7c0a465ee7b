/* SPDX-License-Identifier: MIT */
/* A receive buffer that grows by itself, and one that somebody has set, on a long link. */

#include <math.h>
#include <stdio.h>

#include <quantity.h>
#include <text.h>

#include "demo-link.h"

enum { STREAM_MS = 4500 };

static void show(const struct demo_stage *stage, const struct demo_stream *stream)
{
	char buffer[24], window[24];

	demo_line(stage, _("%.1f Mbit/s; SO_RCVBUF %s, window up to %s"), stream->mbit_s,
		  quantity_bytes(stream->buffer, buffer, sizeof(buffer)),
		  quantity_bytes(stream->window, window, sizeof(window)));
}

/** What a window gives: so much is sent, then an acknowledgement waited for. */
static double explain(struct demo_stage *stage, const struct demo_stream *fixed)
{
	double mbit_s = (double)fixed->window * 8 / 1000 / fixed->rtt_ms;
	char window[24];

	demo_step(stage, "theory",
		  _("What has been sent and not acknowledged must fit into the window, and an acknowledgement "
		    "takes a round trip: no more than window / round trip, whatever the link could carry."));
	demo_line(stage, _("%s / %.1f ms = %.1f Mbit/s; measured: %.1f Mbit/s"),
		  quantity_bytes(fixed->window, window, sizeof(window)), fixed->rtt_ms, mbit_s, fixed->mbit_s);
	demo_count(stage, "theory_bits_per_second", (int64_t)(mbit_s * 1e6));
	return mbit_s;
}

static void compare(struct demo_stage *stage, const struct demo_stream *tuned, const struct demo_stream *fixed)
{
	double theory_mbit_s = explain(stage, fixed);
	char texts[2][24];

	snprintf(texts[0], sizeof(texts[0]), "%.1f Mbit/s", tuned->mbit_s);
	snprintf(texts[1], sizeof(texts[1]), "%.1f Mbit/s", fixed->mbit_s);
	demo_bars(stage,
		  (const struct demo_bar[]){ { _("grows by itself"), tuned->mbit_s, texts[0] },
					     { "SO_RCVBUF=64KiB", fixed->mbit_s, texts[1] } },
		  2);
	demo_expect(stage, tuned->mbit_s > 60, _("with the buffer that grows, the link was to be nearly full"));
	demo_expect(stage, tuned->mbit_s > fixed->mbit_s * 5, _("with the fixed buffer it was to be much slower"));
	demo_expect(stage, fabs(fixed->mbit_s / theory_mbit_s - 1) < 0.1,
		    _("the fixed buffer was to give window / round trip, within 10 %"));
}

static int play(struct demo_stage *stage)
{
	struct demo_stream tuned, fixed;
	struct link *link;
	int r;

	demo_step(stage, "tuned",
		  _("Two hosts with a long link between them: 100 Mbit/s and 100 ms there and back, so that 1.25 MB "
		    "must be under way to fill it. A client sends as fast as it can; nothing is set:"));
	r = demo_link_open(stage, "rate=100Mbit/s rtt=100ms", &link);
	if (r < 0)
		return r;
	r = demo_link_stream(stage, link, NULL, NULL, STREAM_MS, &tuned);
	if (r == 0) {
		show(stage, &tuned);
		demo_step(stage, "fixed",
			  _("The same, and the server sets SO_RCVBUF, as many programs do that want to make sure of "
			    "enough. It is the size from now on: the kernel leaves such a buffer alone."));
		r = demo_link_stream(stage, link, NULL, "SO_RCVBUF=64KiB", STREAM_MS, &fixed);
	}
	if (r == 0) {
		show(stage, &fixed);
		compare(stage, &tuned, &fixed);
	}
	link_close(link);
	return r;
}

const struct demo demo_rcvbuf = {
	.name = "rcvbuf",
	.option = "SO_RCVBUF",
	.summary = N_("a receive buffer that grows by itself, and one that is set"),
	.claim = N_("a TCP socket's receive buffer grows with what the link needs; one that was set with SO_RCVBUF does "
		    "not, and limits the rate to window / round trip."),
	.lesson = N_("leave it alone for TCP. If it must be set, 'sockopt calc buffer' says how large; to limit memory, lower "
		     "net.ipv4.tcp_rmem's maximum rather than setting each socket."),
	.alone = true,
	.play = play,
};
