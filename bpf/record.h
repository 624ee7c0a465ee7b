/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The bytes that the kernel's side writes and live/ reads: one record a socket and holder. */
#ifndef BPF_RECORD_H
#define BPF_RECORD_H

#include <linux/types.h>

#include "values.gen.h"

#define RECORD_WORDS ((VALUES_SLOTS + 63) / 64)
#define RECORD_PATH_MAX 108

/** What is known of the socket besides its addresses. */
enum record_flag {
	RECORD_SURE = 1,   /* the filter could decide: it is picked */
	RECORD_SHARED = 2, /* its file has other references: there may be more holders */
	RECORD_HAS_PEER = 4,
	RECORD_HAS_PATHS = 8,   /* a struct record_paths follows the blocks */
	RECORD_UNHELD = 16,     /* seen in a protocol's table, not through a descriptor */
	RECORD_HAS_FILE = 32,   /* of those: some file refers to it, so that a process may hold it */
	RECORD_IS_INNER = 64,   /* a subflow or the like: not what a descriptor stands for */
	RECORD_RULED_OUT = 128, /* an MPTCP socket that the filter does not pick: told for its inner sockets' sake */
};

struct socket_record {
	__u32 size;   /* of all that belongs to it, in bytes */
	__u16 blocks; /* bit VALUES_x: that block follows, in the order of the bits */
	__u16 flags;  /* of enum record_flag */
	__u64 cookie;
	__u64 inode;
	__u64 ask[RECORD_WORDS];     /* a slot each: only getsockopt(2) can tell */
	__u64 special[RECORD_WORDS]; /* a slot each: what the entry says in place of a value */
	__u64 cgroup;                /* id of the holder's, in the unified hierarchy */
	__u32 netns;                 /* inode of the network namespace */
	__u32 pid;                   /* of the holder, in the reader's pid namespace; 0: no holder */
	__s32 fd;
	__u32 uid;       /* owner, of a socket without a holder */
	__s32 interface; /* index that it is bound to; 0: none */
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 state;        /* of enum facts_state */
	__u8 kernel_state; /* sk_state */
	__u16 local_port;
	__u16 peer_port;
	__u8 local[16];
	__u8 peer[16];
	char name[16]; /* of the holder */
};

/** The names of an AF_UNIX socket and of its peer. */
struct record_paths {
	__u8 local_length; /* 0: none */
	__u8 peer_length;
	char local[RECORD_PATH_MAX];
	char peer[RECORD_PATH_MAX];
	char pad[6];
};

_Static_assert(sizeof(struct socket_record) == 112 + 16 * RECORD_WORDS, "reader and program must agree");
_Static_assert(sizeof(struct record_paths) == 224, "reader and program must agree");

/** Network namespaces whose sockets are counted. */
#define CENSUS_MAX 64

#define VALUES_BLOCK_MAX 640

/** The values of one socket, a block at each level that it has. */
struct all_values {
	__u8 block[VALUES_N_BLOCKS][VALUES_BLOCK_MAX];
};

/** What a filter's instruction looks at. */
enum filter_fact {
	FACT_FAMILY,
	FACT_TYPE,
	FACT_PROTOCOL, /* of an IP socket, else FILTER_NO_PROTOCOL */
	FACT_STATE, /* FILTER_NO_STATE if only a descriptor tells it */
	FACT_LOCAL_PORT, /* FILTER_NO_PORT if it has none */
	FACT_PEER_PORT,
	FACT_PID, /* facts of a holder are unknown where there may be several */
	FACT_FD,
	FACT_NAME_LOW, /* the holder's name, as two numbers */
	FACT_NAME_HIGH,
	FACT_CGROUP,
	FACT_NETNS,
	FACT_INODE,
	FACT_COOKIE,
	FACT_N_FACTS,
};

#define FILTER_NO_PORT 0xffffffffULL
#define FILTER_NO_STATE 0xffULL
#define FILTER_NO_PROTOCOL 0xffffffffULL
#define FILTER_MAX 64

enum filter_operation {
	FILTER_UNKNOWN, /* cannot be decided here */
	FILTER_TRUE,
	FILTER_RANGE, /* low <= fact <= high */
	FILTER_LOCAL, /* the local address has this prefix (and its port is between low and high) */
	FILTER_PEER,
	FILTER_OPTION, /* low <= the value of an option <= high, as signed numbers */
	FILTER_AND,
	FILTER_OR,
	FILTER_NOT,
};

/** One instruction: a condition pushes its truth, and, or, not take theirs from the stack. */
struct filter_instruction {
	__u64 low;
	__u64 high;
	__u8 address[16];
	__u8 operation;
	__u8 fact;      /* FILTER_RANGE: of enum filter_fact; FILTER_LOCAL, _PEER: the family, 0: any address */
	__u8 bits;      /* length of the prefix */
	__u8 is_holder; /* the fact is the holder's */
	__u8 block;     /* FILTER_OPTION: where its value is */
	__u8 size;
	__u8 is_signed;
	__u8 pad;
	__u16 offset;
	__u16 slot;
	__u32 pad2;
};

_Static_assert(sizeof(struct filter_instruction) == 48, "loader and program must agree");

#endif
