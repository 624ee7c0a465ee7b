/* SPDX-License-Identifier: MIT */
/* Calls that may block: accept(2) waits for its listener to have a connection, connect(2) has a thread of its own. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"
#include "tidy.h"

#define LOOK_AGAIN_MS 250       /* for callers that a signal took away */
#define ACCEPT_AT_MOST_US 20000 /* another holder of the listener was faster */

/** A call that blocks. */
struct notify_waiting {
	struct notify_call call;
	int fd; /* of the listener, or of the socket that connects; owned */
	uint64_t cookie;
	int64_t until_ms; /* SO_RCVTIMEO of the listener; 0: no end */
	/* connect(2) */
	bool is_connect;
	pthread_t thread;
	struct sockaddr_storage address;
	socklen_t length;
	int error;
	int wake_fd;
	_Atomic bool is_done;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void only_interrupts(int signal)
{
	(void)signal;
}

static void catch_signal(int number)
{
	struct sigaction action = { .sa_handler = only_interrupts };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/** Takes call and fd over. */
static struct notify_waiting *waiting_new(struct notify *notify, const struct notify_call *call, int fd,
					  uint64_t cookie)
{
	struct notify_waiting *waiting;

	if (notify->n_waiting == NOTIFY_WAITING_MAX)
		return NULL;
	waiting = calloc(1, sizeof(*waiting));
	if (!waiting)
		return NULL;
	waiting->call = *call;
	waiting->fd = fd;
	waiting->cookie = cookie;
	waiting->wake_fd = notify->wake_fd;
	notify->waiting[notify->n_waiting++] = waiting;
	return waiting;
}

static void waiting_free(struct notify_waiting *waiting)
{
	close(waiting->fd);
	if (waiting->call.pidfd >= 0)
		close(waiting->call.pidfd);
	free(waiting);
}

/* ---- accept ---- */

/**
 * Takes a connection that poll(2) has announced. Its descriptor's flags are shared with the program, so it may
 * be a blocking one: a timer ends the call if another holder of the listener took the connection.
 */
static int accept_now(int listener, int flags, struct sockaddr_storage *ret_address, socklen_t *ret_length)
{
	bool may_block = !(fcntl(listener, F_GETFL) & O_NONBLOCK);
	struct itimerval timer = { .it_value = { .tv_usec = ACCEPT_AT_MOST_US },
				   .it_interval = { .tv_usec = ACCEPT_AT_MOST_US } };
	struct itimerval off = { 0 };
	int fd, r;

	if (may_block) {
		catch_signal(SIGALRM);
		setitimer(ITIMER_REAL, &timer, NULL);
	}
	*ret_length = sizeof(*ret_address);
	memset(ret_address, 0, sizeof(*ret_address));
	fd = accept4(listener, (struct sockaddr *)ret_address, ret_length, flags | SOCK_CLOEXEC);
	r = fd < 0 ? -errno : fd;
	if (may_block)
		setitimer(ITIMER_REAL, &off, NULL);
	return r;
}

/** Writes the peer's address where the caller wants it, as accept(2) does. */
static int put_address(const struct notify *notify, const struct notify_call *call,
		       const struct sockaddr_storage *address, socklen_t length)
{
	socklen_t room;
	int r;

	if (!call->arguments[1])
		return 0;
	r = notify_read(notify, call, call->arguments[2], &room, sizeof(room));
	if (r < 0)
		return r;
	if ((int)room < 0)
		return -EINVAL;
	if (room > length)
		room = length;
	r = room ? notify_write(notify, call, call->arguments[1], address, room) : 0;
	return r == 0 ? notify_write(notify, call, call->arguments[2], &length, sizeof(length)) : r;
}

static int flags_of(const struct notify_call *call)
{
	return call->number == SYS_accept4 ? (int)call->arguments[3] : 0;
}

/** Hands an accepted socket over; takes fd. */
static void give(struct notify *notify, const struct notify_call *call, uint64_t listener, int taken,
		 const struct sockaddr_storage *address, socklen_t length)
{
	autoclose int fd = taken;
	int r = put_address(notify, call, address, length);

	if (r == 0)
		r = notify_answer_fd(notify, call, fd, flags_of(call) & SOCK_CLOEXEC);
	else if (r != -ENOENT)
		r = notify_answer(notify, call, 0, -r);
	/* A signal came in between: the connection is for who accepts next. */
	if (r == -ENOENT)
		notify_keep(notify, &(struct notify_kept){ .cookie = listener, .fd = take_fd(&fd) });
}

/** Accepts one connection. @return true if the call was answered, or waits no more */
static bool accept_one(struct notify *notify, struct notify_call *call, int listener, uint64_t cookie)
{
	struct sockaddr_storage address;
	struct run_socket accepted;
	socklen_t length;
	int fd;

	if (!notify_is_valid(notify, call)) {
		notify_forget(notify, call);
		return true;
	}
	if (notify_enter_rights(notify, call) < 0) {
		notify_note(notify, RUN_NOTE_SOCKET_LATE, call->tid);
		notify_continue(notify, call);
		return true;
	}
	notify_acts(notify, call);
	fd = accept_now(listener, flags_of(call) & SOCK_NONBLOCK, &address, &length);
	notify_leave_rights();
	if (fd == -EINTR)
		return false;
	if (fd < 0) {
		notify_answer(notify, call, 0, -fd);
		return true;
	}
	if (notify_read_socket(notify, call, fd, -1, &accepted) == 0) {
		run_inherit(&notify->state, cookie, &accepted.facts);
		run_apply(&notify->state, &accepted, SOCKOPT_AT_ACCEPT);
	}
	run_socket_done(&accepted);
	give(notify, call, cookie, fd, &address, length);
	return true;
}

/** A connection that an interrupted accept(2) had got already. */
static bool give_kept(struct notify *notify, struct notify_call *call, uint64_t cookie)
{
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof(address);
	struct notify_kept kept;

	if (!notify_take_kept(notify, call, cookie, &kept))
		return false;
	if (getpeername(kept.fd, (struct sockaddr *)&address, &length) < 0)
		length = 0;
	give(notify, call, cookie, kept.fd, &address, length);
	return true;
}

/** When a blocking accept(2) gives up; 0: never. */
static int64_t end_of_wait(int listener)
{
	struct timeval timeout = { 0 };
	socklen_t length = sizeof(timeout);

	if (getsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &timeout, &length) < 0 ||
	    (!timeout.tv_sec && !timeout.tv_usec))
		return 0;
	return now_ms() + (int64_t)timeout.tv_sec * 1000 + timeout.tv_usec / 1000;
}

static bool is_readable(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, 0) > 0;
}

