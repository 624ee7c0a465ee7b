/* SPDX-License-Identifier: MIT */
/*
 * Engine ptrace: for what we start ourselves, without any privilege.
 *
 * A seccomp filter in the program stops it at the calls on sockets and nowhere
 * else (SECCOMP_RET_TRACE); we look at the arguments, let the kernel do the call,
 * and look at the result. The call is made by the program itself, so that nothing
 * about it can differ from an untraced run.
 */

#include "trace-engine.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tidy.h"
#include "trace-ptrace.h"

/* Marked for translation: a command says it. */
#define N_(text) text

#define OPTIONS                                                                                     \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

#define I386_ABI 0x40000003U /* AUDIT_ARCH_I386 */
#define I386_SOCKETCALL 102

struct ptrace_engine {
	struct trace_engine engine;
	struct trace_wish wish; /* its lists are the caller's */
	struct tracees tracees;
	pid_t child;
	bool child_ended;
	int child_status;
	trace_each *each;
	void *arg;
};

static const struct {
	int number;
	enum trace_kind kind;
} calls[] = {
	{ SCMP_SYS(setsockopt), TRACE_SET },
	{ SCMP_SYS(getsockopt), TRACE_GET },
	{ SCMP_SYS(socket), TRACE_SOCKET },
	{ SCMP_SYS(socketpair), TRACE_SOCKETPAIR },
	{ SCMP_SYS(bind), TRACE_BIND },
	{ SCMP_SYS(listen), TRACE_LISTEN },
	{ SCMP_SYS(connect), TRACE_CONNECT },
	{ SCMP_SYS(accept), TRACE_ACCEPT },
	{ SCMP_SYS(accept4), TRACE_ACCEPT },
	{ SCMP_SYS(shutdown), TRACE_SHUTDOWN },
	{ SCMP_SYS(close), TRACE_CLOSE },
};

/** The filter: these calls stop for the tracer, with their kind as the message; all others run. */
int trace_ptrace_prepare(void *arg)
{
	const struct trace_wish *wish = arg;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r;

	if (!filter)
		return -ENOMEM;
	/* A program of a table that is not served runs untraced rather than not at all. */
	r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
#ifdef __x86_64__
	if (r == 0)
		r = seccomp_arch_add(filter, SCMP_ARCH_X86);
#endif
	for (size_t i = 0; r == 0 && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (wish->life || calls[i].kind <= TRACE_GET)
			r = seccomp_rule_add(filter, SCMP_ACT_TRACE((uint16_t)calls[i].kind), calls[i].number, 0);
	/* Who may load it without giving up set-user-ID programs does. */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (r == 0)
		r = seccomp_load(filter);
	if (r == -EACCES || r == -EPERM || r == -ECANCELED) {
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 1);
		if (r == 0)
			r = seccomp_load(filter);
	}
	seccomp_release(filter);
	return r;
}

static int resume(pid_t tid, bool to_its_end, int signal)
{
	return ptrace(to_its_end ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (void *)(intptr_t)signal) < 0 ? -errno : 0;
}

static bool is_wanted(const struct ptrace_engine *self, const struct trace_record *record)
{
	if (record->kind > TRACE_GET || self->wish.n_options == 0)
		return true;
	for (size_t i = 0; i < self->wish.n_options; i++)
		if (self->wish.options[i]->level->number == record->level &&
		    self->wish.options[i]->number == record->option)
			return true;
	return false;
}

static void tell(struct ptrace_engine *self, struct tracee *tracee, int64_t result)
{
	struct trace_record *record = &tracee->record.head;

	if ((self->wish.failed && result >= 0) || !is_wanted(self, record))
		return;
	tracee_end_call(tracee, result);
	self->each(self->arg, record);
}

/** A call is about to be made: what is only known now is noted. */
static void begin_call(struct ptrace_engine *self, struct tracee *tracee, enum trace_kind kind)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, (void *)sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return;
	tracee->is_32bit = info.arch == I386_ABI;
	if (tracee->is_32bit && info.seccomp.nr == I386_SOCKETCALL)
		tracee_read_socketcall(tracee, info.seccomp.args);
	tracee_begin_call(tracee, kind, info.seccomp.args);
	/* Told now: afterwards there is nothing left to look at. */
	if (kind == TRACE_CLOSE) {
		if (tracee->record.head.flags & TRACE_HAS_SOCKET)
			tell(self, tracee, 0);
		tracee->in_call = false;
	}
}

static void end_call(struct ptrace_engine *self, struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (tracee->in_call && ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, (void *)sizeof(info), &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_EXIT)
		tell(self, tracee, info.exit.rval);
	tracee->in_call = false;
}

