/* SPDX-License-Identifier: MIT */
/* Two congestion controls on a link that loses segments without being full. */

#include <math.h>
#include <stdio.h>

#include <text.h>

#include "demo-link.h"

enum { STREAM_MS = 4500 };

/* One in a hundred segments of 1448 bytes, 40 ms. */
static const double loss = 0.01, rtt_ms = 40, segment_bits = 1448 * 8;

static int measure(struct demo_stage *stage, const struct link *link, const char *option, struct demo_stream *ret)
{
	int r = demo_link_stream(stage, link, option, NULL, STREAM_MS, ret);

	if (r == 0)
		demo_line(stage, _("%.1f Mbit/s, %lld segments sent again"), ret->mbit_s, (long long)ret->retransmits);
	return r;
}

static void compare(struct demo_stage *stage, const struct demo_stream *cubic, const struct demo_stream *bbr)
{
	double theory_mbit_s = segment_bits / rtt_ms / 1000 * sqrt(3 / (2 * loss));
	char texts[2][24];

	demo_step(stage, "compare",
		  _("What a control may send that halves its window at a loss and adds a segment each round trip, after "
		    "Mathis et al. (1997): segment / round trip * sqrt(3 / (2 * loss)). cubic is not far from it here:"));
	demo_line(stage, "1448 B / %.0f ms * sqrt(3 / (2 * %.2f)) = %.1f Mbit/s", rtt_ms, loss, theory_mbit_s);
	demo_count(stage, "theory_bits_per_second", (int64_t)(theory_mbit_s * 1e6));
	snprintf(texts[0], sizeof(texts[0]), "%.1f Mbit/s", cubic->mbit_s);
	snprintf(texts[1], sizeof(texts[1]), "%.1f Mbit/s", bbr->mbit_s);
	demo_bars(stage,
		  (const struct demo_bar[]){ { "cubic", cubic->mbit_s, texts[0] }, { "bbr", bbr->mbit_s, texts[1] } }, 2);
	demo_expect(stage, cubic->retransmits > 0 && bbr->retransmits > 0, _("segments were to be lost with both"));
	demo_expect(stage, cubic->mbit_s < 5 * theory_mbit_s, _("cubic was to stay far below the rate of the link"));
	demo_expect(stage, bbr->mbit_s > 3 * cubic->mbit_s, _("bbr was to be several times as fast"));
}

static int play(struct demo_stage *stage)
{
	struct demo_stream cubic, bbr;
	struct link *link;
	int r;

	demo_step(stage, "cubic",
		  _("A link of 100 Mbit/s and 40 ms that loses one segment in a hundred, as radio does: not because it "
		    "is full. cubic, the usual control, takes each loss for a sign of a full queue and sends less:"));
	r = demo_link_open(stage, "rate=100Mbit/s rtt=40ms loss=1% seed=1", &link);
	if (r < 0)
		return r;
	r = measure(stage, link, "TCP_CONGESTION=cubic", &cubic);
	if (r == 0) {
		demo_step(stage, "bbr",
			  _("bbr looks at the rate at which acknowledgements come back and at the shortest round trip, "
			    "and paces its segments accordingly. A loss alone does not slow it down:"));
		r = measure(stage, link, "TCP_CONGESTION=bbr", &bbr);
	}
	if (r == 0)
		compare(stage, &cubic, &bbr);
	link_close(link);
	return r;
}

const struct demo demo_congestion = {
	.name = "congestion",
	.option = "TCP_CONGESTION",
	.summary = N_("cubic and bbr on a link that loses segments"),
	.claim = N_("where segments are lost without a full queue, bbr is several times as fast as cubic; it is the sender's "
		    "socket alone that chooses."),
	.lesson = N_("TCP_CONGESTION can be set a socket, on the side that sends. bbr repeats more, and takes its share from "
		     "others on a link where the loss does come from a full queue: measure on yours."),
	.alone = true,
	.play = play,
};
