/* SPDX-License-Identifier: MIT */
/*
 * A load as text:
 *
 *   bulk [connections=N]
 *   rr   [connections=N] [request=SIZE] [response=SIZE] [writes=N]
 *   crr  [connections=N] [request=SIZE] [response=SIZE]
 *   udp  [rate=RATE] [size=SIZE]
 *
 * Anything that does not begin with one of these words is a command. Pure.
 */
#ifndef RULE_LOAD_SPEC_H
#define RULE_LOAD_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "experiment.h"
#include "spec-error.h"

enum load_kind {
	LOAD_BULK, /* as many bytes as go, from the client to the server */
	LOAD_RR,   /* a request and its response, one after the other on the same connection */
	LOAD_CRR,  /* a connection for each request; the server closes it */
	LOAD_UDP,  /* datagrams at a steady rate, from the client to the server */
	LOAD_COMMAND,
};

#define LOAD_CONNECTIONS_MAX 1000
#define LOAD_MESSAGE_MAX (64 * 1024 * 1024)
#define LOAD_DATAGRAM_MAX 65507
#define LOAD_DATAGRAM_LEAST 16 /* a number and a time */
#define LOAD_WRITES_MAX 100

struct load_spec {
	enum load_kind kind;
	unsigned int connections;
	uint32_t request, response; /* bytes; of udp: request is the datagram's */
	unsigned int writes;        /* in how many write(2) a request is made */
	int64_t rate;               /* of udp: bit/s of payload */
};

/** @return 0 (also for a command: the kind says so), or -EINVAL */
int load_spec_parse(const char *text, struct load_spec *ret, struct spec_error *ret_error);

#define LOAD_SPEC_TEXT_MAX 128

/** The shortest text that reads as this load again; of a command "". */
const char *load_spec_format(const struct load_spec *spec, char *ret, size_t size);

/** What such a load measures: 1 << METRIC_... */
uint32_t load_spec_metrics(const struct load_spec *spec);

enum experiment_work load_spec_work(const struct load_spec *spec);

#endif
