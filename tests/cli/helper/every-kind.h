/* SPDX-License-Identifier: MIT */
/* One socket of every kind that can be had here, in a network namespace of its own. */
#ifndef HELPER_EVERY_KIND_H
#define HELPER_EVERY_KIND_H

#include <stddef.h>

#define EVERY_KIND_MAX 64

/** Enters a namespace with its loopback up. @return 0 or -errno */
int every_kind_enter(void);

/** Opens them, fresh, bound, listening and connected. @return how many */
size_t every_kind_open(int *ret_fds);

#endif
