/* SPDX-License-Identifier: MIT */
/* How long a read waits: forever, or so long; and what the limit is not. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <color.h>
#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	PATIENCE_MS = 1000,
	N_BYTES = 10,
	EACH_MS = 100, /* below the limit of 200 ms */
	POLL_MS = 500,
};

/** A child that reads from the silent peer; it is ended after a while. */
static int without(struct demo_stage *stage, const struct demo_pair *pair)
{
	pid_t child;
	bool waits;

	demo_step(stage, "without",
		  _("A process reads from a peer that says nothing. No error comes, "
		    "and no end: by default a read waits forever."));
	fflush(stdout);
	child = fork();
	if (child < 0)
		return demo_stop(stage, "fork", -errno);
	if (child == 0) {
		char byte;

		_exit(recv(pair->client, &byte, 1, 0) < 0 ? 1 : 0);
	}
	demo_sleep_ms(PATIENCE_MS);
	waits = waitpid(child, NULL, WNOHANG) == 0;
	if (waits) {
		if (kill(child, SIGKILL) == 0)
			waitpid(child, NULL, 0);
	}
	demo_line(stage,
		  waits ? _("recv after %d ms: still waiting, so we end the process") : _("recv ended within %d ms"),
		  PATIENCE_MS);
	demo_word(stage, "state", waits ? "waiting" : "ended");
	demo_expect(stage, waits, _("without a limit recv was to wait"));
	return 0;
}

static int with(struct demo_stage *stage, const struct demo_pair *pair,
		double *took)
{
	char byte, text[24];
	double before;
	int error = 0, r;

	demo_step(stage, "with", _("The same with SO_RCVTIMEO:"));
	r = demo_set(stage, pair->client, _("client"), "SO_RCVTIMEO=200ms");
	if (r < 0)
		return r;
	before = demo_now_ms();
	if (recv(pair->client, &byte, 1, 0) < 0)
		error = errno;
	*took = demo_now_ms() - before;
	demo_line(stage, _("recv after %s: %s%s%s"),
		  demo_time_text(*took, text, sizeof(text)), color_out(COLOR_BAD),
		  error ? strerrorname_np(error) : "0", color_out(COLOR_OFF));
	demo_time(stage, "took_us", *took);
	demo_word(stage, "error", error ? strerrorname_np(error) : NULL);
	demo_expect(stage, error == EAGAIN && *took > 150 && *took < 2000,
		    _("recv was to fail with EAGAIN after 200 ms"));
	return 0;
}

/** A peer that is slow, and never silent for long. */
static int trickle(struct demo_stage *stage, const struct demo_pair *pair,
		   double *took)
{
	int got = 0;
	char text[24];
	double before = demo_now_ms();
	pid_t child;

	demo_step(stage, "trickle",
		  _("But it limits one silence, not a whole answer. This peer sends "
		    "ten bytes, one each 100 ms; each recv begins a "
		    "new wait, and none takes 200 ms:"));
	fflush(stdout);
	child = fork();
	if (child < 0)
		return demo_stop(stage, "fork", -errno);
	if (child == 0) {
		for (int i = 0; i < N_BYTES; i++) {
			demo_sleep_ms(EACH_MS);
			if (send(pair->server, ".", 1, 0) != 1)
				_exit(1);
		}
		_exit(0);
	}
	for (char byte; got < N_BYTES && recv(pair->client, &byte, 1, 0) == 1;)
		got++;
	*took = demo_now_ms() - before;
	waitpid(child, NULL, 0);
	demo_line(stage, _("%d bytes after %s, without an error"), got,
		  demo_time_text(*took, text, sizeof(text)));
	demo_count(stage, "bytes", got);
	demo_time(stage, "took_us", *took);
	demo_expect(stage, *took > 900 || got < N_BYTES,
		    _("ten bytes were to take longer than the limit"));
	return got;
}

static void poll_ignores(struct demo_stage *stage, const struct demo_pair *pair,
			 double *took)
{
	char text[24];
	double before;

	demo_step(stage, "poll",
		  _("And it is for calls that block in the socket. poll(2), asked to "
		    "wait 500 ms, knows nothing of it:"));
	before = demo_now_ms();
	demo_wait(pair->client, POLLIN, POLL_MS);
	*took = demo_now_ms() - before;
	demo_line(stage, _("poll after %s: nothing came"),
		  demo_time_text(*took, text, sizeof(text)));
	demo_time(stage, "took_us", *took);
	demo_expect(stage, *took > POLL_MS - 50, _("poll was to wait its own time"));
}

static void draw(const struct demo_stage *stage, const double *took)
{
	const char *const labels[] = { _("one recv, silent peer"),
				       _("an answer, slow peer"), _("poll of 500 ms") };
	struct demo_bar bars[3];
	char texts[3][24];

	for (int i = 0; i < 3; i++)
		bars[i] =
			(struct demo_bar){ labels[i], took[i],
					   demo_time_text(took[i], texts[i], sizeof(texts[i])) };
	demo_bars(stage, bars, 3);
}

static int play_with(struct demo_stage *stage, const struct demo_pair *pair)
{
	double took[3] = { 0 };
	int got, r = without(stage, pair);

	if (r == 0)
		r = with(stage, pair, &took[0]);
	if (r < 0)
		return r;
	/* A machine that is busy may let a byte come too late: that is no proof
   * against the claim. */
	got = trickle(stage, pair, &took[1]);
	if (got < 0)
		return got;
	poll_ignores(stage, pair, &took[2]);
	draw(stage, took);
	return 0;
}

static int play(struct demo_stage *stage)
{
	return demo_with_pair(stage, play_with);
}

const struct demo demo_rcvtimeo = {
	.name = "rcvtimeo",
	.option = "SO_RCVTIMEO",
	.summary = N_("how long a read waits, and what the limit does not cover"),
	.claim = N_("a read waits forever; with SO_RCVTIMEO it fails with EAGAIN, "
		    "but only if the peer is silent for so long, and "
		    "poll does not know of it."),
	.lesson =
		N_("SO_RCVTIMEO is for simple programs that block. For a limit of a "
		   "whole answer keep a deadline of your own, and "
		   "set what is left of it before each call, or give it to poll."),
	.play = play,
};
