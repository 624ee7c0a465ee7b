/* SPDX-License-Identifier: MIT */
/* Stacks by the call frame information of files (.eh_frame), which they have without frame pointers, too. */
#ifndef LIVE_STACK_UNWIND_H
#define LIVE_STACK_UNWIND_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** One process at a time; begins as zeros. */
struct unwinder {
	struct Dwfl *session;
	pid_t pid;
};

/**
 * @brief The addresses of a thread that is stopped under our ptrace(2), the innermost first.
 * @return how many; 0: libdw (elfutils) is not there, or knows no way
 */
size_t unwind_stack(struct unwinder *unwinder, pid_t pid, pid_t tid, uint64_t *ret, size_t max);

/** The process has become another program, or is no longer of interest. */
void unwind_forget(struct unwinder *unwinder);

#endif
