/* SPDX-License-Identifier: MIT */
/* The network namespaces that processes live in. */
#ifndef LIVE_NAMESPACES_H
#define LIVE_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * @brief Calls each once in every network namespace, with the thread in it; our own comes first.
 * @param ret_hidden set if one could not be entered (CAP_SYS_ADMIN), left alone otherwise
 * @return 0, a non-zero result of each, or -errno: the thread could not be brought back, or /proc not be read
 */
int namespaces_each(int (*each)(void *arg, uint64_t netns), void *arg, bool *ret_hidden);

/** The name of an interface in the namespace that the thread is in, or its number. */
void namespaces_interface(unsigned int index, char ret[static 16]);

#endif
