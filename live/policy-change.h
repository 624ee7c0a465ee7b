/* SPDX-License-Identifier: MIT */
/* The pinned links of a policy, replaced as a whole or not at all. Private to policy-*.c. */
#ifndef LIVE_POLICY_CHANGE_H
#define LIVE_POLICY_CHANGE_H

#include "policy-bpf.h"

/** What was done to each link, so that it can be taken back. */
struct policy_change {
	struct {
		bool is_new;  /* attached and pinned by us */
		bool is_idle; /* its hook is not needed any more */
		int link_fd;  /* updated by us; -1: not */
		int old_program_fd;
	} hook[POLICY_N_HOOKS];
};

/** Updates the links that are there, and attaches those that are not. @return 0 or -errno: nothing is changed */
int policy_change_make(const struct policy *policy, const char *folder, int cgroup_fd, struct policy_change *ret);

/** Detaches what is not needed any more. */
void policy_change_finish(struct policy_change *change, const char *folder);

void policy_change_take_back(struct policy_change *change, const char *folder);

/** The hooks whose links are pinned and attached: bits of enum policy_hook. */
unsigned policy_attached(const char *folder);

/** Is none of its links attached any more: is the cgroup gone? */
bool policy_is_detached(const char *folder);

/** Detaches and unpins all links. @return 0 or -errno */
int policy_detach(const char *folder);

#endif
