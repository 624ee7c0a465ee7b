/* SPDX-License-Identifier: MIT */
/* Three ways to close with data on its way: in the background, with a time
 * limit, and with a reset. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <color.h>
#include <text.h>

#include "demo-net.h"
#include "demo.h"

struct closing {
	int64_t written, arrived;
	double took_ms;
	int error; /* with which reading ended; 0: the end of the data */
};

/** Writes to a peer that does not read until no more is taken. */
static int64_t fill(int fd)
{
	static const char zeros[65536];
	int64_t written = 0;
	ssize_t n;

	while ((n = send(fd, zeros, sizeof(zeros), MSG_DONTWAIT)) > 0)
		written += n;
	return written;
}

static int64_t read_to_end(int fd, int *error)
{
	static char buffer[65536];
	int64_t total = 0;
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		total += n;
	*error = n < 0 ? errno : 0;
	return total;
}

static void tell(const struct demo_stage *stage,
		 const struct closing *closing)
{
	char took[24];

	demo_line(stage, _("written %" PRId64 " KiB; close(2) returned after %s"),
		  closing->written / 1024,
		  demo_time_text(closing->took_ms, took, sizeof(took)));
	if (closing->error)
		demo_line(stage, _("the peer reads %" PRId64 " KiB, then %s%s%s"),
			  closing->arrived / 1024, color_out(COLOR_BAD),
			  strerrorname_np(closing->error), color_out(COLOR_OFF));
	else
		demo_line(stage, _("the peer reads %" PRId64 " KiB, then the end"),
			  closing->arrived / 1024);
	demo_count(stage, "written", closing->written);
	demo_count(stage, "arrived", closing->arrived);
	demo_time(stage, "close_us", closing->took_ms);
	demo_word(stage, "error",
		  closing->error ? strerrorname_np(closing->error) : NULL);
}

/** A connection with more written than the peer has read is closed; then the
 * peer reads. */
static int close_full(struct demo_stage *stage, const char *option,
		      struct closing *ret)
{
	struct demo_pair pair;
	double before;
	int r = demo_pair_open(&pair);

	if (r < 0)
		return demo_stop(stage, "connect", r);
	if (option)
		r = demo_set(stage, pair.client, _("client"), option);
	if (r == 0) {
		ret->written = fill(pair.client);
		before = demo_now_ms();
		close(pair.client);
		ret->took_ms = demo_now_ms() - before;
		pair.client = -1;
		ret->arrived = read_to_end(pair.server, &ret->error);
		tell(stage, ret);
	}
	demo_pair_close(&pair);
	return r;
}

static void draw(const struct demo_stage *stage,
		 const struct closing *closings)
{
	const char *const labels[] = { _("written"), _("arrived: default"),
				       _("arrived: SO_LINGER=on:1s"),
				       _("arrived: SO_LINGER=on:0s") };
	struct demo_bar bars[4];
	char texts[4][24];

	for (int i = 0; i < 4; i++) {
		int64_t bytes = i == 0 ? closings[2].written : closings[i - 1].arrived;

		snprintf(texts[i], sizeof(texts[i]), "%" PRId64 " KiB", bytes / 1024);
		bars[i] = (struct demo_bar){ labels[i], (double)bytes, texts[i] };
	}
	demo_bars(stage, bars, 4);
}

static void judge(struct demo_stage *stage, const struct closing *closings)
{
	demo_expect(
		stage,
		closings[0].took_ms < 500 && closings[0].arrived == closings[0].written,
		_("by default close was to return at once and all data to arrive"));
	demo_expect(stage, closings[1].took_ms > 900,
		    _("close was to wait one second"));
	demo_expect(stage, closings[1].arrived == closings[1].written,
		    _("all data was to arrive after the time limit as well"));
	demo_expect(stage,
		    closings[2].error == ECONNRESET &&
			    closings[2].arrived < closings[2].written,
		    _("with a time of zero data was to be lost, and the peer to see "
		      "ECONNRESET"));
}

static int play(struct demo_stage *stage)
{
	struct closing closings[3] = { 0 };
	int r;

	demo_step(stage, "default",
		  _("A client writes as much as the kernel takes to a server that is "
		    "not reading yet, and closes. By default close "
		    "returns at once; the kernel delivers the rest in the "
		    "background, and the client never learns whether it "
		    "arrived."));
	r = close_full(stage, NULL, &closings[0]);
	if (r < 0)
		return r;
	demo_step(stage, "on:1s",
		  _("The same with SO_LINGER on and one second. Now close waits "
		    "until the peer has acknowledged all, at most one "
		    "second. Here the time runs out: close still says nothing of it, "
		    "and the rest is still delivered when the "
		    "server reads."));
	r = close_full(stage, "SO_LINGER=on:1s", &closings[1]);
	if (r < 0)
		return r;
	demo_step(stage, "on:0s",
		  _("The same with a time of zero. This is no quick close, it is "
		    "another one: what was not sent yet is thrown away, "
		    "and the peer gets a reset instead of the end of the data:"));
	r = close_full(stage, "SO_LINGER=on:0s", &closings[2]);
	if (r < 0)
		return r;
	draw(stage, closings);
	judge(stage, closings);
	return 0;
}

const struct demo demo_linger = {
	.name = "linger",
	.option = "SO_LINGER",
	.summary =
		N_("three ways to close: in the background, timed, with a reset"),
	.claim = N_("close returns at once and the data arrives all the same; "
		    "SO_LINGER with a time makes close wait; with a time "
		    "of zero data is lost."),
	.lesson = N_("to know that all has arrived, let the peer say so: "
		     "shutdown(2) for writing, then read until its answer or its "
		     "end. Never set a time of zero to be rid of TIME_WAIT."),
	.play = play,
};
