/* SPDX-License-Identifier: MIT */
/*
 * libsockopt-preload.so: the rules of `sockopt run` inside of the program, by LD_PRELOAD.
 *
 * Calls that do not go by these names pass by: direct system calls, io_uring, and those that the C library
 * makes for itself (its resolver).
 */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <failure.h>
#include <preload-wire.h>
#include <run-apply.h>
#include <tidy.h>

#define OURS __attribute__((visibility("default")))

static struct rules rules;
static struct run_job job = { .rules = &rules };
static struct run_state state;
static bool is_ready; /* the rules were read */
static struct sockaddr_un sink;
static socklen_t sink_length;
static char key[PRELOAD_KEY_LENGTH];
/* One thread at a time decides; the program's own call is made without it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* What we call ourselves is not looked at again. */
static __thread bool is_inside __attribute__((tls_model("initial-exec")));

/** The function of this name that would be called without us. */
static void *next(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (!found)
		abort(); /* no C library is without it */
	return found;
}

/** Looked for once; two threads at once find the same. */
#define NEXT(function)                                                                       \
	({                                                                                   \
		static void *found;                                                          \
		void *known = __atomic_load_n(&found, __ATOMIC_RELAXED);                     \
                                                                                             \
		if (!known)                                                                  \
			__atomic_store_n(&found, known = next(#function), __ATOMIC_RELAXED); \
		(__typeof__(&(function)))known;                                              \
	})

/* ---- telling ---- */

static void send_message(struct preload_message *message)
{
	autoclose int fd = -1;

	if (!sink_length)
		return;
	/* Opened for each: the program may close what it does not know. */
	fd = NEXT(socket)(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memcpy(message->key, key, sizeof(key));
	if (fd >= 0)
		sendto(fd, message, sizeof(*message), MSG_NOSIGNAL, (struct sockaddr *)&sink, sink_length);
}

static void say_hello(void)
{
	struct preload_message message;

	memset(&message, 0, sizeof(message));
	message.kind = PRELOAD_HELLO;
	send_message(&message);
}

static void on_event(void *context, const struct run_event *event)
{
	struct preload_message message;

	(void)context;
	if (!preload_pack(&rules, event, &message))
		return;
	send_message(&message);
}

/** As run_socket_read(), in this process; what keeps us from it is said. */
static int read_socket(int fd, struct run_socket *ret)
{
	struct preload_message message;
	int r = run_socket_read(&state, fd, 0, fd, ret);

	if (failure_is_machine(r) || failure_is_permission(r)) {
		memset(&message, 0, sizeof(message));
		message.kind = PRELOAD_NOTE;
		message.note = RUN_NOTE_UNREAD;
		send_message(&message);
	}
	return r;
}

/* ---- beginning, and forking ---- */

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void in_parent(void)
{
	pthread_mutex_unlock(&lock);
}

static void in_child(void)
{
	int error = errno;

	pthread_mutex_unlock(&lock);
	say_hello();
	errno = error;
}

__attribute__((constructor)) static void begin(void)
{
	const char *packed = getenv(PRELOAD_RULES), *name = getenv(PRELOAD_SINK);
	const char *space = name ? strchr(name, ' ') : NULL;
	int error = errno;

	is_inside = true;
	if (space && (size_t)(space - name) < sizeof(sink.sun_path) - 1 && strlen(space + 1) == sizeof(key)) {
		sink.sun_family = AF_UNIX;
		memcpy(sink.sun_path + 1, name, (size_t)(space - name));
		memcpy(key, space + 1, sizeof(key));
		sink_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)(space - name));
	}
	job.wants_events = getenv(PRELOAD_EVENTS) != NULL;
	job.sink.event = on_event;
	if (packed && preload_unpack_rules(packed, &rules) == 0 && run_state_init(&job, &state) == 0) {
		is_ready = pthread_atfork(before_fork, in_parent, in_child) == 0;
		say_hello();
	}
	is_inside = false;
	errno = error;
}

/* ---- deciding ---- */

/** Is there something to decide on? Then no other thread decides until leave(). Keeps errno. */
static bool enter(int *ret_errno)
{
	if (!is_ready || is_inside)
		return false;
	*ret_errno = errno;
	is_inside = true;
	pthread_mutex_lock(&lock);
	return true;
}

static void leave(int saved_errno)
{
	pthread_mutex_unlock(&lock);
	is_inside = false;
	errno = saved_errno;
}

/** A moment of a socket, with the address that the call is about to give it. */
static void come_to(int fd, enum sockopt_moment moment, const struct sockaddr *address, socklen_t length)
{
	struct run_socket socket;
	int saved;

	if (!enter(&saved))
		return;
	if (read_socket(fd, &socket) == 0) {
		if (address)
			identity_address(address, length,
					 moment == SOCKOPT_AT_BIND ? &socket.facts.local : &socket.facts.peer);
		run_apply(&state, &socket, moment);
	}
	run_socket_done(&socket);
	leave(saved);
}

OURS int socket(int family, int type, int protocol)
{
	int fd = NEXT(socket)(family, type, protocol);

	if (fd >= 0)
		come_to(fd, SOCKOPT_AT_SOCKET, NULL, 0);
	return fd;
}

/** What is decided on is what is called with: another thread may write to the caller's address. */
static bool copy_address(struct sockaddr_storage *ret, const struct sockaddr *address, socklen_t length)
{
	if (!address || length < sizeof(sa_family_t) || length > sizeof(*ret))
		return false;
	memcpy(ret, address, length);
	return true;
}

OURS int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_storage copy;

	if (!is_ready || !copy_address(&copy, address, length))
		return NEXT(bind)(fd, address, length);
	come_to(fd, SOCKOPT_AT_BIND, (struct sockaddr *)&copy, length);
	return NEXT(bind)(fd, (struct sockaddr *)&copy, length);
}

