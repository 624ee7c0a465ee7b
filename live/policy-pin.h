/* SPDX-License-Identifier: MIT */
/* Policies that stay when we are gone: their links and counters are pinned in a bpffs, a folder each. */
#ifndef LIVE_POLICY_PIN_H
#define LIVE_POLICY_PIN_H

#include "cgroup.h"
#include "policy.h"

#define POLICY_PINS "/sys/fs/bpf/sockopt"
#define POLICY_NAME_MAX 64

/** What is pinned beside the counters: what they count. Bytes of ours alone, written once. */
struct policy_pinned_line {
	char source[128]; /* the file */
	char rule[256];   /* as written, cut */
	char action[128]; /* verb and assignment */
	__u32 line;
	__u32 moments; /* of enum sockopt_moment */
};

struct policy_pinned_head {
	char magic[8];
	__u64 time_s; /* since 1970 */
	__u64 cgroup_id;
	__u32 n_lines;
	__u32 hooks;
	char cgroup[CGROUP_PATH_MAX];
};

/** A policy in force, as it is listed. */
struct policy_listing {
	char name[POLICY_NAME_MAX];
	struct policy_pinned_head head;
	struct policy_pinned_line *lines; /* head.n_lines */
	struct policy_counters *counters; /* head.n_lines */
	unsigned attached;                /* hooks that are */
	bool is_gone;                     /* the cgroup does not exist any more */
	bool is_incomplete;               /* not in force: applying or removing it was ended in the middle; no lines */
};

/** Is this the name of a policy: letters, digits, '-' and '_'? */
bool policy_name_is_valid(const char *name);

/** A name for the policy of a cgroup. */
void policy_name_of(const char *cgroup_path, char *ret);

/** Can policies be pinned here: is the folder, or the one that it is to be made in, in a bpffs? */
int policy_pin_probe(const char *pins, struct policy_obstacle *ret_obstacle);

/**
 * @brief Attaches a policy to a cgroup and pins it; one of the same name is replaced, at all hooks at the same instant.
 * @return 0; -errno and fills *ret_obstacle: then all is as it was. 1 and fills *ret_obstacle: it is in force, but what
 * the one before it had could not all be removed
 */
int policy_pin(struct policy *policy, const struct policy_program *program, const char *pins, const char *name,
	       const char *cgroup_path, struct policy_obstacle *ret_obstacle);

/**
 * @brief Takes what policy_pin() pinned beside the counters. Whoever may write there could have put anything in its
 * place.
 * @return 0 and fills head and lines, -EINVAL: it is nothing of ours, -ENOMEM
 */
int policy_pinned_read(const struct policy_pinned_head *head, size_t size, struct policy_listing *ret);

/**
 * @brief Calls each for every policy, and for what is left of one, in the order of names.
 * @return 0, a non-zero result of each, -errno
 */
int policy_each(const char *pins, int (*each)(void *arg, const struct policy_listing *listing), void *arg);

/** Detaches and unpins a policy. @return 0, -ENOENT, -errno */
int policy_remove(const char *pins, const char *name);

#endif
