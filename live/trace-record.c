/* SPDX-License-Identifier: MIT */
/* The bytes of a traced call, read. */

#include "trace-record.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "identity.h"
#include "tidy.h"

/** Errors that the kernel keeps to itself: the call begins anew, or ends with EINTR. */
#define RESTART_FIRST 512
#define RESTART_LAST 516

_Static_assert((int)TRACE_CLOSE == (int)CALL_CLOSE && (int)TRACE_N_KINDS == (int)CALL_N_KINDS, "the same order");

/** How far the clock of our time namespace is ahead of the kernel's own. */
static int64_t ahead_ns(void)
{
	/* monotonic S NS, boottime S NS; there is no such file before Linux 5.6, and no such namespace. */
	autofclose FILE *file = fopen("/proc/self/timens_offsets", "re");
	char line[128], *end;
	int64_t ns = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "boottime ", 9) != 0)
			continue;
		ns = strtoll(line + 9, &end, 10) * INT64_C(1000000000);
		ns += strtoll(end, NULL, 10);
	}
	return ns;
}

int64_t trace_clock_offset(bool kernels)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (real.tv_sec - boot.tv_sec) * INT64_C(1000000000) + real.tv_nsec - boot.tv_nsec +
	       (kernels ? ahead_ns() : 0);
}

static size_t paths_size(const struct trace_record *record)
{
	return record->flags & TRACE_HAS_PATHS ? sizeof(struct trace_paths) : 0;
}

static size_t padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

bool trace_record_is_sound(const void *bytes, size_t size)
{
	struct trace_record record;
	struct trace_paths paths = { 0 };

	if (size < sizeof(record) || size > TRACE_RECORD_MAX)
		return false;
	memcpy(&record, bytes, sizeof(record));
	if (record.size != size || record.kind >= TRACE_N_KINDS || record.flags & ~TRACE_ALL_FLAGS)
		return false;
	if (record.stack_size > TRACE_STACK_MAX || record.value_size > TRACE_VALUE_MAX ||
	    record.kept_size > TRACE_KEPT_MAX)
		return false;
	if (record.flags & TRACE_STATE_KNOWN && record.state >= FACTS_N_STATES)
		return false;
	if (record.value_size > record.length || (int32_t)record.pid <= 0 || (int32_t)record.tid <= 0 ||
	    record.result < -4095 || record.result > INT32_MAX)
		return false;
	if (memchr(record.name, '\0', sizeof(record.name)) == NULL)
		return false;
	if (size != sizeof(record) + paths_size(&record) + record.stack_size * sizeof(uint64_t) +
			    padded(record.value_size))
		return false;
	if (paths_size(&record))
		memcpy(&paths, (const char *)bytes + sizeof(record), sizeof(paths));
	return paths.local_length <= TRACE_PATH_MAX && paths.peer_length <= TRACE_PATH_MAX;
}

static bool is_ip(const struct trace_record *record)
{
	return record->family == AF_INET || record->family == AF_INET6;
}

static void read_ip(const unsigned char *ip, uint16_t port, int family, struct facts_address *ret)
{
	ret->family = family;
	memcpy(ret->ip, ip, family == AF_INET ? 4 : 16);
	ret->port = port;
}

/** An abstract name begins with a NUL; '@' stands for it, and for those inside it. */
static void read_path(const char *path, size_t length, struct facts_address *ret)
{
	ret->family = length ? AF_UNIX : AF_UNSPEC;
	memcpy(ret->path, path, length);
	if (length && path[0] == '\0')
		for (size_t i = 0; i < length; i++)
			ret->path[i] = ret->path[i] ? ret->path[i] : '@';
}

static bool is_bound(const struct facts *facts)
{
	return facts->local.family == AF_UNIX ? facts->local.path[0] != '\0' : facts->local.port != 0;
}

/** As identity_read() tells it of a descriptor. */
static enum facts_state state_of(const struct trace_record *record, const struct facts *facts)
{
	enum facts_state state = identity_tcp_state(record->kernel_state);

	if (record->flags & TRACE_STATE_KNOWN)
		return (enum facts_state)record->state;
	if (state == FACTS_LISTENING && (is_ip(record) || record->family == AF_UNIX || record->family == AF_VSOCK))
		return state;
	if (is_ip(record) && (record->protocol == IPPROTO_TCP || record->protocol == IPPROTO_MPTCP)) {
		if (state != FACTS_CLOSED)
			return state;
		if (facts->peer.family)
			return FACTS_CLOSED;
	} else if (facts->peer.family) {
		bool is_stream = record->type == SOCK_STREAM || record->type == SOCK_SEQPACKET;

		return is_stream ? FACTS_ESTABLISHED : FACTS_CONNECTED;
	}
	return is_bound(facts) ? FACTS_BOUND : FACTS_UNBOUND;
}