OURS int listen(int fd, int backlog)
{
	come_to(fd, SOCKOPT_AT_LISTEN, NULL, 0);
	return NEXT(listen)(fd, backlog);
}

OURS int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_storage copy;

	if (!is_ready || !copy_address(&copy, address, length) || copy.ss_family == AF_UNSPEC)
		return NEXT(connect)(fd, address, length);
	come_to(fd, SOCKOPT_AT_CONNECT, (struct sockaddr *)&copy, length);
	return NEXT(connect)(fd, (struct sockaddr *)&copy, length);
}

static void accepted(int listener, int fd)
{
	struct run_socket socket;
	int saved;

	if (fd < 0 || !enter(&saved))
		return;
	if (read_socket(fd, &socket) == 0) {
		run_inherit(&state, identity_cookie(listener), &socket.facts);
		run_apply(&state, &socket, SOCKOPT_AT_ACCEPT);
	}
	run_socket_done(&socket);
	leave(saved);
}

OURS int accept(int listener, struct sockaddr *address, socklen_t *length)
{
	int fd = NEXT(accept)(listener, address, length);

	accepted(listener, fd);
	return fd;
}

OURS int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags)
{
	int fd = NEXT(accept4)(listener, address, length, flags);

	accepted(listener, fd);
	return fd;
}

/* ---- setsockopt ---- */

/** @return true if the program's call is to be made; else its result and errno are in *ret and errno */
static bool judge(struct run_socket *socket, const struct rule_call *call, struct rule_verdict *verdict, int *ret)
{
	bool unused;
	int error;

	run_judge(&state, socket, call, verdict, &unused);
	if (verdict->logged.rule)
		run_tell_call(&state, socket, RUN_LOGGED, &verdict->logged, call, 0);
	if (verdict->judgment == RULE_PASS)
		return true;
	if (verdict->judgment == RULE_REPLACE) {
		error = -run_replace(&state, socket, verdict, call);
	} else {
		error = verdict->by.action->error;
		run_tell_call(&state, socket, RUN_REFUSED, &verdict->by, call, error);
	}
	*ret = error ? -1 : 0;
	errno = error ? error : errno;
	return false;
}

OURS int setsockopt(int fd, int level, int number, const void *bytes, socklen_t length)
{
	const struct rule_call call = { .level = level, .number = number, .bytes = bytes, .length = length };
	struct rule_verdict verdict = { 0 };
	struct run_socket socket;
	bool passes = true;
	int saved, r = 0;

	if (!rules_watch(&rules, level, number) || (int)length < 0 || !bytes || !enter(&saved))
		return NEXT(setsockopt)(fd, level, number, bytes, length);
	if (read_socket(fd, &socket) == 0)
		passes = judge(&socket, &call, &verdict, &r);
	saved = r < 0 ? errno : saved;
	if (passes) {
		r = NEXT(setsockopt)(fd, level, number, bytes, length);
		saved = r < 0 ? errno : saved;
		if (r == 0 && verdict.remember)
			run_remember(&state, &socket, &call);
	}
	run_socket_done(&socket);
	leave(saved);
	return r;
}
