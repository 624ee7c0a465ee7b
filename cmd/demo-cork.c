/* SPDX-License-Identifier: MIT */
/* Many small writes and how many segments they become. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include <sockopt.h>
#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	N_WRITES = 10,
	PART = 100,
};

static int write_parts(const struct demo_pair *pair, int count)
{
	char part[PART] = { 0 };

	for (int i = 0; i < count; i++)
		if (send(pair->client, part, sizeof(part), 0) != PART)
			return -errno;
	return 0;
}

/** How many segments with data the client has sent. */
static int64_t segments(const struct demo_pair *pair)
{
	return demo_read(pair->client, "TCP_INFO", "tcpi_data_segs_out");
}

static int without(struct demo_stage *stage, const struct demo_pair *pair,
		   int64_t *count)
{
	int64_t before = segments(pair);
	int r = write_parts(pair, N_WRITES);

	if (r < 0)
		return demo_stop(stage, "send", r);
	*count = segments(pair) - before;
	demo_line(stage, _("%d writes of %d bytes; segments sent: %" PRId64),
		  N_WRITES, PART, *count);
	demo_count(stage, "segments", *count);
	return 0;
}

static int with(struct demo_stage *stage, const struct demo_pair *pair,
		int64_t *count)
{
	int64_t before = segments(pair), corked;
	int r = demo_set(stage, pair->client, _("client"), "TCP_CORK=on");

	if (r < 0)
		return r;
	r = write_parts(pair, N_WRITES);
	if (r < 0)
		return demo_stop(stage, "send", r);
	corked = segments(pair) - before;
	demo_line(stage, _("%d writes of %d bytes; segments sent: %" PRId64),
		  N_WRITES, PART, corked);
	r = demo_set(stage, pair->client, _("client"), "TCP_CORK=off");
	if (r < 0)
		return r;
	*count = segments(pair) - before;
	demo_line(stage, _("the cork is out; segments sent: %" PRId64), *count);
	demo_count(stage, "segments_corked", corked);
	demo_count(stage, "segments", *count);
	demo_expect(stage, corked == 0, _("nothing was to be sent under the cork"));
	return 0;
}

/** The cork that nobody pulls. */
static int forgotten(struct demo_stage *stage, const struct demo_pair *pair)
{
	static char buffer[65536];
	double before, took;
	char text[24];
	bool came;
	int r;

	demo_step(stage, "forgotten",
		  _("The mistake is to forget the cork. What does not fill a segment "
		    "waits for more, and the kernel lets it go after "
		    "a while by itself, at each message:"));
	while (recv(pair->server, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
	r = demo_set(stage, pair->client, _("client"), "TCP_CORK=on");
	if (r < 0)
		return r;
	before = demo_now_ms();
	r = write_parts(pair, 1);
	if (r < 0)
		return demo_stop(stage, "send", r);
	came = demo_wait(pair->server, POLLIN, 3000) != 0;
	took = demo_now_ms() - before;
	demo_time_text(took, text, sizeof(text));
	demo_line(stage,
		  came ? _("%d bytes arrive after %s") : _("%d bytes do not arrive within %s"),
		  PART, text);
	demo_time(stage, "took_us", took);
	demo_expect(stage, came && took > 100,
		    _("a forgotten cork was to cost more than 100 ms"));
	return 0;
}

static int play_with(struct demo_stage *stage, const struct demo_pair *pair)
{
	int64_t counts[2] = { 0 };
	char texts[2][16];
	int r;

	demo_step(stage, "nodelay",
		  _("A program writes an answer in ten small parts. With TCP_NODELAY "
		    "each goes out at once, as a segment with headers of "
		    "its own, which the peer has to take up one by one:"));
	r = demo_set(stage, pair->client, _("client"), "TCP_NODELAY=on");
	if (r == 0)
		r = without(stage, pair, &counts[0]);
	if (r < 0)
		return r;
	demo_step(stage, "cork",
		  _("The same under TCP_CORK: only full segments leave, until the "
		    "cork is pulled."));
	r = with(stage, pair, &counts[1]);
	if (r == 0)
		r = forgotten(stage, pair);
	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++)
		snprintf(texts[i], sizeof(texts[i]), "%" PRId64, counts[i]);
	demo_bars(stage,
		  (const struct demo_bar[]){
			  { _("segments: TCP_NODELAY"), (double)counts[0], texts[0] },
			  { _("segments: TCP_CORK"), (double)counts[1], texts[1] } },
		  2);
	demo_expect(stage, counts[0] == N_WRITES,
		    _("with TCP_NODELAY each write was to be a segment"));
	demo_expect(stage, counts[1] == 1,
		    _("with TCP_CORK all writes were to be one segment"));
	return 0;
}

static int play(struct demo_stage *stage)
{
	return demo_with_pair(stage, play_with);
}

const struct demo demo_cork = {
	.name = "cork",
	.option = "TCP_CORK",
	.summary =
		N_("ten small writes in one segment, and a cork that is forgotten"),
	.claim = N_("ten small writes are ten segments with TCP_NODELAY and one "
		    "under TCP_CORK; a cork that nobody pulls delays data "
		    "by some 200 ms."),
	.lesson = N_("cork, write head and body, uncork. MSG_MORE on each send but "
		     "the last does the same and cannot be forgotten."),
	.play = play,
};
