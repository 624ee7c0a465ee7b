/* SPDX-License-Identifier: MIT */
/* The capabilities that loading BPF programs needs: asked for when they are used, given up when they were. */
#ifndef LIVE_PRIVILEGE_H
#define LIVE_PRIVILEGE_H

#include <stdbool.h>
#include <sys/capability.h>

/** May this process load BPF programs that look into the kernel? */
bool privilege_for_bpf(void);

/** Is this capability in the effective set? */
bool privilege_has(cap_value_t capability);

/** Sets or clears CAP_BPF and CAP_PERFMON in a set of this process; what it may not set stays. */
void privilege_set_bpf(cap_flag_t set, cap_flag_value_t value);

#endif
