/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The bytes that bpf/change.bpf.c shares with live/bpf-change.c. */
#ifndef BPF_CHANGE_LIST_H
#define BPF_CHANGE_LIST_H

#include <linux/types.h>

#define CHANGE_OPTIONS_MAX 16
#define CHANGE_VALUE_MAX 32

/** An option that is read or set, by its place in a list. */
struct change_option {
	__s32 level;
	__s32 number;
	__u32 read_length; /* 0: it cannot be read */
	__u32 pad;
};

/** One option of one socket. */
struct change_key {
	__u64 cookie;
	__u32 option;
	__u32 pad;
};

struct change_value {
	__u32 length; /* 0: it is not to be set, only read */
	char bytes[CHANGE_VALUE_MAX];
};

/** What came of it. */
struct change_result {
	struct change_key key;
	__s32 set_error;  /* of bpf_setsockopt, negative; 0 also if nothing was to be set */
	__s32 read_error; /* of bpf_getsockopt */
	struct change_value after;
	__u32 pad;
};

_Static_assert(sizeof(struct change_result) == 64, "reader and program must agree");

#endif
