/* SPDX-License-Identifier: MIT */
/* What policy.c tells policy-pin.c in libbpf's words. Private to them. */
#ifndef LIVE_POLICY_BPF_H
#define LIVE_POLICY_BPF_H

#include <linux/bpf.h>

#include "policy.h"

/** The program of a hook, -1: the rules do not need it. */
int policy_program_fd(const struct policy *policy, enum policy_hook hook);

int policy_counters_fd(const struct policy *policy);

/** Fills in an obstacle. @param error errno, positive; hint NULL: none  @return -error */
int policy_refuse(struct policy_obstacle *ret, int error, const char *what, const char *hint);

/** Sums up what each processor counted. @return 0 or -errno */
int policy_read_counters(int fd, unsigned n_lines, struct policy_counters *ret);

#endif
