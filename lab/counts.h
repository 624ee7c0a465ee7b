/* SPDX-License-Identifier: MIT */
/* What the kernel counts while a load runs: processor time, retransmissions, memory of sockets, bytes of devices. */
#ifndef LAB_COUNTS_H
#define LAB_COUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

int64_t counts_now_ns(void);

/** Of the calling thread: how long it ran, and how long it was ready to run and another one did. */
struct counts_processor {
	uint64_t ran_ns, waited_ns;
};

void counts_processor(struct counts_processor *ret);

/** Segments that TCP has retransmitted in the thread's network namespace, SYNs too. 0 if it does not say */
uint64_t counts_retransmits(void);

/** Bytes that all devices but the loopback of the thread's network namespace have received and sent. */
void counts_devices(uint64_t *ret_received, uint64_t *ret_sent);

/** What the kernel holds for a socket: its queues, and what they need to be kept. */
uint64_t counts_memory(int fd);

/** What a TCP connection knows of its path. */
struct counts_path {
	uint64_t round_trip_ns; /* smoothed */
	uint64_t window;        /* bytes that the peer allows under way; 0: a kernel before 5.4 */
};

/** @return false: it knows nothing yet */
bool counts_path(int fd, struct counts_path *ret);

/** What of these is read from a file of /proc; from one that is not there (NULL), nothing. */
bool counts_read_schedule(FILE *file, struct counts_processor *ret);
uint64_t counts_read_retransmits(FILE *file);
void counts_read_devices(FILE *file, uint64_t *ret_received, uint64_t *ret_sent);

#endif
