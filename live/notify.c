/* SPDX-License-Identifier: MIT */
/* Engine notify: for plain users and static programs. */

#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify-filter.h"
#include "program.h"
#include "run-detach.h"
#include "tidy.h"

#define N_(text) text
#define RESTARTS_MAX 8
#define NATIVE_BIT 0x40000000 /* __X32_SYSCALL_BIT */

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

#if defined(__x86_64__)
#define NATIVE_ABI 0xC000003EU /* AUDIT_ARCH_X86_64 */
#elif defined(__aarch64__)
#define NATIVE_ABI 0xC00000B7U /* AUDIT_ARCH_AARCH64 */
#else
#define NATIVE_ABI 0U /* others have but one */
#endif

#define I386_ABI 0x40000003U /* AUDIT_ARCH_I386 */

/* arch/x86/entry/syscalls/syscall_32.tbl */
static const struct {
	int i386, native;
} i386_calls[] = {
	{ 359, SYS_socket },
	{ 361, SYS_bind },
	{ 362, SYS_connect },
	{ 363, SYS_listen },
	{ 364, SYS_accept4 },
	{ 366, SYS_setsockopt },
	{ 425, SYS_io_uring_setup },
};

void notify_note(struct notify *notify, enum run_note note, pid_t pid)
{
	if (notify->is_said[note])
		return;
	notify->is_said[note] = true;
	notify->state.job->sink.note(notify->state.job->sink.context, note, pid);
}

/* ---- slots: what is under way, for a process that takes over ---- */

static void slot_take(struct notify *notify, uint64_t id)
{
	for (size_t i = 0; i < NOTIFY_SLOTS; i++)
		if (!atomic_load(&notify->slots->slot[i].id)) {
			atomic_store(&notify->slots->slot[i].is_acted, false);
			atomic_store(&notify->slots->slot[i].id, id);
			return;
		}
}

static void slot_free(struct notify *notify, uint64_t id)
{
	for (size_t i = 0; i < NOTIFY_SLOTS; i++)
		if (atomic_load(&notify->slots->slot[i].id) == id)
			atomic_store(&notify->slots->slot[i].id, 0);
}

void notify_forget(struct notify *notify, const struct notify_call *call)
{
	slot_free(notify, call->id);
}

void notify_acts(struct notify *notify, const struct notify_call *call)
{
	for (size_t i = 0; i < NOTIFY_SLOTS; i++)
		if (atomic_load(&notify->slots->slot[i].id) == call->id) {
			atomic_store(&notify->slots->slot[i].is_acted, true);
			return;
		}
}

/* ---- answers ---- */

