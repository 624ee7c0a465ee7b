/* SPDX-License-Identifier: MIT */
/* Where file systems of the kernel are mounted. */
#ifndef LIVE_MOUNTS_H
#define LIVE_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

/** The folder of the unified cgroup hierarchy, wherever it is; false: there is none. */
bool mounts_cgroup2(char *ret, size_t size);

#endif
