/* SPDX-License-Identifier: MIT */
/* From how many bytes on a reader is woken. */

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include <text.h>

#include "demo-net.h"
#include "demo.h"

enum {
	N_MESSAGES = 100,
	MESSAGE = 100,
	REST = 50,
};

/** Sends messages; after each the reader looks whether it is called, and then
 * reads all. @return how often */
static int count_wakeups(const struct demo_pair *pair)
{
	char message[MESSAGE] = { 0 };
	static char buffer[N_MESSAGES * MESSAGE];
	int wakeups = 0;

	for (int i = 0; i < N_MESSAGES; i++) {
		if (send(pair->client, message, sizeof(message), 0) != MESSAGE)
			return -errno;
		if (demo_wait(pair->server, POLLIN, 0)) {
			wakeups++;
			if (recv(pair->server, buffer, sizeof(buffer), MSG_DONTWAIT) < 0)
				return -errno;
		}
	}
	return wakeups;
}

static int measure(struct demo_stage *stage, const struct demo_pair *pair,
		   int *wakeups)
{
	*wakeups = count_wakeups(pair);
	if (*wakeups < 0)
		return demo_stop(stage, "send", *wakeups);
	demo_line(stage, _("%d messages of %d bytes: the reader is woken %d times"),
		  N_MESSAGES, MESSAGE, *wakeups);
	demo_count(stage, "wakeups", *wakeups);
	return 0;
}

/** What is less than the limit stays where it is. */
static int leave_a_rest(struct demo_stage *stage,
			const struct demo_pair *pair)
{
	char rest[REST] = { 0 };
	bool called;
	ssize_t got;

	demo_step(stage, "rest",
		  _("The price: a rest that is smaller wakes nobody, until more "
		    "comes or the connection ends. It is there, though, "
		    "for who reads without being called:"));
	if (send(pair->client, rest, sizeof(rest), 0) != REST)
		return demo_stop(stage, "send", -errno);
	called = demo_wait(pair->server, POLLIN, 200) != 0;
	demo_line(stage,
		  called ? _("%d bytes sent; poll: readable") : _("%d bytes sent; poll after 200 ms: nothing"),
		  REST);
	got = recv(pair->server, rest, sizeof(rest), MSG_DONTWAIT);
	demo_line(stage, _("recv without waiting: %zd bytes"), got);
	demo_word(stage, "poll", called ? "readable" : "nothing");
	demo_count(stage, "bytes", got);
	demo_expect(stage, !called && got == REST,
		    _("a rest below the limit was to wake nobody, and to be there"));
	return 0;
}

static int play_with(struct demo_stage *stage, const struct demo_pair *pair)
{
	int before = 0, after = 0, r;
	char texts[2][16];

	demo_step(stage, "default",
		  _("A client sends 100 messages of 100 bytes; the server waits in "
		    "poll(2) and reads what is there. By default one "
		    "byte is enough to wake it:"));
	/* Else Nagle's algorithm would make fewer messages of them. */
	r = demo_set(stage, pair->client, _("client"), "TCP_NODELAY=on");
	if (r == 0)
		r = measure(stage, pair, &before);
	if (r < 0)
		return r;
	demo_step(stage, "lowat",
		  _("The same with SO_RCVLOWAT: it is woken from 1000 bytes on, "
		    "where its work is worth it."));
	r = demo_set(stage, pair->server, _("server"), "SO_RCVLOWAT=1000");
	if (r == 0)
		r = measure(stage, pair, &after);
	if (r == 0)
		r = leave_a_rest(stage, pair);
	if (r < 0)
		return r;
	snprintf(texts[0], sizeof(texts[0]), "%d", before);
	snprintf(texts[1], sizeof(texts[1]), "%d", after);
	demo_bars(stage,
		  (const struct demo_bar[]){
			  { _("woken: default"), before, texts[0] },
			  { _("woken: SO_RCVLOWAT=1000"), after, texts[1] } },
		  2);
	demo_expect(stage, before == N_MESSAGES,
		    _("by default each message was to wake the reader"));
	demo_expect(stage, after <= N_MESSAGES / 10 && after > 0,
		    _("with the option every tenth message was to wake it"));
	return 0;
}

static int play(struct demo_stage *stage)
{
	return demo_with_pair(stage, play_with);
}

const struct demo demo_lowat = {
	.name = "lowat",
	.option = "SO_RCVLOWAT",
	.summary = N_("from how many bytes on a reader is woken"),
	.claim = N_("SO_RCVLOWAT lets a reader sleep until so many bytes are "
		    "there; less than that wakes nobody."),
	.lesson = N_("good for records of a known length. Set it to what is still "
		     "missing of the record, never to more than will "
		     "come."),
	.play = play,
};