static void read_facts(const struct trace_record *record, const struct trace_paths *paths, struct facts *ret)
{
	ret->cookie = record->cookie;
	ret->inode = record->inode;
	ret->netns = record->netns;
	ret->kind = (struct sockopt_kind){ record->family, record->type, record->protocol };
	if (is_ip(record)) {
		read_ip(record->local, record->local_port, record->family, &ret->local);
		if (record->flags & TRACE_HAS_PEER)
			read_ip(record->peer, record->peer_port, record->family, &ret->peer);
	} else if (paths) {
		read_path(paths->local, paths->local_length, &ret->local);
		read_path(paths->peer, paths->peer_length, &ret->peer);
	}
	/* An unnamed peer is a peer all the same; so is an unnamed socket of this family a named one. */
	if (record->family == AF_UNIX) {
		ret->local.family = AF_UNIX;
		if (record->flags & TRACE_HAS_PEER)
			ret->peer.family = AF_UNIX;
	}
	ret->state = state_of(record, ret);
}

/** A struct timeval of two words of 32 bits, as a native one. */
static void widen_time(struct call *call)
{
	int32_t words[2];

	if (call->option->type->short_form != SOCKOPT_SHORT_TIMEVAL || call->option->type->size != sizeof(call->wide) ||
	    call->size != sizeof(words))
		return;
	memcpy(words, call->bytes, sizeof(words));
	call->wide[0] = words[0];
	call->wide[1] = words[1];
	call->bytes = call->wide;
	call->size = sizeof(call->wide);
}

static void read_option(const struct trace_record *record, struct call *ret)
{
	enum sockopt_access access = record->kind == TRACE_SET ? SOCKOPT_SET : SOCKOPT_GET;
	enum sockopt_access other = record->kind == TRACE_SET ? SOCKOPT_GET : SOCKOPT_SET;
	const struct sockopt_kind *kind = ret->has_socket ? &ret->facts.kind : NULL;

	ret->option = sockopt_find_number_on(kind, record->level, record->option, access);
	/* What cannot be done with an option is asked of it all the same. */
	if (!ret->option)
		ret->option = sockopt_find_number_on(kind, record->level, record->option, other);
	if (!ret->option)
		ret->option = sockopt_make_unnamed(record->level, record->option, &ret->unnamed);
	/* A pointer that could not be followed is no program. */
	if (ret->option->type && ret->option->type->short_form == SOCKOPT_SHORT_PROGRAM && record->kind == TRACE_SET &&
	    !(record->flags & TRACE_IS_PROGRAM)) {
		ret->size = 0;
		ret->is_unread = true;
	}
	if (ret->is_32bit && ret->option->type)
		widen_time(ret);
	ret->is_nonblocking = record->flags & TRACE_NONBLOCKING;
	ret->has_kept = record->flags & TRACE_HAS_KEPT;
	ret->kept_bytes = record->kept;
	ret->kept_size = record->kept_size;
}

/** The members that only one kind of call has. */
static void read_kind(const struct trace_record *record, const void *value, struct call *ret)
{
	switch (ret->kind) {
	case CALL_SET:
	case CALL_GET: read_option(record, ret); break;
	case CALL_SOCKETPAIR: ret->second = record->second; __attribute__((fallthrough));
	case CALL_SOCKET:
		ret->asked = (struct sockopt_kind){ record->level, record->option, (int)record->length };
		break;
	case CALL_BIND:
	case CALL_CONNECT: identity_address(value, record->value_size, &ret->address); break;
	case CALL_ACCEPT: ret->second = record->result >= 0 ? (int)record->result : -1; break;
	case CALL_CLOSE:
		ret->has_queue = record->flags & TRACE_HAS_QUEUE;
		ret->shares_port = record->level != 0;
		ret->n_waiting = (unsigned int)record->option;
		break;
	default: ret->number = record->option;
	}
}

void trace_record_read(const struct trace_record *record, int64_t clock_offset, struct call *ret)
{
	const struct trace_paths *paths = NULL;
	const char *at = (const char *)(record + 1);

	memset(ret, 0, sizeof(*ret));
	if (record->flags & TRACE_HAS_PATHS) {
		paths = (const void *)at;
		at += sizeof(*paths);
	}
	ret->kind = (enum call_kind)record->kind;
	ret->time_ns = record->time_ns + (uint64_t)clock_offset;
	ret->pid = (pid_t)record->pid;
	ret->tid = (pid_t)record->tid;
	ret->uid = record->uid;
	ret->process = record->name;
	ret->fd = record->fd;
	ret->second = -1;
	ret->error = record->result < 0 ? (int)-record->result : 0;
	if (ret->error >= RESTART_FIRST && ret->error <= RESTART_LAST)
		ret->error = EINTR;
	ret->capabilities = record->capabilities;
	ret->is_io_uring = record->flags & TRACE_IS_IO_URING;
	ret->is_32bit = record->flags & TRACE_IS_32BIT;
	ret->stack = (const void *)at;
	ret->n_stack = record->stack_size;
	at += record->stack_size * sizeof(uint64_t);
	ret->bytes = at;
	ret->size = record->value_size;
	ret->length = record->length;
	ret->is_unread = record->flags & TRACE_VALUE_UNREAD;
	ret->has_socket = record->flags & TRACE_HAS_SOCKET;
	if (ret->has_socket)
		read_facts(record, paths, &ret->facts);
	ret->holder = (struct facts_holder){ ret->pid, ret->fd, ret->uid, ret->process, "" };
	ret->facts.holders = &ret->holder;
	ret->facts.n_holders = 1;
	read_kind(record, at, ret);
}
