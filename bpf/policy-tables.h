/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Rules as the kernel's side has them: live/policy-compile.c writes these tables,
 * policy.bpf.c reads them. They are constant once the program is loaded.
 */
#ifndef BPF_POLICY_TABLES_H
#define BPF_POLICY_TABLES_H

#include <linux/types.h>

#include "policy-pattern-bytes.h"

#define POLICY_ACTIONS_MAX 128
#define POLICY_TESTS_MAX 512
#define POLICY_DEPTH_MAX 16 /* truths that wait at once, in a selector */
#define POLICY_SLOTS_MAX 64 /* different options */
#define POLICY_DEFAULTS_MAX 16
#define POLICY_VALUE_MAX 16

/** The kinds of socket that the hooks reach; what moments an action is made at differs by kind. */
enum policy_kind {
	POLICY_TCP4,
	POLICY_TCP6,
	POLICY_UDP4,
	POLICY_UDP6,
	POLICY_MPTCP4, /* its first subflow */
	POLICY_MPTCP6,
	POLICY_OTHER, /* setsockopt(2) alone is seen */
	POLICY_N_KINDS = 8,
};

enum policy_fact {
	POLICY_FAMILY,
	POLICY_TYPE,
	POLICY_PROTOCOL,
	POLICY_STATE, /* of enum facts_state */
	POLICY_LOCAL_PORT,
	POLICY_PEER_PORT,
	POLICY_PID,
	POLICY_USER,
	POLICY_N_FACTS,
};

/** No port, no protocol: greater than any. */
#define POLICY_ABSENT (1ULL << 32)

enum policy_operation {
	POLICY_TRUE,
	POLICY_AND,
	POLICY_OR,
	POLICY_NOT,
	POLICY_RANGE, /* fact, low, high */
	POLICY_LOCAL, /* family, bytes, bits; low, high: the port */
	POLICY_PEER,
	POLICY_NAME,   /* pattern: of the process */
	POLICY_CGROUP, /* pattern: the path of the cgroup that the process is in */
	POLICY_NETNS,  /* low, high: the inode of the socket's network namespace */
	POLICY_OPTION, /* level, number, low, high */
};

/** What a comparison can come to. */
enum policy_answer {
	POLICY_NO,
	POLICY_YES,
	POLICY_UNKNOWN,
	POLICY_NEVER, /* no, whether negated or not */
};

/**
 * Which answers make a test true: bits 0 to 3; which false: bits 4 to 7. Looked up rather than branched upon: the
 * verifier would follow each branch through all that comes after it.
 */
#define POLICY_PLAIN (1 << POLICY_YES | 1 << (POLICY_NO + 4) | 1 << (POLICY_NEVER + 4))
#define POLICY_NEGATED (1 << POLICY_NO | 1 << (POLICY_YES + 4) | 1 << (POLICY_NEVER + 4))

/** A step of a selector in postfix form: it puts a truth on the stack, or combines those on top. */
struct policy_test {
	__u8 operation;
	__u8 fact;
	__u8 outcomes; /* POLICY_PLAIN or POLICY_NEGATED */
	__u8 needs_ip; /* false on any other socket, negated or not */
	__u8 is_signed;
	__u8 family; /* 0: any address */
	__u8 bits;
	__u8 pattern;
	__s32 level;
	__s32 number;
	__u64 low, high; /* POLICY_OPTION: as __s64 */
	__u8 bytes[16];
};

/** What the kernel makes of a value before it can be read back. */
enum policy_transform {
	POLICY_KEPT,
	POLICY_DOUBLED,
	POLICY_BOOLEAN,
};

/** One option of one rule, at one level. */
struct policy_action {
	__s32 level;
	__s32 number;
	__s32 error; /* deny: the errno; 0: it succeeds without effect */
	__u16 first_test;
	__u16 n_tests; /* 0: any socket */
	__u16 counter;
	__u8 slot; /* the same for all actions of one option */
	__u8 verb; /* of enum rule_verb */
	__u8 moments[POLICY_N_KINDS];
	__u8 from;          /* the rule's moments: it forces from then on; 0: always */
	__u8 not_inherited; /* an accepted socket begins anew */
	__u8 transform;
	__u8 has_value;
	__u8 is_string;
	__u8 length; /* of value, as setsockopt(2) takes it */
	__u8 made_length;
	__u8 remembered; /* default: its place in the memory, from 1 */
	__u64 others; /* families that have another option of these numbers: a bit each */
	/* as words, aligned: they are compared and copied as such */
	__u64 value[2];
	__u64 mask[2]; /* what of it is compared with what a program asks for */
	__u64 made[2]; /* as bpf_setsockopt() takes it */
};

_Static_assert(sizeof(((struct policy_action *)0)->value) == POLICY_VALUE_MAX, "a value is of two words");

/** All that differs from one set of rules to another. */
struct policy_constants {
	struct policy_action actions[POLICY_ACTIONS_MAX];
	struct policy_test tests[POLICY_TESTS_MAX];
	struct policy_pattern patterns[POLICY_PATTERNS_MAX];
	__u32 n_actions;
	__u8 has_memory; /* some action asks what was before */
	__u8 tells;      /* of enum policy_tells */
	__u8 moments;    /* at which something is made */
	__u8 unused;
};

/** What is kept of a socket, where an action asks. An accepted socket has a copy of its listener's. */
struct policy_memory {
	__u8 is_fresh; /* made since the policy is there, and not yet come to the moment socket */
	__u8 is_ours;  /* made since the policy is there */
	__u8 past;     /* moments */
	__u8 unused;
	__u16 set;   /* the program has set it: a bit a default */
	__u16 maybe; /* it has tried, when the value was: */
	__u64 before[POLICY_DEFAULTS_MAX];
};

struct policy_counters {
	__u64 hits;      /* assignments made */
	__u64 overrides; /* what the program asked for, replaced */
	__u64 refusals;  /* refused */
	__u64 logged;    /* only reported */
	__u64 failures;  /* assignments that the kernel refused */
	__s64 error;     /* with this errno, the last time */
};

/** The variables of the kernel's side. */
struct policy_variables {
	__u64 lost_events; /* the ring was full */
	__u64 nothing;     /* 0: it is written nowhere, see opaque() */
};

enum policy_event_kind {
	POLICY_EVENT_MADE, /* or not: error */
	POLICY_EVENT_REPLACED,
	POLICY_EVENT_REFUSED,
	POLICY_EVENT_LOGGED,
};

/** Which of them are told. */
enum policy_tells {
	POLICY_TELLS_NOTHING,
	POLICY_TELLS_TROUBLE, /* what could not be made, and what is to be logged */
	POLICY_TELLS_ALL,
};

/** What `run` reports as it happens: one action, and the socket. */
struct policy_event {
	__u64 cookie; /* 0: not known */
	__u32 kind;
	__u32 line; /* of the program */
	__s32 level;
	__s32 number;
	__u32 moment; /* POLICY_EVENT_MADE */
	__s32 error;
	__u32 pid; /* 0: not known */
	__u32 user;
	__u32 family, type, protocol, state;
	__u32 local_family, peer_family; /* 0: none */
	__u16 local_port, peer_port;
	__u8 local[16], peer[16];
	char name[16];
	__u32 length; /* of what was asked for; the first bytes of it: */
	__u32 flags;
	__u8 asked[POLICY_VALUE_MAX];
	__u8 before[POLICY_VALUE_MAX], after[POLICY_VALUE_MAX];
};

#define POLICY_EVENT_HAS_BEFORE 1
#define POLICY_EVENT_HAS_AFTER 2

#endif
