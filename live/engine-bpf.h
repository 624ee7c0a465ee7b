/* SPDX-License-Identifier: MIT */
/* Between engine-bpf.c and engine-bpf-tables.c: one look at the machine. */
#ifndef LIVE_ENGINE_BPF_H
#define LIVE_ENGINE_BPF_H

#include "bpf-sockets.h"
#include "borrow.h"
#include "filter.h"
#include "gather.h"
#include "process.h"
#include "records.h"
#include "sockets.h"

struct pass {
	const struct live_request *request;
	int (*each)(void *arg, struct live_socket *socket);
	void *arg;
	struct live_report *report;
	struct filter_program filter;
	struct bpf_sockets *programs;
	struct gather_seen seen;
	struct gather shared;
	struct process process; /* that was met last; pid 0: none */
	struct borrower borrower;
	struct gather_seen mptcp; /* inodes: the first connection of each has its inode, and is no socket on its own */
	long orphans;             /* TCP sockets of a namespace that no descriptor leads to */
	bool wants_process;       /* the selector looks at what only /proc tells: user, cgroup */
	struct bpf_wish wish;     /* that programs was loaded with */
	bool wants_values;        /* of sockets that nobody holds, too */
	enum bpf_table table;     /* that is walked */
	struct gather_seen later; /* cookies of unheld sockets of this namespace, until their values are read */
	uint32_t later_tables;    /* bit BPF_TABLE_x: it has some */
	struct bpf_sockets *readers;
};

/** The selector decides with all facts, and it is handed over. is_sure: the kernel's side has decided already. */
int pass_hand_over(struct pass *pass, struct live_socket *socket, bool is_sure);

/** Reads the records of an open table, and meets each. */
int pass_read(struct pass *pass, int fd, int (*meet)(struct pass *pass, struct record_view *view));

/** Bit BPF_TABLE_x: that table can have sockets without a holder that the selector picks. netns: 0: any */
uint32_t pass_tables(const struct pass *pass, uint64_t netns);

/** Hands over the sockets without a holder of the network namespace that the thread is in. arg: the pass */
int pass_read_namespace(void *arg, uint64_t netns);

#endif
