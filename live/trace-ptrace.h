/* SPDX-License-Identifier: MIT */
/* The threads that engine ptrace holds, and the call that each is in. */
#ifndef LIVE_TRACE_PTRACE_H
#define LIVE_TRACE_PTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "borrow.h"
#include "identity.h"
#include "stack-unwind.h"
#include <trace-bytes.h>

struct tracees;

struct tracee {
	pid_t tid;
	pid_t pid; /* of its process; 0: not asked yet */
	bool in_call;
	bool is_32bit; /* the call is of the table of i386 */
	uint64_t arguments[6];
	struct tracees *all;
	union {
		struct trace_record head;
		unsigned char bytes[TRACE_RECORD_MAX];
	} record;
	unsigned char value[TRACE_VALUE_MAX]; /* of set, bind, connect: as it was when the call began */
	struct trace_paths paths;
	uint64_t stack[TRACE_STACK_MAX];
};

struct tracees {
	struct tracee **list;
	size_t n, room;
	bool with_stack;
	struct unwinder unwinder;
	uint64_t lost; /* calls of threads for which there was no memory */
	struct borrower borrower;
	struct identity_namespaces namespaces;
};

/** The thread, which is met for the first time or known; NULL: no memory. */
struct tracee *tracees_get(struct tracees *tracees, pid_t tid);
void tracees_forget(struct tracees *tracees, pid_t tid);
void tracees_free(struct tracees *tracees);

/** i386's socketcall(2) has its arguments in memory: takes them from there. */
void tracee_read_socketcall(struct tracee *tracee, uint64_t arguments[6]);

/** Notes what a call is asked to do. The thread is stopped. */
void tracee_begin_call(struct tracee *tracee, enum trace_kind kind, const uint64_t arguments[6]);

/** Completes the record with the result and what the socket is now. The thread is stopped. */
void tracee_end_call(struct tracee *tracee, int64_t result);

#endif
