/* SPDX-License-Identifier: MIT */
/*
 * Lets one system call of one thread fail: fail-call SAID THREAD CALL NTH ERRNO PROGRAM [ARGUMENT...]
 *
 * SAID is a file that is made when it has failed, THREAD the how manieth that came to be (0: the program's first), CALL
 * a number, NTH from 1 on. What strace injects it injects into each thread that makes as many calls: a child's third
 * close(2) is not to be had without the parent's.
 */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

enum { THREADS_MAX = 4096 };

static const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			    PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
static pid_t threads[THREADS_MAX];
static int n_threads;
static long wanted_thread, wanted_call, wanted_nth, wanted_error, n_calls;
static bool is_failing, has_exec;
static const char *said;

/** In the order in which they came to be: of a child its parent tells before it runs, or it is first itself. */
static long index_of(pid_t pid)
{
	for (int i = n_threads - 1; i >= 0; i--)
		if (threads[i] == pid)
			return i;
	if (n_threads == THREADS_MAX)
		exit(125);
	threads[n_threads] = pid;
	return n_threads++;
}

/** What the kernel is to be told instead of the call's number, or the program instead of its result. */
static void replace(pid_t pid, bool is_entry, long value)
{
#if defined(__x86_64__)
	struct user_regs_struct registers;
	struct iovec part = { &registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) < 0)
		return;
	if (is_entry)
		registers.orig_rax = (unsigned long)value;
	else
		registers.rax = (unsigned long)value;
	ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part);
#elif defined(__aarch64__)
	struct user_regs_struct registers;
	int number = (int)value;
	struct iovec part = { &registers, sizeof(registers) }, call = { &number, sizeof(number) };

	if (is_entry) {
		ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &call);
	} else if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part) == 0) {
		registers.regs[0] = (unsigned long)value;
		ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part);
	}
#else
	fprintf(stderr, "fail-call: %d, %d, %ld: nobody knows the registers of this machine\n", pid, is_entry, value);
	exit(125);
#endif
}

static void at_call(pid_t pid)
{
	struct ptrace_syscall_info info;

	if (index_of(pid) != wanted_thread || !has_exec ||
	    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && (long)info.entry.nr == wanted_call && ++n_calls == wanted_nth) {
		is_failing = true;
		replace(pid, true, -1);
		close(creat(said, 0600));
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && is_failing) {
		is_failing = false;
		replace(pid, false, -wanted_error);
	}
}

/** Lets a thread that stands go on. */
static void go_on(pid_t pid, int status)
{
	int signal_ = WSTOPSIG(status), event = status >> 16;
	unsigned long child;

	if (event == PTRACE_EVENT_STOP && (signal_ == SIGSTOP || signal_ == SIGTSTP || signal_ == SIGTTIN || signal_ == SIGTTOU)) {
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
		return;
	}
	if (signal_ == (SIGTRAP | 0x80)) {
		at_call(pid);
		signal_ = 0;
	} else if (event) {
		has_exec = has_exec || event == PTRACE_EVENT_EXEC;
		if (event != PTRACE_EVENT_STOP && event != PTRACE_EVENT_EXEC &&
		    ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child) == 0)
			index_of((pid_t)child);
		signal_ = 0;
	}
	ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal_);
}

/** The program waits until it is traced. */
static pid_t start(char **program)
{
	int gate[2];
	char byte;
	pid_t pid;

	if (pipe(gate) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) < 0)
			_exit(125);
		close(gate[0]);
		execvp(program[0], program);
		_exit(127);
	}
	close(gate[0]);
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		return -1;
	close(gate[1]);
	index_of(pid);
	return pid;
}

int main(int argc, char **argv)
{
	int status, ended = 0;
	pid_t first, pid;

	if (argc < 7)
		return 125;
	said = argv[1];
	wanted_thread = atol(argv[2]);
	wanted_call = atol(argv[3]);
	wanted_nth = atol(argv[4]);
	wanted_error = atol(argv[5]);
	first = start(argv + 6);
	if (first < 0) {
		perror("fail-call");
		return 125;
	}
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status))
			go_on(pid, status);
		else if (pid == first)
			ended = status;
	}
	if (WIFSIGNALED(ended)) {
		signal(WTERMSIG(ended), SIG_DFL);
		raise(WTERMSIG(ended));
	}
	return WEXITSTATUS(ended);
}
