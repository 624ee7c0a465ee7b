/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's structs and numbers, as far as trace reads them and others do not. */
#ifndef BPF_TRACE_KERNEL_H
#define BPF_TRACE_KERNEL_H

#include "kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Flavours (libbpf drops what follows ___): fields that kernel.h does not read. */
struct pt_regs___trace {
	unsigned long bx;
	unsigned long cx;
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long r10;
	unsigned long r8;
	unsigned long orig_ax;
	unsigned long sp;
};

struct upid___trace {
	int nr;
	void *ns;
};

struct thread_info___trace {
	__u32 status;
};

struct fdtable___trace {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct___trace {
	struct fdtable___trace *fdt;
};

struct kernel_cap___trace {
	__u64 val;
};

struct kuid___trace {
	__u32 val;
};

struct cred___trace {
	struct kuid___trace uid;
	struct kernel_cap___trace cap_effective;
};

struct signal_struct___trace {
	atomic_t live;
};

struct task_struct___trace {
	struct thread_info___trace thread_info;
	int pid;
	int tgid;
	struct files_struct___trace *files;
	const struct cred___trace *cred;
	struct signal_struct___trace *signal;
	struct pid *thread_pid;
	struct task_struct___trace *group_leader;
	char comm[16];
};

struct file___trace {
	unsigned int f_flags;
};

struct socket___trace {
	short type;
	struct file *file;
	struct sock *sk;
};

struct inode___trace {
	unsigned short i_mode;
	unsigned long i_ino;
};

struct io_uring_cqe___trace {
	__s32 res;
};

struct io_kiocb___trace {
	struct file *file;
	__u8 opcode;
};

struct io_uring_sqe___trace {
	__s32 fd;
	__u32 level;
	__u32 optname;
	__u32 optlen;
	__u64 optval;
};

struct io_uring_cmd___trace {
	const struct io_uring_sqe___trace *sqe;
	__u32 cmd_op;
};

#pragma clang attribute pop

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
#define SOCK_RAW 3
#define TCP_CLOSE 7
#define TCP_SYN_SENT 2
#define TCP_LISTEN 10
#define O_NONBLOCK 00004000
#define EPERM 1
#define EACCES 13
#define TS_COMPAT 2
#define I386_CLOSE 6
#define I386_SOCKETCALL 102
#define URING_COMMAND 46 /* IORING_OP_URING_CMD */
#define URING_GETSOCKOPT 2
#define URING_SETSOCKOPT 3

#endif