static bool stops_a_group(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void on_event(struct ptrace_engine *self, struct tracee *tracee, int event, int signal)
{
	unsigned long message = 0;

	ptrace(PTRACE_GETEVENTMSG, tracee->tid, NULL, &message);
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		if (message < TRACE_N_KINDS)
			begin_call(self, tracee, (enum trace_kind)message);
		break;
	case PTRACE_EVENT_EXEC:
		/* The thread that called it goes on as the first one; the others are gone. */
		if ((pid_t)message != tracee->tid)
			tracees_forget(&self->tracees, (pid_t)message);
		tracee->in_call = false;
		if (tracee->pid == self->tracees.unwinder.pid)
			unwind_forget(&self->tracees.unwinder);
		tracee->pid = 0;
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		/* Counted from now on, not from its first stop: who started it may be gone before. But its own end may
		 * have come before this news. */
		if (kill((pid_t)message, 0) == 0 || errno == EPERM)
			tracees_get(&self->tracees, (pid_t)message);
		break;
	case PTRACE_EVENT_STOP:
		if (stops_a_group(signal)) {
			ptrace(PTRACE_LISTEN, tracee->tid, NULL, NULL);
			return;
		}
		break;
	default: break;
	}
	resume(tracee->tid, tracee->in_call, 0);
}

static void on_stop(struct ptrace_engine *self, pid_t tid, int status)
{
	struct tracee *tracee = tracees_get(&self->tracees, tid);
	int signal = WSTOPSIG(status), event = status >> 16;

	/* Without memory for it the thread goes on, unseen. */
	if (!tracee) {
		resume(tid, false, event ? 0 : signal);
	} else if (event) {
		on_event(self, tracee, event, signal);
	} else if (signal == (SIGTRAP | 0x80)) {
		end_call(self, tracee);
		resume(tid, false, 0);
	} else {
		resume(tid, tracee->in_call, signal);
	}
}

static void on_status(struct ptrace_engine *self, pid_t tid, int status)
{
	if (WIFSTOPPED(status)) {
		on_stop(self, tid, status);
		return;
	}
	tracees_forget(&self->tracees, tid);
	if (tid == self->child) {
		self->child_ended = true;
		self->child_status = status;
	}
}

static void nothing(int signal)
{
	(void)signal;
}

/** Waits for a child's change of state, at most so long. @return 1, 0: time is up; -EINTR, -ECHILD */
static int wait_for(pid_t *ret_tid, int *ret_status, int timeout_ms)
{
	const struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
	siginfo_t info;
	sigset_t child;

	*ret_tid = waitpid(-1, ret_status, __WALL | WNOHANG);
	if (*ret_tid > 0)
		return 1;
	if (*ret_tid < 0)
		return -errno;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigtimedwait(&child, &info, &timeout) < 0)
		return errno == EAGAIN ? 0 : -errno;
	*ret_tid = waitpid(-1, ret_status, __WALL | WNOHANG);
	return *ret_tid > 0 ? 1 : *ret_tid < 0 ? -errno :
						 0;
}

static int ptrace_poll(struct trace_engine *engine, int timeout_ms, trace_each *each, void *arg)
{
	struct ptrace_engine *self = (struct ptrace_engine *)engine;
	int r = 1, status;
	pid_t tid;

	self->each = each;
	self->arg = arg;
	/* All that are waiting; then back, so that what was told is shown. */
	for (size_t n = 0; r > 0 && n < 256; n++) {
		r = wait_for(&tid, &status, n ? 0 : timeout_ms);
		if (r > 0)
			on_status(self, tid, status);
	}
	return r == -ECHILD || r > 0 ? 0 : r;
}

static uint64_t ptrace_lost(struct trace_engine *engine)
{
	return ((struct ptrace_engine *)engine)->tracees.lost;
}

static uint64_t ptrace_missed(struct trace_engine *engine)
{
	(void)engine;
	return 0;
}

static bool ptrace_is_over(struct trace_engine *engine)
{
	struct ptrace_engine *self = (struct ptrace_engine *)engine;

	return self->child_ended && self->tracees.n == 0;
}

static bool ptrace_has_ended(struct trace_engine *engine, pid_t child, int *ret_status)
{
	struct ptrace_engine *self = (struct ptrace_engine *)engine;

	if (!self->child_ended || child != self->child)
		return false;
	*ret_status = self->child_status;
	return true;
}

static void ptrace_close(struct trace_engine *engine)
{
	struct ptrace_engine *self = (struct ptrace_engine *)engine;

	tracees_free(&self->tracees);
	free(self);
}

int trace_ptrace_open(const struct trace_wish *wish, pid_t child, struct trace_engine **ret, const char **reterr_what)
{
	struct ptrace_engine *self = calloc(1, sizeof(*self));
	sigset_t signals;

	if (!self)
		return -ENOMEM;
	*self = (struct ptrace_engine){
		.engine = {
			.name = "ptrace",
			.sees_kept = true,
			.ends_with_us = true,
			.poll = ptrace_poll,
			.lost = ptrace_lost,
			.missed = ptrace_missed,
			.is_over = ptrace_is_over,
			.has_ended = ptrace_has_ended,
			.close = ptrace_close,
		},
		.wish = *wish,
		.tracees = { .with_stack = wish->stack, .borrower = BORROWER_INIT },
		.child = child,
	};
	/* So that SIGCHLD can be waited for: it must be blocked, and not be ignored. */
	signal(SIGCHLD, nothing);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (ptrace(PTRACE_SEIZE, child, NULL, (void *)OPTIONS) < 0) {
		int r = -errno;

		free(self);
		*reterr_what = N_("the program cannot be traced");
		return r;
	}
	*ret = &self->engine;
	return 0;
}
