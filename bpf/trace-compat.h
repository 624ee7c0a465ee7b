/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The system calls of 32-bit programs: another table, other registers, and socketcall(2). */
#ifndef BPF_TRACE_COMPAT_H
#define BPF_TRACE_COMPAT_H

#include "trace-bytes.h"
#include "trace-kernel.h"

/** What a system call was given, by whichever table. */
struct arguments {
	__u64 of[5];
	const void *top; /* of the stack, where the caller's address may be; 0: not told */
	__u16 flags;     /* TRACE_IS_32BIT, or 0 */
};

/** The words of i386's socketcall(2) and of its own table: arch/x86/entry/syscalls/syscall_32.tbl, linux/net.h. */
static __always_inline __u16 compat_kind(__u32 number, __u32 what)
{
	switch (number == I386_SOCKETCALL ? what : number) {
	case 366:
	case 14: return TRACE_SET;
	case 365:
	case 15: return TRACE_GET;
	case 359:
	case 1: return TRACE_SOCKET;
	case 360:
	case 8: return TRACE_SOCKETPAIR;
	case 361:
	case 2: return TRACE_BIND;
	case 362:
	case 3: return TRACE_CONNECT;
	case 363:
	case 4: return TRACE_LISTEN;
	case 364:
	case 5:
	case 18: return TRACE_ACCEPT;
	case 373:
	case 13: return TRACE_SHUTDOWN;
	default: return TRACE_N_KINDS;
	}
}

/** A call of a 32-bit program. @return its kind */
static __always_inline __u16 read_compat(const struct pt_regs___trace *regs, __u32 number, struct arguments *ret)
{
	__u16 kind;
	__u32 word;

	if (number != I386_SOCKETCALL && (number < 359 || number > 373))
		return TRACE_N_KINDS;
	kind = compat_kind(number, regs->bx);
	if (kind == TRACE_N_KINDS)
		return kind;
	ret->flags = TRACE_IS_32BIT;
	ret->top = 0;
	ret->of[0] = (__u32)regs->bx;
	ret->of[1] = (__u32)regs->cx;
	ret->of[2] = (__u32)regs->dx;
	ret->of[3] = (__u32)regs->si;
	ret->of[4] = (__u32)regs->di;
	/* Its arguments stand in the program's memory. */
	for (__u32 i = 0; i < 5 && number == I386_SOCKETCALL; i++) {
		word = 0;
		bpf_probe_read_user(&word, sizeof(word), (const void *)((__u64)(__u32)regs->cx + 4 * i));
		ret->of[i] = word;
	}
	return kind;
}

#endif
