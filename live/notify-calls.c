/* SPDX-License-Identifier: MIT */
/* What becomes of each call. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failure.h"
#include "notify.h"
#include "tidy.h"

#define VALUE_MAX 65536 /* bytes of a setsockopt(2) that are looked at */

int notify_read_socket(struct notify *notify, const struct notify_call *call, int fd, int their_fd,
		       struct run_socket *ret)
{
	int r = run_socket_read(&notify->state, fd, call->tid, their_fd, ret);

	if (failure_is_machine(r) || failure_is_permission(r))
		notify_note(notify, RUN_NOTE_UNREAD, call->tid);
	return r;
}

/** The socket of the call's first argument, and who it is. */
static int take_socket(struct notify *notify, struct notify_call *call, struct run_socket *ret)
{
	autoclose int fd = -1;
	int their_fd = (int)call->arguments[0];
	int r = notify_open_target(notify, call);

	if (r == 0)
		r = notify_borrow(notify, call, their_fd, &fd);
	if (r == -EPERM)
		notify_note(notify, RUN_NOTE_NOT_REACHED, call->tid);
	if (r < 0)
		return r;
	r = notify_read_socket(notify, call, fd, their_fd, ret);
	if (r < 0) {
		run_socket_done(ret);
		return r;
	}
	ret->fd = take_fd(&fd);
	return 0;
}

static void drop_socket(struct run_socket *socket)
{
	run_socket_done(socket);
	if (socket->fd >= 0)
		close(socket->fd);
	socket->fd = -1;
}

static bool is_ip(int family)
{
	return family == AF_INET || family == AF_INET6;
}

/* ---- results that nobody waited for ---- */

void notify_keep(struct notify *notify, const struct notify_kept *kept)
{
	struct notify_kept *place = &notify->kept[notify->next_kept++ % NOTIFY_KEPT_MAX];

	if (place->cookie && place->fd >= 0)
		close(place->fd);
	*place = *kept;
}

bool notify_take_kept(struct notify *notify, const struct notify_call *call, uint64_t cookie, struct notify_kept *ret)
{
	for (size_t i = 0; i < NOTIFY_KEPT_MAX; i++) {
		struct notify_kept *kept = &notify->kept[i];

		if (!kept->cookie || kept->cookie != cookie)
			continue;
		/* An accepted socket is for whoever accepts next. */
		if (kept->fd < 0 && (kept->tid != call->tid || kept->number != call->number))
			continue;
		*ret = *kept;
		*kept = (struct notify_kept){ .fd = -1 };
		return true;
	}
	return false;
}

/** Answers with the result of what we did; if the caller was interrupted meanwhile, its next try gets it. */
static void answer_done(struct notify *notify, const struct notify_call *call, uint64_t cookie, int r)
{
	if (notify_answer(notify, call, 0, r < 0 ? -r : 0) == -ENOENT)
		notify_keep(notify, &(struct notify_kept){ .tid = call->tid,
							   .number = call->number,
							   .cookie = cookie,
							   .error = r < 0 ? -r : 0,
							   .fd = -1 });
}

static bool answer_kept(struct notify *notify, const struct notify_call *call, uint64_t cookie)
{
	struct notify_kept kept;

	if (!notify_take_kept(notify, call, cookie, &kept))
		return false;
	if (kept.fd >= 0) {
		notify_keep(notify, &kept);
		return false;
	}
	notify_answer(notify, call, kept.value, kept.error);
	return true;
}

/* ---- socket ---- */

/** What SO_PROTOCOL will say of the socket that is asked for. */
static struct sockopt_kind kind_asked(const struct notify_call *call)
{
	struct sockopt_kind kind = {
		.family = (int)call->arguments[0],
		.type = (int)call->arguments[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC),
		.protocol = (int)call->arguments[2],
	};

	if (!is_ip(kind.family) || kind.protocol != 0)
		return kind;
	if (kind.type == SOCK_STREAM)
		kind.protocol = IPPROTO_TCP;
	else if (kind.type == SOCK_DGRAM)
		kind.protocol = IPPROTO_UDP;
	else if (kind.type == SOCK_SEQPACKET)
		kind.protocol = IPPROTO_SCTP;
	return kind;
}

/** The socket is made here, with what is due, and handed over as the call's result: the program has it whole. */
static void serve_socket(struct notify *notify, struct notify_call *call)
{
	struct sockopt_kind kind = kind_asked(call);
	struct run_socket made;
	int type = (int)call->arguments[1];

	if (!run_may_be_due(notify->state.job->rules, &kind, SOCKOPT_AT_SOCKET)) {
		notify_continue(notify, call);
		return;
	}
	if (notify_enter_rights(notify, call) < 0) {
		notify_note(notify, RUN_NOTE_SOCKET_LATE, call->tid);
		notify_continue(notify, call);
		return;
	}
	autoclose int fd = socket((int)call->arguments[0], type | SOCK_CLOEXEC, (int)call->arguments[2]);
	notify_leave_rights();
	/* What we cannot make, the caller tries itself, and gets its own error. */
	if (fd < 0) {
		notify_continue(notify, call);
		return;
	}
	if (notify_read_socket(notify, call, fd, -1, &made) == 0)
		run_apply(&notify->state, &made, SOCKOPT_AT_SOCKET);
	run_socket_done(&made);
	notify_answer_fd(notify, call, fd, type & SOCK_CLOEXEC);
}

