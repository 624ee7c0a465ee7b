/* SPDX-License-Identifier: MIT */
/* Memory that is sent as it lies there: whose it is until the kernel says that it is done. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
/* After time.h, whose struct timespec it needs. */
#include <linux/errqueue.h>

#include <text.h>
#include <tidy.h>

#include "demo-wire.h"

enum {
	QUEUED = 64 * 1024, /* more than the receiver takes before it reads */
	BYTES = 16 * 1024,
	N_SENDS = 10,
	N_WAYS = 2,
	OPTMEM = 512,
};

/** What the error queue said. */
struct notices {
	unsigned int messages, sends, copied; /* copied: of the sends */
};

struct outcome {
	unsigned int as_sent, as_written_later; /* bytes that arrived so */
	struct notices early, late;             /* before and after the receiver read */
};

static char memory[BYTES] __attribute__((aligned(4096)));

/** What came so far is added up. A notification is of a range of sends. */
static void take_notices(int fd, struct notices *notices)
{
	union {
		struct cmsghdr header;
		char space[OPTMEM];
	} control;
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };

	while (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0) {
		for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
			struct sock_extended_err error;

			memcpy(&error, CMSG_DATA(at), sizeof(error));
			if (at->cmsg_level != IPPROTO_IP || at->cmsg_type != IP_RECVERR ||
			    error.ee_origin != SO_EE_ORIGIN_ZEROCOPY)
				continue;
			notices->messages++;
			notices->sends += error.ee_data - error.ee_info + 1;
			if (error.ee_code & SO_EE_CODE_ZEROCOPY_COPIED)
				notices->copied += error.ee_data - error.ee_info + 1;
		}
		message.msg_controllen = sizeof(control);
	}
}

/** Until all are done, or a second long. */
static void wait_for_notices(int fd, unsigned int sends, struct notices *notices)
{
	double end = demo_now_ms() + 1000;

	for (take_notices(fd, notices); notices->sends < sends && demo_now_ms() < end; take_notices(fd, notices))
		demo_wait(fd, 0, 100);
}

/** A connection whose receiver takes little before it reads. */
static int open_narrow(struct demo_pair *pair)
{
	struct sockaddr_in address = demo_loopback();
	autoclose int listener = demo_bind(SOCK_STREAM, &address, "SO_RCVBUF=16KiB");

	*pair = DEMO_NO_PAIR;
	if (listener < 0)
		return listener;
	pair->client = demo_connect(&address, "SO_SNDBUF=128KiB");
	if (pair->client < 0)
		return pair->client;
	pair->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return pair->server < 0 ? -errno : 0;
}

/** Reads all; what comes after the bytes that only fill the queue is counted. */
static int read_all(int fd, struct outcome *outcome)
{
	char data[4096];

	for (size_t sum = 0; sum < QUEUED + BYTES;) {
		ssize_t n = demo_wait(fd, POLLIN, 3000) ? recv(fd, data, sizeof(data), MSG_DONTWAIT) : 0;

		if (n <= 0)
			return n < 0 ? -errno : -ETIMEDOUT;
		for (ssize_t i = 0; i < n; i++, sum++) {
			outcome->as_sent += sum >= QUEUED && data[i] == 'A';
			outcome->as_written_later += sum >= QUEUED && data[i] == 'B';
		}
	}
	return 0;
}

static int send_whole(int fd, const char *data, size_t size, int flags)
{
	ssize_t n = send(fd, data, size, flags | MSG_DONTWAIT);

	return n < 0 ? -errno : n == (ssize_t)size ? 0 :
						     -ENOBUFS;
}

/** Sends A, and writes B into the same memory while what was sent still waits for its turn. */
static int overwrite(struct demo_stage *stage, const struct demo_pair *pair, struct outcome *ret)
{
	static const char queued[QUEUED];
	struct outcome outcome = { 0 };
	int r;

	memset(memory, 'A', sizeof(memory));
	r = send_whole(pair->client, queued, sizeof(queued), 0);
	if (r == 0)
		r = send_whole(pair->client, memory, sizeof(memory), MSG_ZEROCOPY);
	if (r < 0)
		return demo_stop(stage, "send", r);
	take_notices(pair->client, &outcome.early);
	memset(memory, 'B', sizeof(memory));
	r = read_all(pair->server, &outcome);
	if (r < 0)
		return demo_stop(stage, "recv", r);
	*ret = outcome;
	return 0;
}

static void tell(const struct demo_stage *stage, const struct outcome *outcome)
{
	demo_line(stage, _("sent: %d bytes of A; then B is written into the memory"), BYTES);
	demo_line(stage, _("arrived: %u of A, %u of B"), outcome->as_sent, outcome->as_written_later);
	demo_line(stage, _("notifications: %u before the receiver read, %u after"), outcome->early.messages,
		  outcome->late.messages);
	demo_count(stage, "as_sent", outcome->as_sent);
	demo_count(stage, "as_written_later", outcome->as_written_later);
	demo_count(stage, "notifications_early", outcome->early.messages);
	demo_count(stage, "notifications", outcome->late.messages);
}