bool notify_is_valid(const struct notify *notify, const struct notify_call *call)
{
	return ioctl(notify->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0;
}

static int send_answer(struct notify *notify, struct seccomp_notif_resp *answer)
{
	int r = ioctl(notify->fd, SECCOMP_IOCTL_NOTIF_SEND, answer) < 0 ? -errno : 0;

	slot_free(notify, answer->id);
	return r;
}

int notify_continue(struct notify *notify, const struct notify_call *call)
{
	struct seccomp_notif_resp answer = { .id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	return send_answer(notify, &answer);
}

int notify_answer(struct notify *notify, const struct notify_call *call, int64_t value, int error)
{
	struct seccomp_notif_resp answer = { .id = call->id, .val = error ? 0 : value, .error = -error };

	return send_answer(notify, &answer);
}

int notify_answer_fd(struct notify *notify, const struct notify_call *call, int fd, bool close_on_exec)
{
	struct seccomp_notif_addfd addfd = {
		.id = call->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)fd,
		.newfd_flags = close_on_exec ? O_CLOEXEC : 0,
	};
	int r = ioctl(notify->fd, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);

	if (r >= 0) {
		slot_free(notify, call->id);
		return 0;
	}
	if (errno == ENOENT || errno == EINPROGRESS) {
		slot_free(notify, call->id);
		return -ENOENT;
	}
	/* Before Linux 5.14 in two steps; an errno such as EMFILE is the caller's. */
	if (errno == EINVAL) {
		addfd.flags = 0;
		r = ioctl(notify->fd, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
	}
	return notify_answer(notify, call, r < 0 ? 0 : r, r < 0 ? errno : 0);
}

/* ---- serving ---- */

/**
 * The native number of a call, whatever table it came by.
 * @return false: it is of a table that is not served, or its arguments are in memory
 */
static bool take_number(const struct seccomp_data *data, struct notify_call *ret)
{
	if (NATIVE_ABI == 0 || (data->arch == NATIVE_ABI && !(data->nr & NATIVE_BIT))) {
		ret->number = data->nr;
		return true;
	}
	if (data->arch != I386_ABI)
		return false;
	ret->is_32bit = true;
	for (size_t i = 0; i < sizeof(i386_calls) / sizeof(i386_calls[0]); i++)
		if (data->nr == i386_calls[i].i386) {
			ret->number = i386_calls[i].native;
			return true;
		}
	return false;
}

static void serve_next(struct notify *notify)
{
	struct notify_call call = { .pidfd = -1 };
	const struct seccomp_notif *request = notify->request;

	memset(notify->request, 0, notify->request_size);
	/* ENOENT: interrupted before we had it. */
	if (ioctl(notify->fd, SECCOMP_IOCTL_NOTIF_RECV, notify->request) < 0)
		return;
	call.id = request->id;
	call.tid = (pid_t)request->pid;
	for (size_t i = 0; i < 6; i++)
		call.arguments[i] = request->data.args[i];
	slot_take(notify, call.id);
	if (take_number(&request->data, &call)) {
		notify_serve(notify, &call);
	} else {
		notify_note(notify, RUN_NOTE_OTHER_ABI, call.tid);
		notify_continue(notify, &call);
	}
	if (call.pidfd >= 0)
		close(call.pidfd);
}

/** The program's first process is gone: what it wrote to is not ours any more. */
static void first_process_ended(struct notify *notify)
{
	notify->state.job->sink.end(notify->state.job->sink.context);
	run_detach_release();
	close(notify->main_pidfd);
	notify->main_pidfd = -1;
}

static bool is_any_ready(const struct pollfd *polled, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (polled[i].revents)
			return true;
	return false;
}

/** Until no process has the filter any more. */
static void serve(struct notify *notify)
{
	static struct pollfd polled[NOTIFY_POLL_MAX + 2];

	for (;;) {
		int timeout_ms = -1, ready;
		size_t n = notify_wait_for(notify, polled + 2, &timeout_ms);

		polled[0] = (struct pollfd){ .fd = notify->fd, .events = POLLIN };
		polled[1] = (struct pollfd){ .fd = notify->main_pidfd, .events = POLLIN };
		ready = poll(polled, (nfds_t)(n + 2), timeout_ms);
		if (ready < 0 && errno != EINTR)
			return;
		if (polled[0].revents & POLLIN)
			serve_next(notify);
		else if (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			break;
		if (ready == 0 || is_any_ready(polled + 2, n))
			notify_wake(notify);
		if (polled[1].revents)
			first_process_ended(notify);
	}
	if (notify->main_pidfd >= 0)
		first_process_ended(notify);
}

/** Calls that a process which is gone had taken: what was begun for them is interrupted, the others go on. */
static void answer_orphans(struct notify *notify)
{
	for (size_t i = 0; i < NOTIFY_SLOTS; i++) {
		struct notify_call call = { .id = atomic_load(&notify->slots->slot[i].id), .pidfd = -1 };

		if (!call.id)
			continue;
		if (atomic_load(&notify->slots->slot[i].is_acted))
			notify_answer(notify, &call, 0, EINTR);
		else
			notify_continue(notify, &call);
	}
}

static int notify_init(struct notify *notify, const struct run_job *job)
{
	struct seccomp_notif_sizes sizes;
	int r = run_state_init(job, &notify->state);

	if (r < 0)
		return r;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	notify->request_size = sizeof(*notify->request);
	if (notify->request_size < sizes.seccomp_notif)
		notify->request_size = sizes.seccomp_notif;
	notify->request = calloc(1, notify->request_size);
	notify->slots = mmap(NULL, sizeof(*notify->slots), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	notify->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!notify->request || notify->slots == MAP_FAILED || notify->wake_fd < 0)
		return -ENOMEM;
	for (size_t i = 0; i < NOTIFY_KEPT_MAX; i++)
		notify->kept[i].fd = -1;
	notify_init_rights();
	return 0;
}

/** Waits for a child, and lets go of what the program wrote to when the program's first process ends. */
static int wait_for(struct notify *notify, pid_t child)
{
	autoclose int pidfd = pidfd_open(child, 0);
	int status = 0;

	while (pidfd >= 0 && notify->main_pidfd >= 0) {
		struct pollfd polled[] = {
			{ .fd = pidfd, .events = POLLIN },
			{ .fd = notify->main_pidfd, .events = POLLIN },
		};

		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			break;
		if (polled[1].revents) {
			run_detach_release();
			close(notify->main_pidfd);
			notify->main_pidfd = -1;
		}
		if (polled[0].revents)
			break;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/** Serves in a child, and takes another one if that dies: the program must not lose its system calls. */
static void watch(struct notify *notify)
{
	for (int restarts = 0; restarts <= RESTARTS_MAX; restarts++) {
		pid_t child = fork();

		if (child == 0) {
			if (restarts)
				answer_orphans(notify);
			serve(notify);
			_exit(0);
		}
		if (child < 0 || WIFEXITED(wait_for(notify, child)))
			return;
		notify_note(notify, RUN_NOTE_RESTARTED, child);
		notify->is_said[RUN_NOTE_RESTARTED] = false;
	}
}

/* ---- begin ---- */

static int send_fd(int socket, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { 0 };
	char byte = 'f';
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static int receive_fd(int socket)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { 0 };
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *header;
	int fd = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
		return -EPIPE;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -EPIPE;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/** May we look into the program? Tried on the socket that it shares with us. @return a pidfd, or -errno */
static int try_target(pid_t pid, int their_socket)
{
	autoclose int pidfd = pidfd_open(pid, 0);
	static char byte; /* at the same place in both */
	struct iovec to = { &byte, 1 }, from = { &byte, 1 };

	if (pidfd < 0)
		return -errno;
	autoclose int borrowed = pidfd_getfd(pidfd, their_socket, 0);
	if (borrowed < 0 || process_vm_readv(pid, &to, 1, &from, 1, 0) != 1)
		return -errno;
	return take_fd(&pidfd);
}

/** The serving process: says whether it may look into the program, gets the listener, serves. */
static _Noreturn void be_server(struct notify *notify, pid_t program, int socket, int their_socket)
{
	int r;

	notify->main_pidfd = try_target(program, their_socket);
	r = notify->main_pidfd < 0 ? notify->main_pidfd : 0;
	if (send(socket, &r, sizeof(r), MSG_NOSIGNAL) != sizeof(r) || r < 0)
		_exit(1);
	notify->fd = receive_fd(socket);
	if (notify->fd < 0)
		_exit(1);
	close(socket);
	/* The caller waits: its processor is free for us, and another one need not be woken (Linux 6.6). */
	ioctl(notify->fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	watch(notify);
	_exit(0);
}

static int obstacle(struct run_obstacle *ret, int r, const char *what, const char *hint)
{
	*ret = (struct run_obstacle){ .error = -r, .what = what, .hint = hint };
	return r;
}

/** It would work, and must not. */
static int refuse(struct run_obstacle *ret, const char *what, const char *hint)
{
	*ret = (struct run_obstacle){ .what = what, .hint = hint };
	return -EPERM;
}

static int begin(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	static struct notify notify;
	pid_t program = getpid();
	int sockets[2] = { -1, -1 }, r;

	r = notify_init(&notify, job);
	if (r == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		r = -errno;
	if (r < 0)
		return obstacle(ret_obstacle, r, N_("the serving process cannot be set up"), NULL);
	autoclose int ours = sockets[0];
	autoclose int theirs = sockets[1];
	const int keep[] = { theirs, job->keep_fd, notify.wake_fd };

	r = run_detach(keep, sizeof(keep) / sizeof(keep[0]));
	if (r == 1)
		be_server(&notify, program, theirs, ours);
	close(take_fd(&theirs));
	close(notify.wake_fd);
	if (r == 0 && recv(ours, &r, sizeof(r), 0) != sizeof(r))
		r = -EPIPE;
	if (r < 0)
		return obstacle(ret_obstacle, r, N_("the serving process may not look into the program (pidfd_getfd)"),
				N_("it needs CAP_SYS_PTRACE here, or another engine"));
	autoclose int listener = -1;
	r = notify_filter_load(job->rules, &listener);
	if (r < 0)
		return obstacle(ret_obstacle, r, N_("seccomp does not take the filter"), NULL);
	r = send_fd(ours, listener);
	return r < 0 ? obstacle(ret_obstacle, r, N_("the serving process is gone"), NULL) : 0;
}

/* ---- probe ---- */

/** With Yama a process may look into its descendants alone, and the serving process is not an ancestor. */
static bool is_restricted_by_yama(void)
{
	autoclose int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
	char scope = '0';

	return fd >= 0 && read(fd, &scope, 1) == 1 && scope != '0';
}

static int probe(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	uint32_t action = SECCOMP_RET_USER_NOTIF;
	struct program program;
	pid_t child;
	int r;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
		return obstacle(ret_obstacle, -errno, N_("this kernel, or what contains this process, has no seccomp user notification"),
				NULL);
	if (notify_filter_needs_no_new_privs() && is_restricted_by_yama())
		return refuse(ret_obstacle, N_("kernel.yama.ptrace_scope keeps the serving process from the program's sockets"),
			      N_("as root it works; so does 'sysctl kernel.yama.ptrace_scope=0'"));
	if (notify_filter_needs_no_new_privs() && program_look(job->program, &program) == 0 && program.is_privileged)
		return refuse(ret_obstacle, N_("the program is setuid or has capabilities, and a filter of a plain user takes them away"),
			      N_("as root it works"));
	/* Whether a filter can be loaded is known only by loading one: there may be another listener already. */
	child = run_fork_quietly();
	if (child == 0) {
		int listener;

		_exit(-notify_filter_load(job->rules, &listener) & 0xff);
	}
	r = child < 0 ? -errno : run_wait_quietly(child);
	if (r < 0)
		return obstacle(ret_obstacle, r, N_("a process for the trial cannot be made"), NULL);
	return r ? obstacle(ret_obstacle, -r, N_("seccomp does not take the filter"), NULL) : 0;
}

const struct run_engine run_engine_notify = { .name = "notify", .probe = probe, .begin = begin };
