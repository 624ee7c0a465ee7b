/* SPDX-License-Identifier: MIT */
/* When a datagram left and arrived, told by the kernel and not by the clock of who reads late. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <text.h>
#include <tidy.h>

#include "demo-net.h"
#include "demo.h"

enum { BUSY_MS = 50 };

/** Milliseconds of the clock that the stamps are of. */
static double clock_ms(const struct timespec *time)
{
	return (double)time->tv_sec * 1e3 + (double)time->tv_nsec / 1e6;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return clock_ms(&now);
}

/** The software stamp that comes with a datagram, or with its echo in the error queue. @return -1: none */
static double stamp(int fd, int flags)
{
	char data[64];
	union {
		struct cmsghdr header;
		char space[512];
	} control;
	struct iovec part = { data, sizeof(data) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	demo_wait(fd, flags & MSG_ERRQUEUE ? 0 : POLLIN, 1000);
	if (recvmsg(fd, &message, flags | MSG_DONTWAIT) < 0)
		return -1;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
		struct timespec stamps[3]; /* software, unused, hardware */

		if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_TIMESTAMPING)
			continue;
		memcpy(stamps, CMSG_DATA(at), sizeof(stamps));
		return clock_ms(&stamps[0]);
	}
	return -1;
}

/** The kernel begins to take times of arrival a little after somebody has asked for them. */
static int wait_for_stamps(int sender, int receiver, const struct sockaddr_in *to)
{
	bool stamped = false;

	for (int tries = 0; !stamped; tries++) {
		if (tries > 100)
			return -ENODATA;
		if (sendto(sender, "?", 1, 0, (const struct sockaddr *)to, sizeof(*to)) != 1)
			return -errno;
		stamped = stamp(receiver, 0) >= 0;
		stamp(sender, MSG_ERRQUEUE);
		demo_sleep_ms(10);
	}
	return 0;
}

static void put_time(const struct demo_stage *stage, const char *what, const char *key, double ms)
{
	char text[24];

	demo_line(stage, "%12s  %s", demo_time_text(ms, text, sizeof(text)), what);
	demo_time(stage, key, ms);
}

static int play_with(struct demo_stage *stage, int sender, int receiver, const struct sockaddr_in *to)
{
	double call, left, arrived, read;
	int r;

	demo_step(stage, "options",
		  _("A sender and a receiver of datagrams. Both ask for the times that the kernel takes: of leaving, of arriving."));
	r = demo_set(stage, sender, _("sender"), "SO_TIMESTAMPING=flags=tx_software|software");
	if (r == 0)
		r = demo_set(stage, receiver, _("receiver"), "SO_TIMESTAMPING=flags=rx_software|software");
	if (r < 0)
		return r;
	demo_step(stage, "timeline",
		  _("One datagram is sent. The receiver is busy for 50 ms before it reads, as programs are. All times from the call of "
		    "sendto on:"));
	r = wait_for_stamps(sender, receiver, to);
	if (r < 0)
		return demo_stop(stage, _("no stamp of arriving"), r);
	call = now_ms();
	if (sendto(sender, "x", 1, 0, (const struct sockaddr *)to, sizeof(*to)) != 1)
		return demo_stop(stage, "sendto", -errno);
	demo_sleep_ms(BUSY_MS);
	arrived = stamp(receiver, 0);
	read = now_ms();
	left = stamp(sender, MSG_ERRQUEUE);
	if (arrived < 0 || left < 0)
		return demo_stop(stage, arrived < 0 ? _("no stamp of arriving") : _("no stamp of leaving"), -ENODATA);
	put_time(stage, _("sendto is called"), "call_us", 0);
	put_time(stage, _("left: stamp of the sender's kernel, from its error queue"), "left_us", left - call);
	put_time(stage, _("arrived: stamp of the receiver's kernel"), "arrived_us", arrived - call);
	put_time(stage, _("read by the program"), "read_us", read - call);
	demo_expect(stage, call <= left && left <= arrived && arrived <= read, _("the four times were to be in order"));
	demo_expect(stage, read - arrived > BUSY_MS * 0.5, _("the program was to read long after the arrival"));
	return 0;
}

static int play(struct demo_stage *stage)
{
	struct sockaddr_in to = demo_loopback(), from = demo_loopback();
	autoclose int receiver = demo_bind(SOCK_DGRAM, &to, NULL), sender = demo_bind(SOCK_DGRAM, &from, NULL);

	if (receiver < 0 || sender < 0)
		return demo_stop(stage, "bind", receiver < 0 ? receiver : sender);
	return play_with(stage, sender, receiver, &to);
}

const struct demo demo_timestamping = {
	.name = "timestamping",
	.option = "SO_TIMESTAMPING",
	.summary = N_("when a datagram left and arrived, told by the kernel"),
	.claim = N_("the kernel's stamps tell when a datagram left and arrived, also if the program reads it much later."),
	.lesson = N_("measure latency with stamps, not with the time of reading: the difference is the program's own delay. Network cards "
		     "that can, stamp even on the wire (the hardware flags)."),
	.play = play,
};