static int without(struct demo_stage *stage, const struct demo_pair *pair, struct outcome *outcome)
{
	int r;

	demo_step(stage, "flag alone",
		  _("A program sends 16 KiB with MSG_ZEROCOPY, but without the option. The receiver is slow, so the bytes wait in the "
		    "send queue. The program uses its memory again at once:"));
	r = overwrite(stage, pair, outcome);
	if (r < 0)
		return r;
	take_notices(pair->client, &outcome->late);
	tell(stage, outcome);
	demo_expect(stage, outcome->as_sent == BYTES, _("without the option the bytes were to arrive as they were sent"));
	demo_expect(stage, outcome->late.messages == 0, _("without the option no notification was to come"));
	return 0;
}

static int with(struct demo_stage *stage, const struct demo_pair *pair, struct outcome *outcome)
{
	int r;

	demo_step(stage, "zerocopy",
		  _("With SO_ZEROCOPY the flag counts: what waits in the queue is the program's memory itself, not a copy. The same "
		    "mistake again:"));
	r = demo_set(stage, pair->client, _("sender"), "SO_ZEROCOPY=on");
	if (r == 0)
		r = overwrite(stage, pair, outcome);
	if (r < 0)
		return r;
	wait_for_notices(pair->client, 1, &outcome->late);
	tell(stage, outcome);
	demo_expect(stage, outcome->as_written_later == BYTES,
		    _("with the option what was written later was to arrive in place of what was sent"));
	demo_expect(stage, outcome->early.messages == 0 && outcome->late.sends == 1,
		    _("the notification was to come only when the bytes had left the queue"));
	return 0;
}

static int send_many(struct demo_stage *stage, const struct demo_pair *pair, const char *key, const char *text)
{
	struct notices notices = { 0 };
	int r;

	demo_step(stage, key, text);
	r = demo_set(stage, pair->client, _("sender"), "SO_ZEROCOPY=on");
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < N_SENDS; i++) {
		char data[BYTES];

		r = send_whole(pair->client, memory, sizeof(memory), MSG_ZEROCOPY);
		if (r == 0 && recv(pair->server, data, sizeof(data), MSG_WAITALL) != sizeof(data))
			r = -EIO;
		if (r < 0)
			return demo_stop(stage, "send, recv", r);
	}
	wait_for_notices(pair->client, N_SENDS, &notices);
	demo_line(stage, _("%d sends; done: %u, in %u notifications; copied after all: %u"), N_SENDS, notices.sends, notices.messages,
		  notices.copied);
	demo_count(stage, "sends", N_SENDS);
	demo_count(stage, "done", notices.sends);
	demo_count(stage, "copied", notices.copied);
	demo_expect(stage, notices.sends == N_SENDS, _("each send was to be told to be done, once"));
	demo_expect(stage, notices.copied == N_SENDS, _("what stays in this machine was to be copied after all"));
	return 0;
}

static void draw(const struct demo_stage *stage, const struct outcome *outcomes)
{
	const char *const labels[N_WAYS] = { _("as sent: flag alone"), _("as sent: SO_ZEROCOPY") };
	struct demo_bar bars[N_WAYS];
	char texts[N_WAYS][24];

	for (int i = 0; i < N_WAYS; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%u B", outcomes[i].as_sent);
		bars[i] = (struct demo_bar){ labels[i], outcomes[i].as_sent, texts[i] };
	}
	demo_bars(stage, bars, N_WAYS);
}

static int on_loopback(struct demo_stage *stage)
{
	struct outcome outcomes[N_WAYS] = { 0 };
	struct demo_pair pair;
	int r = open_narrow(&pair);

	if (r < 0)
		r = demo_stop(stage, "listen, connect", r);
	if (r == 0)
		r = without(stage, &pair, &outcomes[0]);
	if (r == 0)
		r = with(stage, &pair, &outcomes[1]);
	demo_pair_close(&pair);
	if (r < 0)
		return r;
	draw(stage, outcomes);
	r = demo_pair_open(&pair);
	r = r < 0 ? demo_stop(stage, "listen, connect", r) :
		    send_many(stage, &pair, "loopback",
			      _("Each notification also says whether a copy was spared. Over the loopback it was not: before bytes "
				"are given to a receiver in the same machine the kernel copies them, since it cannot know for how long "
				"that one keeps them:"));
	demo_pair_close(&pair);
	return r;
}

static int over_cable(struct demo_stage *stage)
{
	struct arena_hosts hosts = ARENA_NO_HOSTS;
	struct demo_pair pair = DEMO_NO_PAIR;
	int r = demo_two_hosts(stage, &hosts);

	if (r == 0)
		r = demo_across(stage, &hosts, &pair);
	if (r == 0)
		r = send_many(stage, &pair, "cable",
			      _("The same over a virtual cable to another network namespace, as containers have it. That is no other "
				"machine either:"));
	demo_pair_close(&pair);
	arena_hosts_close(&hosts);
	return r;
}

static int play(struct demo_stage *stage)
{
	int r = on_loopback(stage);

	return r == 0 ? over_cable(stage) : r;
}

const struct demo demo_zerocopy = {
	.name = "zerocopy",
	.option = "SO_ZEROCOPY",
	.summary = N_("memory that is sent without a copy, and whose it is meanwhile"),
	.claim = N_("with SO_ZEROCOPY and MSG_ZEROCOPY the kernel sends the program's memory itself: what is written into it before the "
		    "notification may be what arrives; within one machine it is copied after all."),
	.lesson = N_("leave the memory alone until the error queue says that the send is done. It pays over a network card and from "
		     "about 10 kB a send; if the notifications say copied, as here, turn it off: it then costs more than it spares."),
	.alone = true,
	.play = play,
};
