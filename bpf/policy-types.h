/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is read from the kernel's structs, for rules that ask for it (policy-types.bpf.c). */
#ifndef BPF_POLICY_TYPES_H
#define BPF_POLICY_TYPES_H

#include "policy-look.h"

#ifdef WITH_KERNEL_TYPES
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	__u32 inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	possible_net_t skc_net;
};

struct sock {
	struct sock_common __sk_common;
};

struct kernfs_node {
	const char *name;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct task_struct {
	__s32 tgid;
	struct task_struct *group_leader;
	const struct cred *cred;
	struct css_set *cgroups;
	char comm[16];
};

#pragma clang attribute pop

/** A number where the verifier sees a socket, of which it lets no field be read that it does not know. */
static __always_inline __u64 address_of(struct bpf_sock **sk)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), sk);
	return address;
}

/** By the structs: that way any program may on any kernel. */
static __always_inline void see_process(struct look *look)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	look->facts[POLICY_PID] = (__u32)BPF_CORE_READ(task, tgid);
	look->facts[POLICY_USER] = BPF_CORE_READ(task, cred, uid.val);
}

static __always_inline void see_name(char (*ret)[16])
{
	struct task_struct *task = (void *)bpf_get_current_task();

	BPF_CORE_READ_STR_INTO(ret, task, comm);
}

static __always_inline __u32 netns_fits(const volatile struct policy_test *test, const struct look *look)
{
	struct sock *sk = (void *)look->socket;
	__u64 inode = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);

	return inode ? inode >= test->low && inode <= test->high : POLICY_UNKNOWN;
}

/** Of the process; a thread may have another name. Not static: the verifier looks at it once, and at no call of it. */
__noinline __u32 name_fits(__u32 number)
{
	const volatile struct policy_pattern *pattern = &constants.patterns[number & (POLICY_PATTERNS_MAX - 1)];
	struct task_struct *task = (void *)bpf_get_current_task();
	struct policy_pattern_run run;
	char name[16] = "";

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(task, group_leader, comm));
	pattern_begin(&run);
	for (int i = 0; i < 16 && name[i]; i++)
		pattern_step(pattern, &run, name[i]);
	return pattern_fits(pattern, &run);
}

#define DEPTH_MAX 7 /* the stack has no room for more */
#define PATH_MAX_BYTES 1024

/**
 * The path of a cgroup: its names are found from the last to the first, and compared the other way round. Levels and
 * places are numbers that the verifier does not know: else it would follow each one through all that comes after.
 */
struct path_walk {
	__u64 names[DEPTH_MAX]; /* by level; the root has none */
	union {
		__u64 cgroup; /* of which the name is next; then: */
		__u64 next;   /* the byte of a name that is compared next */
	};
	struct policy_pattern_run run;
	__u8 pattern, level, depth;
};

static long step_name(__u32 index __attribute__((unused)), struct path_walk *walk)
{
	struct cgroup *cgroup = (void *)walk->cgroup;
	struct cgroup_subsys_state *parent = BPF_CORE_READ(cgroup, self.parent);
	__u32 place;

	if (!parent)
		return 1;
	place = BPF_CORE_READ(cgroup, level) - 1U;
	/* The verifiers before 6.8 learn the bounds from this one comparison, not from one with 0. */
	asm volatile(""
		     : "+r"(place));
	if (place >= DEPTH_MAX)
		return 1;
	walk->names[place] = (__u64)BPF_CORE_READ(cgroup, kn, name);
	walk->cgroup = (__u64)BPF_CORE_READ(parent, cgroup);
	return 0;
}

static long step_path(__u32 index __attribute__((unused)), struct path_walk *walk)
{
	const volatile struct policy_pattern *pattern = &constants.patterns[walk->pattern & (POLICY_PATTERNS_MAX - 1)];
	__u8 byte = 0;
	__u32 level;

	if (bpf_probe_read_kernel(&byte, 1, (void *)walk->next))
		return 1;
	if (byte) {
		pattern_step(pattern, &walk->run, byte);
		walk->next++;
		return 0;
	}
	level = walk->level;
	if (level >= walk->depth || level >= DEPTH_MAX)
		return 1;
	walk->level = level + 1;
	walk->next = walk->names[level];
	pattern_step(pattern, &walk->run, '/');
	return 0;
}

/** Not static: the verifier looks at it once, and at no call of it. */
__noinline __u32 cgroup_fits(__u32 number)
{
	const volatile struct policy_pattern *pattern = &constants.patterns[number & (POLICY_PATTERNS_MAX - 1)];
	struct task_struct *task = (void *)bpf_get_current_task();
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	struct path_walk walk = { .pattern = number, .cgroup = (__u64)cgroup };
	__u32 depth;

	depth = BPF_CORE_READ(cgroup, level);
	if (depth > DEPTH_MAX)
		return POLICY_UNKNOWN;
	walk.depth = depth;
	pattern_begin(&walk.run);
	pattern_step(pattern, &walk.run, '/');
	bpf_loop(DEPTH_MAX + 1, step_name, &walk, 0);
	/* The root is "/"; it has no name. */
	walk.next = 0;
	if (walk.depth) {
		walk.level = 1;
		walk.next = walk.names[0];
	}
	bpf_loop(PATH_MAX_BYTES, step_path, &walk, 0);
	return pattern_fits(pattern, &walk.run);
}
#else
static __always_inline __u64 address_of(struct bpf_sock **sk)
{
	(void)sk;
	return 0;
}

/** A sockops program may ask so since 6.10 for the number, since 6.16 for the others: see policy_load(). */
static __always_inline void see_process(struct look *look)
{
	look->facts[POLICY_PID] = bpf_get_current_pid_tgid() >> 32;
	look->facts[POLICY_USER] = (__u32)bpf_get_current_uid_gid();
}

static __always_inline void see_name(char (*ret)[16])
{
	bpf_get_current_comm(*ret, sizeof(*ret));
}

static __always_inline __u32 name_fits(__u32 number)
{
	(void)number;
	return POLICY_UNKNOWN;
}

static __always_inline __u32 netns_fits(const volatile struct policy_test *test, const struct look *look)
{
	(void)test;
	(void)look;
	return POLICY_UNKNOWN;
}

static __always_inline __u32 cgroup_fits(__u32 number)
{
	(void)number;
	return POLICY_UNKNOWN;
}
#endif

#endif
