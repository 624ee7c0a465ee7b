/* SPDX-License-Identifier: MIT */
/* Threads that keep time. */

#include "punctual.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

void be_punctual(void)
{
	prctl(PR_SET_TIMERSLACK, 1);
	pthread_setschedparam(pthread_self(), SCHED_RR, &(struct sched_param){ .sched_priority = 1 });
}
