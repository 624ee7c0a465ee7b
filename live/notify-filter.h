/* SPDX-License-Identifier: MIT */
/* The seccomp filter that hands the calls which rules need to see to the process that serves. */
#ifndef LIVE_NOTIFY_FILTER_H
#define LIVE_NOTIFY_FILTER_H

#include <rule.h>

/**
 * @brief Loads it into the calling thread, which has to be the only one of its process.
 * @param ret_fd the listener: close-on-exec, owned by the caller
 * @return 0 or -errno
 */
int notify_filter_load(const struct rules *rules, int *ret_fd);

/** Does the loading need no_new_privs, which takes the privileges from setuid programs? */
bool notify_filter_needs_no_new_privs(void);

#endif
