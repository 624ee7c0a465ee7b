/* SPDX-License-Identifier: MIT */
/* Many datagrams a system call: cut by the kernel on the way out, joined on the way in. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <sockopt.h>
#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

enum {
	N_DATAGRAMS = 10,
	DATAGRAM = 1000,
	N_WAYS = 3,
};

struct calls {
	int sends, receives, datagrams;
};

struct ends {
	int sender, receiver;
	struct sockaddr_in to;
};

static int send_all(const struct ends *ends, bool at_once)
{
	static const char data[N_DATAGRAMS * DATAGRAM];
	size_t size = at_once ? sizeof(data) : DATAGRAM;
	int sends = 0;

	for (size_t sent = 0; sent < sizeof(data); sent += size, sends++)
		if (sendto(ends->sender, data, size, 0, (const struct sockaddr *)&ends->to, sizeof(ends->to)) < 0)
			return -errno;
	return sends;
}

/** The size of the datagrams that were joined to what was received; 0: it is one. */
static int joined_size(struct msghdr *message, const struct sockopt_option *gro)
{
	int size = 0;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at))
		if (at->cmsg_level == IPPROTO_UDP && at->cmsg_type == gro->number)
			memcpy(&size, CMSG_DATA(at), sizeof(size));
	return size;
}

static void receive_all(int fd, struct calls *calls)
{
	static char data[N_DATAGRAMS * DATAGRAM];
	const struct sockopt_option *gro = sockopt_find("UDP_GRO");

	while (gro && demo_wait(fd, POLLIN, calls->datagrams < N_DATAGRAMS ? 1000 : 0)) {
		union {
			struct cmsghdr header;
			char space[CMSG_SPACE(64)];
		} control;
		struct iovec part = { data, sizeof(data) };
		struct msghdr message = {
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);
		int size = n > 0 ? joined_size(&message, gro) : 0;

		if (n <= 0)
			return;
		calls->receives++;
		calls->datagrams += size > 0 ? (int)(n / size) : 1;
	}
}

static int measure(struct demo_stage *stage, const struct ends *ends, bool at_once, struct calls *ret)
{
	struct calls calls = { .sends = send_all(ends, at_once) };

	if (calls.sends < 0)
		return demo_stop(stage, "sendto", calls.sends);
	receive_all(ends->receiver, &calls);
	demo_line(stage, _("%d datagrams of %d bytes; calls of sendto: %d, of recvmsg: %d"), calls.datagrams, DATAGRAM, calls.sends,
		  calls.receives);
	demo_count(stage, "datagrams", calls.datagrams);
	demo_count(stage, "sends", calls.sends);
	demo_count(stage, "receives", calls.receives);
	demo_expect(stage, calls.datagrams == N_DATAGRAMS, _("all datagrams were to arrive, each with its own size"));
	*ret = calls;
	return 0;
}

static int play_with(struct demo_stage *stage, const struct ends *ends, struct calls *calls)
{
	int r;

	demo_step(stage, "plain",
		  _("Ten datagrams of 1000 bytes, as QUIC or a video stream sends them by the thousand. Each costs a system call and a "
		    "walk through the network stack, here and there:"));
	r = measure(stage, ends, false, &calls[0]);
	if (r < 0)
		return r;
	demo_step(stage, "segment",
		  _("With UDP_SEGMENT the sender hands over all ten in one buffer and says where to cut. On the wire they are ten "
		    "datagrams, as before:"));
	r = demo_set(stage, ends->sender, _("sender"), "UDP_SEGMENT=1000");
	if (r == 0)
		r = measure(stage, ends, true, &calls[1]);
	if (r < 0)
		return r;
	demo_step(stage, "gro",
		  _("With UDP_GRO the receiver gets them joined again, with a control message that tells the size of each:"));
	r = demo_set(stage, ends->receiver, _("receiver"), "UDP_GRO=on");
	return r == 0 ? measure(stage, ends, true, &calls[2]) : r;
}

static void draw(struct demo_stage *stage, const struct calls *calls)
{
	const char *const labels[N_WAYS] = { _("calls: plain"), _("calls: UDP_SEGMENT"), _("calls: and UDP_GRO") };
	struct demo_bar bars[N_WAYS];
	char texts[N_WAYS][16];

	for (int i = 0; i < N_WAYS; i++) {
		int sum = calls[i].sends + calls[i].receives;

		snprintf(texts[i], sizeof(texts[i]), "%d", sum);
		bars[i] = (struct demo_bar){ labels[i], sum, texts[i] };
	}
	demo_bars(stage, bars, N_WAYS);
	demo_expect(stage, calls[0].sends == N_DATAGRAMS && calls[0].receives == N_DATAGRAMS,
		    _("without the options each datagram was to be a call"));
	demo_expect(stage, calls[1].sends == 1 && calls[1].receives == N_DATAGRAMS,
		    _("with UDP_SEGMENT one call was to send ten datagrams"));
	demo_expect(stage, calls[2].sends == 1 && calls[2].receives < N_DATAGRAMS,
		    _("with UDP_GRO fewer calls were to receive them"));
}

static int play(struct demo_stage *stage)
{
	struct ends ends = { .to = demo_loopback() };
	struct sockaddr_in from = demo_loopback();
	struct calls calls[N_WAYS] = { 0 };
	int r;

	ends.receiver = demo_bind(SOCK_DGRAM, &ends.to, NULL);
	ends.sender = demo_bind(SOCK_DGRAM, &from, NULL);
	if (ends.receiver < 0 || ends.sender < 0)
		r = demo_stop(stage, "bind", ends.receiver < 0 ? ends.receiver : ends.sender);
	else
		r = play_with(stage, &ends, calls);
	tidy_close(&ends.receiver);
	tidy_close(&ends.sender);
	if (r == 0)
		draw(stage, calls);
	return r;
}

const struct demo demo_udp_gso = {
	.name = "udp-gso",
	.option = "UDP_SEGMENT",
	.summary = N_("ten datagrams in one system call, out and in"),
	.claim = N_("with UDP_SEGMENT one call sends many datagrams, and with UDP_GRO one call receives them; each is still a datagram "
		    "of its own."),
	.lesson = N_("for senders of many datagrams to one peer. The size must leave room for the headers within the MTU; a receiver "
		     "with UDP_GRO needs a large buffer and has to read the control message."),
	.play = play,
};
