/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What is attached to the hooks of a policy that stays: programs that only go on to those of the rules in force.
 *
 * Which those are is one pointer, `now`, so that all hooks change from one set of rules to the next at the same
 * instant. It points to the number of a generation, 0 or 1: of each hook's two programs that one is run. A hook for
 * which a generation has none does nothing.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct generation {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} generation_0 SEC(".maps"), generation_1 SEC(".maps");

/* The kernel lets who changes it wait until no program runs that has seen what was there before. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct generation);
} now SEC(".maps") = { .values = { &generation_0 } };

/** Out of range if there is none: nothing is run then. */
static __always_inline __u32 generation_now(void)
{
	__u32 zero = 0, *number;
	void *generation = bpf_map_lookup_elem(&now, &zero);

	if (!generation)
		return ~0U;
	number = bpf_map_lookup_elem(generation, &zero);
	return number ? *number : ~0U;
}

/* A table of programs takes those of one kind of hook alone. */
#define WAY(name, section, type_of_context)           \
	struct {                                      \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY); \
		__uint(max_entries, 2);               \
		__type(key, __u32);                   \
		__type(value, __u32);                 \
	} to_##name SEC(".maps");                     \
	SEC(section)                                  \
	int via_##name(type_of_context *ctx)          \
	{                                             \
		bpf_tail_call(ctx, &to_##name, generation_now()); \
		return 1;                             \
	}

WAY(create, "cgroup/sock_create", struct bpf_sock)
WAY(bind4, "cgroup/bind4", struct bpf_sock_addr)
WAY(bind6, "cgroup/bind6", struct bpf_sock_addr)
WAY(connect4, "cgroup/connect4", struct bpf_sock_addr)
WAY(connect6, "cgroup/connect6", struct bpf_sock_addr)
WAY(send4, "cgroup/sendmsg4", struct bpf_sock_addr)
WAY(send6, "cgroup/sendmsg6", struct bpf_sock_addr)
WAY(set, "cgroup/setsockopt", struct bpf_sockopt)
WAY(tcp, "sockops", struct bpf_sock_ops)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
