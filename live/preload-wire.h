/* SPDX-License-Identifier: MIT */
/* What passes between `sockopt run` and its shared object in the program: rules by the environment, events back. */
#ifndef LIVE_PRELOAD_WIRE_H
#define LIVE_PRELOAD_WIRE_H

#include "run-engine.h"

/* The environment of a program that is served by engine preload, besides LD_PRELOAD. */
#define PRELOAD_RULES "SOCKOPT_PRELOAD_RULES"   /* the rules' texts, in order */
#define PRELOAD_EVENTS "SOCKOPT_PRELOAD_EVENTS" /* all are wanted, not failures alone */
#define PRELOAD_SINK "SOCKOPT_PRELOAD_SINK"     /* abstract name of the socket for events, a space, the key */

/* Everybody can read the name of the socket in /proc/net/unix, and send to it. The environment is the program's own. */
#define PRELOAD_KEY_LENGTH 32

enum preload_message_kind {
	PRELOAD_HELLO, /* a process that is served */
	PRELOAD_EVENT,
	PRELOAD_NOTE,
};

/** A datagram. The pointers of the structs in it mean nothing to the reader: preload_unpack() makes new ones. */
struct preload_message {
	enum preload_message_kind kind;
	pid_t pid;          /* who sent it, filled in by the receiver: his namespace may have other numbers */
	enum run_note note; /* of PRELOAD_NOTE */
	/* PRELOAD_EVENT */
	enum run_event_kind event;
	enum sockopt_moment moment;
	uint32_t rule, action; /* their places */
	struct facts facts;
	struct facts_holder holder;
	char process[32];
	uint8_t has_holder, has_before, has_after, has_asked; /* a bool must not have any byte */
	struct sockopt_value before, asked, after;
	enum sockopt_result result;
	int error;
	char key[PRELOAD_KEY_LENGTH];
};

/** The rules as one text. @return to be freed; NULL: no memory */
char *preload_pack_rules(const struct rules *rules);

/** Reads them again, in the same order. @return 0 or -errno */
int preload_unpack_rules(const char *packed, struct rules *ret);

/** @return false: the event is of no rule of these */
bool preload_pack(const struct rules *rules, const struct run_event *event, struct preload_message *ret);

/**
 * @brief Makes an event of a datagram, whoever sent it.
 * @param ret_change what ret_event points to; both point into message
 * @return false: it is none
 */
bool preload_unpack(const struct rules *rules, struct preload_message *message, struct change *ret_change,
		    struct run_event *ret_event);

#endif
