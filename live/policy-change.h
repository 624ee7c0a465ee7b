/* SPDX-License-Identifier: MIT */
/*
 * The hooks of a policy that is pinned. What is attached to them stays (bpf/policy-way.bpf.c), and goes on to the
 * programs of the generation in force; one write changes the generation at all hooks. Private to policy-*.c.
 */
#ifndef LIVE_POLICY_CHANGE_H
#define LIVE_POLICY_CHANGE_H

#include "policy-bpf.h"

#define POLICY_PIN_PATH_SIZE 4200

struct bpf_object;

/** A generation that is made ready beside the one in force. */
struct policy_change {
	const char *folder;
	struct bpf_object *ways; /* what is attached, and the pinned maps that it looks at */
	unsigned next;           /* the generation: 0 or 1 */
	unsigned attached;       /* hooks that were attached for it */
};

/**
 * @brief Makes the programs of a policy the next generation, and attaches hooks that it needs and that are not.
 * @return 0; -errno: all is as it was
 */
int policy_change_prepare(const struct policy *policy, const char *folder, int cgroup_fd, struct policy_change *ret);

/** Puts the next generation in force. @return 0 or -errno: it is not */
int policy_change_make(struct policy_change *change);

/** Lets go of the generation before, and of hooks not needed any more. @return 0, -errno: some of it is left */
int policy_change_finish(struct policy_change *change, const struct policy *policy);

/** Before it is in force. */
void policy_change_take_back(struct policy_change *change);

/** The generation in force: 0 or 1; -errno. */
int policy_generation(const char *folder);

/** The hooks whose links are pinned and attached: bits of enum policy_hook. @return 0 or -errno */
int policy_attached(const char *folder, unsigned *ret);

/** Is none of its links attached any more: is the cgroup gone? */
bool policy_is_detached(const char *folder);

/** Ends it at all hooks at once, then detaches and unpins them. @return 0 or -errno */
int policy_detach(const char *folder);

#endif
