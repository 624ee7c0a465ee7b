/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The bytes of one traced system call: what the kernel's side of the BPF engine
 * writes, what the ptrace engine makes, and what a capture file has. In the byte
 * order of the machine. After the struct follow, each only if it is there:
 *
 *   struct trace_paths           TRACE_HAS_PATHS
 *   __u64 [stack_size]           return addresses, the innermost first
 *   __u8 [value_size]            the value, padded with zeros to a multiple of 8
 */
#ifndef BPF_TRACE_BYTES_H
#define BPF_TRACE_BYTES_H

#include <linux/types.h>

#define TRACE_VALUE_MAX 4096
#define TRACE_STACK_MAX 32
#define TRACE_PATH_MAX 108
#define TRACE_KEPT_MAX 16

/** In the order of enum call_kind. */
enum trace_kind {
	TRACE_SET,
	TRACE_GET,
	TRACE_SOCKET,
	TRACE_SOCKETPAIR,
	TRACE_BIND,
	TRACE_LISTEN,
	TRACE_CONNECT,
	TRACE_ACCEPT,
	TRACE_SHUTDOWN,
	TRACE_CLOSE,
	TRACE_N_KINDS,
};

enum trace_flag {
	TRACE_HAS_SOCKET = 1, /* fd is a socket, and what it is was read */
	TRACE_HAS_PEER = 2,
	TRACE_HAS_PATHS = 4,     /* names of an AF_UNIX socket follow */
	TRACE_VALUE_UNREAD = 8,  /* the program's memory could not be read */
	TRACE_IS_IO_URING = 16,  /* not a system call of its own */
	TRACE_IS_PROGRAM = 32,   /* the value is the instructions of a BPF program that the option points to */
	TRACE_HAS_KEPT = 64,     /* kept: what the kernel had of this option just after the call */
	TRACE_STATE_KNOWN = 128, /* state is one of enum facts_state; else kernel_state tells it */
	TRACE_NONBLOCKING = 256, /* of set: the descriptor does not block */
	TRACE_HAS_QUEUE = 512,   /* of close: fd is a TCP listener; level and option tell of it */
	TRACE_IS_32BIT = 1024,   /* by the table of i386: words in the value have 32 bits */
};

#define TRACE_ALL_FLAGS 2047

struct trace_record {
	__u32 size;         /* of all that belongs to it, in bytes */
	__u16 kind;         /* of enum trace_kind */
	__u16 flags;        /* of enum trace_flag */
	__u64 time_ns;      /* CLOCK_BOOTTIME, when the call returned */
	__s64 result;       /* as the system call returned it: a negative errno if it failed */
	__u64 capabilities; /* effective ones of the thread; 0 if the call succeeded */
	__u64 cookie;       /* 0: the socket has none yet */
	__u64 inode;
	__u32 netns;
	__u32 pid;
	__u32 tid;
	__u32 uid;
	__s32 fd;
	__s32 level;  /* socket: the family; close: has it SO_REUSEPORT */
	__s32 option; /* socket: the type; listen: the backlog; shutdown: how; close: connections that wait for accept(2) */
	__u32 length; /* bytes of the value as the call had them; socket: the protocol */
	__u16 value_size;
	__u16 stack_size;
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 state;
	__u8 kernel_state;
	__u16 local_port;
	__u16 peer_port;
	__s32 second; /* socketpair: the other descriptor */
	__u32 kept_size;
	__u8 local[16];
	__u8 peer[16];
	__u8 kept[TRACE_KEPT_MAX];
	char name[16]; /* of the thread */
};

/** The names of an AF_UNIX socket and of its peer; length 0: none. */
struct trace_paths {
	__u8 local_length;
	__u8 peer_length;
	char local[TRACE_PATH_MAX];
	char peer[TRACE_PATH_MAX];
	char pad[6];
};

/** What a socket must be for an option to be read from its structs; else a protocol's number. */
enum trace_needs {
	TRACE_NEEDS_NOTHING,
	TRACE_NEEDS_IP = 0x10000,
	TRACE_NEEDS_IPV6,
	TRACE_NEEDS_RAW,
};

/** Where the kernel's side finds an option that was set. */
struct trace_place {
	__u32 slot;
	__u32 needs;
};

_Static_assert(sizeof(struct trace_record) == 168, "writer and reader must agree");
_Static_assert(sizeof(struct trace_paths) == 224, "writer and reader must agree");

#define TRACE_RECORD_MAX (sizeof(struct trace_record) + sizeof(struct trace_paths) + TRACE_STACK_MAX * 8 + TRACE_VALUE_MAX)

#endif
