/* SPDX-License-Identifier: MIT */
/*
 * A wall clock that jumps, for a program that is started with this in LD_PRELOAD: each look at it is an hour after or
 * before the last one; with SKEW=forward, after it. The monotonic clock is not touched, as the kernel does not let anybody set it.
 */

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int looks;

static time_t jump(void)
{
	if (getenv("SKEW"))
		return ++looks * (time_t)3600;
	return looks++ % 2 ? -3600 : 3600;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int (*next)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int r = next(clock, ret);

	if (clock == CLOCK_REALTIME)
		ret->tv_sec += jump();
	return r;
}

__attribute__((visibility("default"))) time_t time(time_t *ret)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}
