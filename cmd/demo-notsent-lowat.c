/* SPDX-License-Identifier: MIT */
/* How much a program can have written that is still waiting on its own machine. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include <quantity.h>
#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	CHUNK = 4096,
	RATE_KIB_S = 1024, /* of the slow link that the text speaks of */
};

/** Writes as an event loop does: while poll says so. */
static int fill(int fd)
{
	static const char chunk[CHUNK];

	while (demo_wait(fd, POLLOUT, 50) & POLLOUT)
		if (send(fd, chunk, sizeof(chunk), MSG_DONTWAIT) < 0 && errno != EAGAIN)
			return -errno;
	return 0;
}

static int measure(struct demo_stage *stage, const char *option, int64_t *not_sent)
{
	struct demo_pair pair;
	char text[24], wait[24];
	int r = demo_pair_open(&pair);

	if (r < 0)
		return demo_stop(stage, "connect", r);
	if (option)
		r = demo_set(stage, pair.client, _("client"), option);
	if (r == 0) {
		r = fill(pair.client);
		*not_sent = demo_read(pair.client, "TCP_INFO", "tcpi_notsent_bytes");
		if (r < 0 || *not_sent < 0)
			r = demo_stop(stage, "send, TCP_INFO", r < 0 ? r : -ENOPROTOOPT);
	}
	demo_pair_close(&pair);
	if (r < 0)
		return r;
	demo_time_text((double)*not_sent / 1024 / RATE_KIB_S * 1000, wait, sizeof(wait));
	demo_line(stage, _("poll says: no more. Written, not sent: %s; at 1 MiB/s that is %s"),
		  quantity_bytes(*not_sent, text, sizeof(text)), wait);
	demo_count(stage, "not_sent", *not_sent);
	return 0;
}

static int play(struct demo_stage *stage)
{
	int64_t before = 0, after = 0;
	char texts[2][24];
	int r;

	demo_step(stage, "default",
		  _("A server writes to a slow reader whenever poll(2) says that it may. By default it may until the send buffer is full. "
		    "What is in there is no longer its own: a picture that the user has scrolled past is sent all the same, before what "
		    "is wanted now:"));
	r = measure(stage, NULL, &before);
	if (r < 0)
		return r;
	demo_step(stage, "lowat",
		  _("With TCP_NOTSENT_LOWAT poll says so only while less than half of that much waits to be sent. The rest stays in "
		    "the program, which can still change its mind:"));
	r = measure(stage, "TCP_NOTSENT_LOWAT=16384", &after);
	if (r < 0)
		return r;
	demo_bars(stage,
		  (const struct demo_bar[]){
			  { _("not sent: default"), (double)before, quantity_bytes(before, texts[0], sizeof(texts[0])) },
			  { "TCP_NOTSENT_LOWAT=16384", (double)after, quantity_bytes(after, texts[1], sizeof(texts[1])) } },
		  2);
	demo_expect(stage, after >= 0 && after * 4 < before, _("with the option far less was to wait unsent"));
	demo_expect(stage, after < 131072, _("with the option little more than the limit was to wait unsent"));
	return 0;
}

const struct demo demo_notsent_lowat = {
	.name = "notsent-lowat",
	.option = "TCP_NOTSENT_LOWAT",
	.summary = N_("how much that is written still waits on this machine"),
	.claim = N_("with TCP_NOTSENT_LOWAT poll lets a program write only while little waits unsent, whatever the send buffer could "
		    "take."),
	.lesson = N_("for servers that choose what to send next (HTTP/2, video, screens). The throughput stays: what is in flight is not "
		     "limited by it."),
	.play = play,
};