/** Is something due on what such a listener accepts? One of MPTCP gives a client without it a connection of TCP. */
static bool is_due_at_accept(const struct rules *rules, const struct sockopt_kind *listener)
{
	struct sockopt_kind fallen_back = *listener;

	if (run_may_be_due(rules, listener, SOCKOPT_AT_ACCEPT))
		return true;
	fallen_back.protocol = IPPROTO_TCP;
	return listener->protocol == IPPROTO_MPTCP && run_may_be_due(rules, &fallen_back, SOCKOPT_AT_ACCEPT);
}

void notify_accept(struct notify *notify, struct notify_call *call, struct run_socket *listener)
{
	uint64_t cookie = listener->facts.cookie;
	bool may_block = !(fcntl(listener->fd, F_GETFL) & O_NONBLOCK);
	struct notify_waiting *waiting;

	if (listener->facts.state != FACTS_LISTENING ||
	    (!notify->state.memory && !is_due_at_accept(notify->state.job->rules, &listener->facts.kind))) {
		notify_continue(notify, call);
		return;
	}
	if (give_kept(notify, call, cookie))
		return;
	if (is_readable(listener->fd)) {
		if (accept_one(notify, call, listener->fd, cookie))
			return;
	} else if (!may_block) {
		notify_answer(notify, call, 0, EAGAIN);
		return;
	}
	waiting = waiting_new(notify, call, listener->fd, cookie);
	if (!waiting) {
		notify_continue(notify, call);
		return;
	}
	waiting->until_ms = end_of_wait(listener->fd);
	listener->fd = -1;
	call->pidfd = -1;
}

