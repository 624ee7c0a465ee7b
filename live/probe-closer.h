/* SPDX-License-Identifier: MIT */
/* Closes descriptors on the side: the kernel lets whoever closes a packet socket wait for all CPUs. */
#ifndef LIVE_PROBE_CLOSER_H
#define LIVE_PROBE_CLOSER_H

/** Starts the threads that close. Without it close_later() closes at once. */
void closer_start(void);

/** Waits until all is closed. */
void closer_stop(void);

/** For a child: its descriptors are none of the threads', which were not forked. */
void closer_forget(void);

/** Takes the descriptor over. */
void close_later(int fd);

#endif
