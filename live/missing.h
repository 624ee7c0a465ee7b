/* SPDX-License-Identifier: MIT */
/* What we lack to look into processes of others. */
#ifndef LIVE_MISSING_H
#define LIVE_MISSING_H

#include <stdbool.h>

/**
 * @brief The capabilities that sockets of another user's process need and we have not, in words.
 *
 * A descriptor of a socket wants CAP_SYS_PTRACE; to see in /proc which descriptors there are, a plain user needs
 * CAP_DAC_READ_SEARCH beside it.
 *
 * @param by_proc descriptors are looked for in /proc
 * @return English, to be translated; CAP_SYS_PTRACE if nothing is missing that we know of: it may have to be had in
 *         another user namespace
 */
const char *missing_for_others(bool by_proc);

#endif
