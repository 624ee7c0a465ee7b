/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where the socket at hand is: the process that holds it, and its network namespace, each read once in a row. */
#ifndef BPF_PLACES_H
#define BPF_PLACES_H

#include "kernel.h"
#include "read.h"
#include "record.h"

#define PIDTYPE_TGID 1

/** How many TCP sockets that are in the kernel's tables descriptors lead to, by namespace: see live/engine-bpf.c. */
struct {
	__u32 netns[CENSUS_MAX];
	__u32 sockets[CENSUS_MAX];
	__u32 n;
	__u32 is_incomplete;
} census;

/** The sockets with several descriptors that were counted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} counted SEC(".maps");

/** The process that was met last: most descriptors in a row are of one. */
struct {
	__u64 address;
	__u64 cgroup;
	__u32 tgid;
	__u32 pid;
	char name[16];
} of_task;

static __always_inline __u32 pid_in_reader(struct task_struct *task)
{
	struct task_struct *reader = (void *)bpf_get_current_task();
	__u32 level = BPF_CORE_READ(reader, thread_pid, level);
	struct pid *pid = BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
	__u32 number = 0;

	if (level == 0)
		return BPF_CORE_READ(task, tgid);
	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				      level * bpf_core_type_size(struct upid));
	return number;
}

static __always_inline void meet_task(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (of_task.address == (__u64)task && of_task.tgid == tgid)
		return;
	of_task.address = (__u64)task;
	of_task.tgid = tgid;
	of_task.pid = pid_in_reader(task);
	of_task.cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, level) ?
				 BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id) :
				 0;
	bpf_probe_read_kernel(of_task.name, sizeof(of_task.name),
			      (void *)leader + bpf_core_field_offset(struct task_struct, comm));
}

static __always_inline void meet_net(struct net *net)
{
	__u64 cookie = FIELD_EXISTS(net, net_cookie) ? BPF_CORE_READ(net, net_cookie) : 0;

	/* Another namespace may be where one was a moment ago; where there are cookies, they tell. */
	if (of_net.address == (__u64)net && of_net.net_cookie == cookie)
		return;
	of_net.address = (__u64)net;
	of_net.inum = BPF_CORE_READ(net, ns.inum);
	of_net.census = CENSUS_MAX;
	for (__u32 i = 0; i < CENSUS_MAX; i++)
		if (i >= census.n || census.netns[i] == of_net.inum) {
			census.netns[i] = of_net.inum;
			of_net.census = i;
			if (i >= census.n)
				census.n = i + 1;
			break;
		}
	of_net.net_cookie = cookie;
	if (FIELD_EXISTS(net, ipv4.sysctl_tcp_pingpong_thresh))
		of_net.sysctl_tcp_pingpong_thresh = BPF_CORE_READ(net, ipv4.sysctl_tcp_pingpong_thresh);
}

#endif
