/* SPDX-License-Identifier: MIT */
/* Compiled rules, loaded into the kernel and attached to a cgroup. */
#ifndef LIVE_POLICY_H
#define LIVE_POLICY_H

#include "policy-compile.h"

/** Why BPF cannot be had. Texts are English, to be translated. */
struct policy_obstacle {
	int error;        /* errno, positive */
	const char *what; /* "it needs CAP_BPF, ..." */
	const char *hint; /* or NULL */
};

struct policy;

/** What the kernel's side has by the same names and numbers as we: bits of enum policy_sees. */
unsigned policy_sees(void);

/** Could programs be loaded? @return 0, or -errno and fills *ret_obstacle */
int policy_probe(struct policy_obstacle *ret_obstacle);

/** Gives up what loading and attaching needs: nothing will be loaded any more. */
void policy_drop_privileges(void);

/**
 * @brief Loads what the rules need; nothing is attached yet.
 * @param tells what somebody will read, by policy_events()
 * @return 0, or -errno and fills *ret_obstacle
 */
int policy_load(const struct policy_program *program, enum policy_tells tells, struct policy **ret,
		struct policy_obstacle *ret_obstacle);

void policy_free(struct policy *policy);

/**
 * @brief Attaches the programs to a cgroup itself: they are gone when it is, and not before.
 * @return 0 or -errno: then none is attached
 */
int policy_stick(struct policy *policy, int cgroup_fd);

/** A descriptor that is readable when there are events; -1: none will be. */
int policy_events_fd(const struct policy *policy);

/** The other descriptor that reading them needs, in a process that closes all others. */
int policy_ring_fd(const struct policy *policy);

/** Hands over the events that are there. @return how many, -errno */
int policy_events(struct policy *policy, void (*each)(void *context, const struct policy_event *event), void *context);

/** How many events found no room. */
uint64_t policy_lost(const struct policy *policy);

#endif
