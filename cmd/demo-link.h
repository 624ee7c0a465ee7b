/* SPDX-License-Identifier: MIT */
/* Demonstrations over an emulated link, and streams over it. */
#ifndef CMD_DEMO_LINK_H
#define CMD_DEMO_LINK_H

#include <lab-link.h>

#include "demo-net.h"
#include "demo.h"

/** Two hosts and the link between them, as rule/link-spec.h reads it; shows it. @return 0 or demo_stop() */
int demo_link_open(struct demo_stage *stage, const char *spec, struct link **ret);

/** The link is another one from now on. @return 0 or demo_stop() */
int demo_link_change(struct demo_stage *stage, struct link *link, const char *spec);

/** A listener or a datagram socket of the server's host; the port is filled in. @return a descriptor or -errno */
int demo_link_bind(const struct link *link, int type, struct sockaddr_in *address);

/** What a stream over the link comes to. */
struct demo_stream {
	double mbit_s;       /* payload that arrived, in the last third of the time */
	double rtt_ms;       /* the least that TCP saw */
	int64_t window;      /* bytes: the most that the receiver let the sender have under way; -1: not known */
	int64_t retransmits; /* segments */
	int64_t buffer;      /* bytes of the receiver's buffer at the end */
};

/**
 * @brief A client sends to a server for a time as fast as it can.
 * @param client, server an option that is set and shown, or NULL; the server's before listen
 * @return 0 or demo_stop()
 */
int demo_link_stream(struct demo_stage *stage, const struct link *link, const char *client, const char *server,
		     unsigned int ms, struct demo_stream *ret);

#endif
