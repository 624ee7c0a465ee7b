/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The generated readers of all options of a socket, and what they read from. */
#ifndef BPF_READ_H
#define BPF_READ_H

#include "expression.h"
#include "kernel.h"
#include "record.h"

#define COPY_MAX 4096

/** A bit each of enum values_block: the blocks that the caller wants; the code for others is not even loaded. */
const volatile __u32 wanted_blocks;

/* One socket is read at a time, by one reader: the iterators run in the read(2) of our own descriptor. */
__u8 sock_copy[COPY_MAX] __attribute__((aligned(8)));
__u8 ipv6_copy[512] __attribute__((aligned(8)));

/** Facts of a network namespace, read again when the next socket lives in another one. */
struct {
	__u64 address;
	__u64 net_cookie;
	__u32 inum;
	__u32 sysctl_tcp_pingpong_thresh;
	__u32 census; /* its place there, CENSUS_MAX: none */
} of_net;

__u64 cookie_of_socket;

#define AF_UNIX 1

#define ASK(slot) (record->ask[(slot) / 64] |= 1ULL << ((slot) % 64))
#define SPECIAL(slot) (record->special[(slot) / 64] |= 1ULL << ((slot) % 64))

static __always_inline __u64 cookie(void)
{
	return cookie_of_socket;
}

#include "read.gen.h"

#endif