/* ---- connect ---- */

static void *connect_thread(void *argument)
{
	struct notify_waiting *waiting = argument;
	uint64_t one = 1;
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
	waiting->error = connect(waiting->fd, (struct sockaddr *)&waiting->address, waiting->length) < 0 ? errno : 0;
	atomic_store(&waiting->is_done, true);
	return write(waiting->wake_fd, &one, sizeof(one)) < 0 ? waiting : NULL;
}

int notify_connect(struct notify *notify, const struct notify_call *call, int fd,
		   const struct sockaddr_storage *address, socklen_t length)
{
	struct notify_waiting *waiting = waiting_new(notify, call, fd, identity_cookie(fd));
	sigset_t all, before;
	int r;

	if (!waiting)
		return -EAGAIN;
	waiting->is_connect = true;
	waiting->address = *address;
	waiting->length = length;
	catch_signal(SIGUSR1);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&waiting->thread, NULL, connect_thread, waiting);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r < 0) {
		notify->n_waiting--;
		free(waiting);
	}
	return r;
}

/** @return true if it is over */
static bool go_on_connecting(struct notify *notify, struct notify_waiting *waiting)
{
	const struct notify_call *call = &waiting->call;

	if (!atomic_load(&waiting->is_done)) {
		/* Interrupted, as the caller was: its next try goes on with the same connection. */
		if (!notify_is_valid(notify, call))
			pthread_kill(waiting->thread, SIGUSR1);
		return false;
	}
	pthread_join(waiting->thread, NULL);
	if (notify_answer(notify, call, 0, waiting->error) == -ENOENT && waiting->error != EINTR)
		notify_keep(notify, &(struct notify_kept){ .tid = call->tid,
							   .number = call->number,
							   .cookie = waiting->cookie,
							   .error = waiting->error,
							   .fd = -1 });
	return true;
}

/* ---- the loop ---- */

/** @return true if it is over */
static bool go_on(struct notify *notify, struct notify_waiting *waiting)
{
	if (waiting->is_connect)
		return go_on_connecting(notify, waiting);
	if (!notify_is_valid(notify, &waiting->call)) {
		notify_forget(notify, &waiting->call);
		return true;
	}
	if (is_readable(waiting->fd))
		return accept_one(notify, &waiting->call, waiting->fd, waiting->cookie);
	if (!waiting->until_ms || now_ms() < waiting->until_ms)
		return false;
	notify_answer(notify, &waiting->call, 0, EAGAIN);
	return true;
}

size_t notify_wait_for(const struct notify *notify, struct pollfd *ret, int *ret_timeout_ms)
{
	size_t n = 0;

	ret[n++] = (struct pollfd){ .fd = notify->wake_fd, .events = POLLIN };
	for (size_t i = 0; i < notify->n_waiting; i++) {
		const struct notify_waiting *waiting = notify->waiting[i];
		int64_t left = waiting->until_ms ? waiting->until_ms - now_ms() : LOOK_AGAIN_MS;

		if (left < 0)
			left = 0;
		if (*ret_timeout_ms < 0 || left < *ret_timeout_ms)
			*ret_timeout_ms = left < LOOK_AGAIN_MS ? (int)left : LOOK_AGAIN_MS;
		/* A listener that nobody holds any more must not stay open with us: the thread's end wakes us. */
		ret[n++] = (struct pollfd){ .fd = waiting->call.pidfd, .events = POLLIN };
		if (!waiting->is_connect)
			ret[n++] = (struct pollfd){ .fd = waiting->fd, .events = POLLIN };
	}
	return n;
}

void notify_wake(struct notify *notify)
{
	uint64_t woken;
	size_t left = 0;

	while (read(notify->wake_fd, &woken, sizeof(woken)) > 0)
		;
	for (size_t i = 0; i < notify->n_waiting; i++) {
		struct notify_waiting *waiting = notify->waiting[i];

		if (go_on(notify, waiting))
			waiting_free(waiting);
		else
			notify->waiting[left++] = waiting;
	}
	notify->n_waiting = left;
}
