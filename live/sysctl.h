/* SPDX-License-Identifier: MIT */
/* Numbers and words of /proc/sys. */
#ifndef LIVE_SYSCTL_H
#define LIVE_SYSCTL_H

#include <stdint.h>
#include <stddef.h>

/**
 * @brief Reads net.core.rmem_max, or one of several numbers: net.ipv4.tcp_rmem[1].
 * @return 0, -ENOENT, -EACCES, -EINVAL (no number there)
 */
int sysctl_number(const char *name, int64_t *ret);

/** As sysctl_number(): the first word as text. @return 0 or -errno */
int sysctl_word(const char *name, char *ret, size_t size);

#endif