/* ---- bind, listen, connect ---- */

/** The address of the call, copied once: what is decided and what is done have the same. */
static int copy_address(struct notify *notify, const struct notify_call *call, struct sockaddr_storage *ret,
			socklen_t *ret_length)
{
	uint64_t length = (uint32_t)call->arguments[2];

	memset(ret, 0, sizeof(*ret));
	if (length < sizeof(sa_family_t) || length > sizeof(*ret))
		return -EINVAL;
	*ret_length = (socklen_t)length;
	return notify_read(notify, call, call->arguments[1], ret, (size_t)length);
}

/** Must the call be made by us, since what was decided depends on its address? */
static bool must_act(const struct notify *notify, enum sockopt_moment moment, const struct run_socket *socket)
{
	return (notify->state.needs.address & (moment | SOCKOPT_AT_BIND)) && is_ip(socket->facts.kind.family);
}

static void serve_bind(struct notify *notify, struct notify_call *call, struct run_socket *socket)
{
	struct sockaddr_storage address;
	socklen_t length;
	int r;

	if (copy_address(notify, call, &address, &length) < 0) {
		notify_continue(notify, call);
		return;
	}
	identity_address(&address, length, &socket->facts.local);
	run_apply(&notify->state, socket, SOCKOPT_AT_BIND);
	if (!must_act(notify, SOCKOPT_AT_BIND, socket) || notify_enter_rights(notify, call) < 0) {
		notify_continue(notify, call);
		return;
	}
	notify_acts(notify, call);
	r = bind(socket->fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
	notify_leave_rights();
	answer_done(notify, call, socket->facts.cookie, r);
}

static void serve_listen(struct notify *notify, struct notify_call *call, struct run_socket *socket)
{
	run_apply(&notify->state, socket, SOCKOPT_AT_LISTEN);
	notify_continue(notify, call);
}

static void act_connect(struct notify *notify, struct notify_call *call, struct run_socket *socket,
			const struct sockaddr_storage *address, socklen_t length)
{
	int flags = fcntl(socket->fd, F_GETFL);
	int r;

	notify_acts(notify, call);
	if (flags < 0 || (flags & O_NONBLOCK) || socket->facts.kind.type == SOCK_DGRAM) {
		r = connect(socket->fd, (const struct sockaddr *)address, length) < 0 ? -errno : 0;
		answer_done(notify, call, socket->facts.cookie, r);
		return;
	}
	if (notify_connect(notify, call, socket->fd, address, length) < 0) {
		notify_continue(notify, call);
		return;
	}
	socket->fd = -1;
	call->pidfd = -1;
}

static void serve_connect(struct notify *notify, struct notify_call *call, struct run_socket *socket)
{
	struct sockaddr_storage address;
	socklen_t length;

	/* AF_UNSPEC undoes a connect: that is no moment. */
	if (copy_address(notify, call, &address, &length) < 0 || address.ss_family == AF_UNSPEC) {
		notify_continue(notify, call);
		return;
	}
	identity_address(&address, length, &socket->facts.peer);
	run_apply(&notify->state, socket, SOCKOPT_AT_CONNECT);
	if (must_act(notify, SOCKOPT_AT_CONNECT, socket))
		act_connect(notify, call, socket, &address, length);
	else
		notify_continue(notify, call);
}

/* ---- setsockopt ---- */

/** Bytes that hold neither a pointer nor a descriptor's number: a copy of them is what the program asked for. */
static bool is_plain(const struct sockopt_option *option)
{
	if (!option || option->type->short_form == SOCKOPT_SHORT_PROGRAM)
		return false;
	for (size_t i = 0; i < option->type->n_fields; i++)
		if (option->type->fields[i].unit == SOCKOPT_UNIT_FD)
			return false;
	return true;
}

/** Is it laid out otherwise where a word has 32 bits? A struct timeval has been widened by then. */
static bool has_words(const struct sockopt_option *option)
{
	return option->type->short_form != SOCKOPT_SHORT_TIMEVAL && option->type->form != SOCKOPT_FORM_SCALAR &&
	       option->type->size > 2 * sizeof(int);
}

/** The program's own call. What depended on its bytes is made by us, with our copy of them. */
static void pass(struct notify *notify, struct notify_call *call, struct run_socket *socket,
		 const struct rule_call *asked, bool remember, bool value_matters)
{
	const struct sockopt_option *option =
		sockopt_find_number_on(&socket->facts.kind, asked->level, asked->number, SOCKOPT_SET);
	int r;

	if ((!remember && !value_matters) || !is_plain(option) || (call->is_32bit && has_words(option)) ||
	    notify_enter_rights(notify, call) < 0) {
		if (remember)
			run_remember(&notify->state, socket, asked);
		notify_continue(notify, call);
		return;
	}
	notify_acts(notify, call);
	/* Options without a value want no address of one. */
	r = setsockopt(socket->fd, asked->level, asked->number, call->arguments[3] ? asked->bytes : NULL,
		       (socklen_t)asked->length);
	r = r < 0 ? -errno : 0;
	notify_leave_rights();
	if (r == 0 && remember)
		run_remember(&notify->state, socket, asked);
	answer_done(notify, call, socket->facts.cookie, r);
}

static void judge(struct notify *notify, struct notify_call *call, struct run_socket *socket,
		  const struct rule_call *asked)
{
	struct rule_verdict verdict;
	bool value_matters;

	run_judge(&notify->state, socket, asked, &verdict, &value_matters);
	if (verdict.logged.rule)
		run_tell_call(&notify->state, socket, RUN_LOGGED, &verdict.logged, asked, 0);
	switch (verdict.judgment) {
	case RULE_PASS: pass(notify, call, socket, asked, verdict.remember, value_matters); break;
	case RULE_REFUSE:
		run_tell_call(&notify->state, socket, RUN_REFUSED, &verdict.by, asked, verdict.by.action->error);
		notify_answer(notify, call, 0, verdict.by.action->error);
		break;
	case RULE_REPLACE:
		notify_acts(notify, call);
		answer_done(notify, call, socket->facts.cookie,
			    run_replace(&notify->state, socket, &verdict, asked));
		break;
	}
}

/** A struct timeval of two words of 32 bits, as a native one. @return true: it was one */
static bool widen_timeval(const struct rule_call *asked, struct timeval *ret)
{
	const struct sockopt_option *option = sockopt_find_number(asked->level, asked->number, SOCKOPT_SET);
	const int32_t *words = asked->bytes;

	if (!option || option->type->short_form != SOCKOPT_SHORT_TIMEVAL || option->type->size != sizeof(*ret) ||
	    asked->length != 2 * sizeof(*words))
		return false;
	*ret = (struct timeval){ .tv_sec = words[0], .tv_usec = words[1] };
	return true;
}

static void serve_setsockopt(struct notify *notify, struct notify_call *call, struct run_socket *socket)
{
	uint64_t length = (uint32_t)call->arguments[4];
	struct rule_call asked = { .level = (int)call->arguments[1], .number = (int)call->arguments[2] };
	struct timeval wide;
	unsigned char *bytes;

	/* A negative or absurd length is for the kernel to refuse. */
	if (length > VALUE_MAX) {
		notify_continue(notify, call);
		return;
	}
	bytes = calloc(1, length ? (size_t)length : 1);
	asked.bytes = bytes;
	asked.length = (size_t)length;
	if (!bytes || (length && notify_read(notify, call, call->arguments[3], bytes, (size_t)length) < 0))
		notify_continue(notify, call);
	else if (call->is_32bit && widen_timeval(&asked, &wide))
		judge(notify, call, socket,
		      &(struct rule_call){ asked.level, asked.number, &wide, sizeof(wide) });
	else
		judge(notify, call, socket, &asked);
	free(bytes);
}

/* ---- which call ---- */

typedef void (*handler)(struct notify *notify, struct notify_call *call, struct run_socket *socket);

static handler handler_of(int number)
{
	switch (number) {
	case SYS_bind: return serve_bind;
	case SYS_listen: return serve_listen;
	case SYS_connect: return serve_connect;
	case SYS_setsockopt: return serve_setsockopt;
#ifdef SYS_accept
	case SYS_accept:
#endif
	case SYS_accept4: return notify_accept;
	default: return NULL;
	}
}

void notify_serve(struct notify *notify, struct notify_call *call)
{
	handler serve = handler_of(call->number);
	struct run_socket socket = { .fd = -1 };
	int r;

	if (call->number == SYS_socket) {
		serve_socket(notify, call);
		return;
	}
	if (!serve) {
		if (call->number == SYS_io_uring_setup)
			notify_note(notify, RUN_NOTE_IO_URING, call->tid);
		notify_continue(notify, call);
		return;
	}
	r = take_socket(notify, call, &socket);
	if (r < 0)
		notify_continue(notify, call);
	else if (!answer_kept(notify, call, socket.facts.cookie))
		serve(notify, call, &socket);
	drop_socket(&socket);
}
