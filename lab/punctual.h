/* SPDX-License-Identifier: MIT */
/* Threads that keep time. */
#ifndef LAB_PUNCTUAL_H
#define LAB_PUNCTUAL_H

/**
 * @brief The calling thread wakes up on time, even where other programs want all processors.
 *
 * Where a real-time priority is not permitted, it is as good as it can be. Such a thread sleeps most of the time; and
 * the kernel leaves others a share of each second in any case (sched_rt_runtime_us).
 */
void be_punctual(void);

#endif
