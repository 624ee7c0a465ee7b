/* SPDX-License-Identifier: MIT */
/*
 * Seccomp user notification: a call of the program waits until the serving process has answered it.
 *
 * What seccomp_unotify(2) warns of, and what is done about it:
 * - The number of a thread can be another's by the time it is used. Everything that was got by it (pidfd,
 *   memory) is used only after notify_is_valid() has said, later, that the call still waits.
 * - Memory can change after it was looked at. Where the decision depends on it, the call is made by us, with our
 *   copy, on a duplicate of the descriptor, and its result returned; the kernel does not read it again.
 * - "Continue" is said only of calls whose decision depended on registers and on the socket.
 * - A waiting call can be interrupted by a signal at any time; what was done for it by then must not be lost.
 */
#ifndef LIVE_NOTIFY_H
#define LIVE_NOTIFY_H

#include <linux/seccomp.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "run-apply.h"

/** A call of the program that waits for an answer. */
struct notify_call {
	uint64_t id;
	pid_t tid;
	int number;
	uint64_t arguments[6];
	bool is_32bit; /* by the table of i386; number and arguments are those of the native call */
	int pidfd;     /* of the thread; -1: not opened yet */
};

/** Calls that were taken and not answered, where another process can see them if this one dies. */
#define NOTIFY_SLOTS 1024

struct notify_slots {
	struct {
		_Atomic uint64_t id;   /* 0: free */
		_Atomic bool is_acted; /* something was done for it already */
	} slot[NOTIFY_SLOTS];
};

/** Results that an interrupted call did not wait for: the call that follows gets them. */
struct notify_kept {
	pid_t tid;
	int number;
	uint64_t cookie;
	int64_t value;
	int error;
	int fd; /* an accepted socket; any thread may have it. -1: none */
	int flags;
};

#define NOTIFY_KEPT_MAX 16
#define NOTIFY_WAITING_MAX 500 /* calls that block at once; more go by unseen */
#define NOTIFY_POLL_MAX (2 * NOTIFY_WAITING_MAX + 1)

struct notify_waiting;

struct notify {
	struct run_state state;
	int fd;                     /* the listener of the filter */
	int main_pidfd;             /* the program's first process; -1: it has ended */
	struct notify_slots *slots; /* shared with the process that watches over this one */
	struct seccomp_notif *request;
	size_t request_size;
	bool is_said[RUN_N_NOTES];
	struct notify_kept kept[NOTIFY_KEPT_MAX];
	unsigned next_kept;
	struct notify_waiting *waiting[NOTIFY_WAITING_MAX];
	size_t n_waiting;
	int wake_fd; /* written to when a connect(2) is done */
};

/* ---- notify.c ---- */

void notify_note(struct notify *notify, enum run_note note, pid_t pid);
/** As run_socket_read(); what keeps us from it is said. */
int notify_read_socket(struct notify *notify, const struct notify_call *call, int fd, int their_fd,
		       struct run_socket *ret);
/** Does the call still wait? */
bool notify_is_valid(const struct notify *notify, const struct notify_call *call);
/** The answers; each ends the call. @return 0, -ENOENT if it does not wait any more */
int notify_continue(struct notify *notify, const struct notify_call *call);
int notify_answer(struct notify *notify, const struct notify_call *call, int64_t value, int error);
/** Gives the thread a duplicate of a descriptor, as the call's result. */
int notify_answer_fd(struct notify *notify, const struct notify_call *call, int fd, bool close_on_exec);
/** The call does not wait any more, and nothing is left to answer. */
void notify_forget(struct notify *notify, const struct notify_call *call);
/** From here on something is done for the call. */
void notify_acts(struct notify *notify, const struct notify_call *call);

/* ---- notify-target.c ---- */

/** Opens the thread of a call. @return 0, -ENOENT (the call does not wait any more), -errno */
int notify_open_target(const struct notify *notify, struct notify_call *call);
/** A duplicate of a socket of the caller. @return 0, -ENOTSOCK, -EBADF, -EPERM, -ENOENT */
int notify_borrow(const struct notify *notify, const struct notify_call *call, int their_fd, int *ret_fd);
/** Copies memory of the caller. @return 0, -EFAULT, -ENOENT */
int notify_read(const struct notify *notify, const struct notify_call *call, uint64_t address, void *ret, size_t size);
int notify_write(const struct notify *notify, const struct notify_call *call, uint64_t address, const void *bytes,
		 size_t size);
/** Has, or takes, the rights of the caller, as far as a socket's making needs them. @return 0, -EPERM */
int notify_enter_rights(const struct notify *notify, const struct notify_call *call);
void notify_leave_rights(void);
/** Remembers whose rights we have: before the first call. */
void notify_init_rights(void);

/* ---- notify-calls.c ---- */

/** Decides on a call, and answers it now or later. */
void notify_serve(struct notify *notify, struct notify_call *call);

/** Keeps a result for the next such call. */
void notify_keep(struct notify *notify, const struct notify_kept *kept);
/** Takes what was kept for this call. */
bool notify_take_kept(struct notify *notify, const struct notify_call *call, uint64_t cookie, struct notify_kept *ret);

/* ---- notify-wait.c ---- */

/** Serves accept(2); takes the call and the socket over. */
void notify_accept(struct notify *notify, struct notify_call *call, struct run_socket *listener);
/** Makes a connect(2) that may block; takes the socket over. @return 0, -errno: nothing was begun */
int notify_connect(struct notify *notify, const struct notify_call *call, int fd,
		   const struct sockaddr_storage *address, socklen_t length);
/**
 * @brief What to wait for besides new calls.
 * @param ret room for NOTIFY_POLL_MAX
 * @param ret_timeout_ms lowered, if it must be looked at again by then
 */
size_t notify_wait_for(const struct notify *notify, struct pollfd *ret, int *ret_timeout_ms);
/** Goes on with what can go on. */
void notify_wake(struct notify *notify);

#endif
