/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The socket at hand, and what is being decided of it: what all parts of policy.bpf.c share. */
#ifndef BPF_POLICY_LOOK_H
#define BPF_POLICY_LOOK_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifdef WITH_KERNEL_TYPES
#include <bpf/bpf_core_read.h>
#endif

#include "policy-tables.h"

const volatile struct policy_constants constants SEC(".rodata.rules");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, POLICY_ACTIONS_MAX);
	__type(key, __u32);
	__type(value, struct policy_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct policy_memory);
} memory SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

volatile struct policy_variables variables;

enum { AF_UNSPEC = 0,
       AF_INET = 2,
       AF_INET6 = 10 };
enum { SOCK_STREAM = 1,
       SOCK_SEQPACKET = 5 };
enum { IPPROTO_TCP = 6,
       IPPROTO_UDP = 17,
       IPPROTO_MPTCP = 262 };
enum { TCP_ESTABLISHED = 1,
       TCP_SYN_SENT = 2,
       TCP_CLOSE = 7,
       TCP_LISTEN = 10 };
/* enum sockopt_moment, rule_verb and facts_state: live/policy-compile.c asserts that they are the same */
enum { AT_SOCKET = 1,
       AT_BIND = 2,
       AT_LISTEN = 4,
       AT_CONNECT = 8,
       AT_ACCEPT = 16 };
enum { VERB_SET,
       VERB_FORCE,
       VERB_DEFAULT,
       VERB_DENY,
       VERB_LOG };
enum { UNBOUND,
       BOUND,
       LISTENING,
       CONNECTED,
       ESTABLISHED,
       CLOSED = 13 };

/* enum facts_state of each state of TCP */
const __u8 tcp_states[16] = {
	CLOSED,
	ESTABLISHED,
	5,
	6,
	7,
	8,
	9,
	CLOSED,
	10,
	11,
	LISTENING,
	12,
	6,
	CLOSED,
	CLOSED,
	CLOSED,
};

#define NOBODY 0xffffffff

/**
 * The same number, of which the verifier knows nothing. What is seen and decided of a socket is kept this way: else each
 * constant that some branch has left there is another state, to be followed through all that comes after. The verifier
 * of Linux 6.1 then saw more than the million instructions that it allows, that of 6.18 twenty thousand.
 */
static __always_inline __u64 opaque(__u64 number)
{
	return number + variables.nothing;
}

/** NULL past the end. The verifier is to see the bound that it needs right where it needs it. */
static __always_inline const volatile struct policy_action *action_at(__u32 at)
{
	if (at >= POLICY_ACTIONS_MAX)
		return 0;
	asm volatile(""
		     : "+r"(at));
	return &constants.actions[at & (POLICY_ACTIONS_MAX - 1)];
}

/** The socket at hand, and what is being decided of it. */
struct look {
	void *target; /* what bpf_setsockopt() takes here: the context, or the socket */
	__u64 socket; /* where the kernel has it */
	struct policy_memory *memory;
	__u64 cookie;
	__u64 facts[POLICY_N_FACTS];
	__u8 local[16], peer[16];
	__u32 family; /* of the addresses, 0: no peer */
	__u32 peer_family;
	__u32 kind;
	__u32 due;
	__u32 yes, no; /* a selector's truths, the top one in bit 0 */
	__u32 first_test;
	__u32 judged; /* the selector of which fits is the result */
	__u32 fits;
	__u64 done;      /* options for which an action was chosen */
	__u64 chosen[2]; /* actions */
	/* a setsockopt(2) of the program */
	__s32 level, number;
	__u32 length;
	__u32 forced, denied, logged;
	__u32 remember;
	__u8 asked[POLICY_VALUE_MAX] __attribute__((aligned(8)));
};

#endif
