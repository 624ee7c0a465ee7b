/* SPDX-License-Identifier: MIT */
/* One thread that is stopped at a call on a socket: its memory and its descriptor as a record. */

#include "trace-ptrace.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <time.h>

#include "process.h"
#include "tidy.h"

struct tracee *tracees_get(struct tracees *tracees, pid_t tid)
{
	struct tracee *tracee;

	for (size_t i = 0; i < tracees->n; i++)
		if (tracees->list[i]->tid == tid)
			return tracees->list[i];
	if (tracees->n == tracees->room) {
		size_t room = tracees->room ? tracees->room * 2 : 16;
		struct tracee **list = realloc(tracees->list, room * sizeof(*list));

		if (!list) {
			tracees->lost++;
			return NULL;
		}
		tracees->list = list;
		tracees->room = room;
	}
	tracee = calloc(1, sizeof(*tracee));
	if (!tracee) {
		tracees->lost++;
		return NULL;
	}
	tracee->tid = tid;
	tracee->all = tracees;
	tracees->list[tracees->n++] = tracee;
	return tracee;
}

void tracees_forget(struct tracees *tracees, pid_t tid)
{
	for (size_t i = 0; i < tracees->n; i++) {
		if (tracees->list[i]->tid != tid)
			continue;
		free(tracees->list[i]);
		tracees->list[i] = tracees->list[--tracees->n];
		return;
	}
}

void tracees_free(struct tracees *tracees)
{
	for (size_t i = 0; i < tracees->n; i++)
		free(tracees->list[i]);
	free(tracees->list);
	unwind_forget(&tracees->unwinder);
	if (tracees->borrower.pid)
		borrow_done(&tracees->borrower);
}

/** Reads the thread's memory; how much of it could be read. */
static size_t read_memory(pid_t tid, uint64_t address, void *ret, size_t size)
{
	struct iovec ours = { ret, size }, theirs = { (void *)(uintptr_t)address, size };
	ssize_t n = process_vm_readv(tid, &ours, 1, &theirs, 1, 0);

	return n < 0 ? 0 : (size_t)n;
}

struct status {
	pid_t pid;
	uid_t uid;
	uint64_t capabilities;
	char name[16];
};

static void read_status(pid_t tid, struct status *ret)
{
	char path[64], line[512];
	ssize_t length;

	*ret = (struct status){ .pid = tid };
	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	autofclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "Tgid:", 5) == 0)
			ret->pid = (pid_t)strtol(line + 5, NULL, 10);
		else if (strncmp(line, "Uid:", 4) == 0)
			ret->uid = (uid_t)strtoul(line + 4, NULL, 10);
		else if (strncmp(line, "CapEff:", 7) == 0)
			ret->capabilities = strtoull(line + 7, NULL, 16);
	}
	/* A name may have a line end in it, besides the one that the kernel adds. */
	length = process_file(tid, "comm", ret->name, sizeof(ret->name));
	if (length > 0 && ret->name[length - 1] == '\n')
		ret->name[length - 1] = '\0';
}

/** What a getsockname(2) or getpeername(2) of an AF_UNIX socket tells; the length of the name. */
static uint8_t unix_name(int fd, int (*ask)(int, struct sockaddr *restrict, socklen_t *restrict), char *ret)
{
	struct sockaddr_un address = { 0 };
	socklen_t length = sizeof(address);
	size_t size;

	if (ask(fd, (struct sockaddr *)&address, &length) < 0 || length <= offsetof(struct sockaddr_un, sun_path))
		return 0;
	size = length - offsetof(struct sockaddr_un, sun_path);
	if (size > TRACE_PATH_MAX)
		size = TRACE_PATH_MAX;
	memcpy(ret, address.sun_path, size);
	return (uint8_t)size;
}

/** Fills in what the descriptor is. @return a duplicate of it, or -1 */
static int read_socket(struct tracee *tracee, int their_fd)
{
	struct trace_record *record = &tracee->record.head;
	struct facts facts = { 0 };
	struct stat status;
	int borrowed;

	if (their_fd < 0 || borrow_fd(&tracee->all->borrower, (pid_t)record->pid, their_fd, 0, &borrowed) < 0)
		return -1;
	autoclose int fd = borrowed;
	if (fstat(fd, &status) < 0 || identity_read(fd, &tracee->all->namespaces, &facts) < 0)
		return -1;
	record->flags |= TRACE_HAS_SOCKET | TRACE_STATE_KNOWN;
	record->cookie = facts.cookie;
	record->inode = status.st_ino;
	record->netns = (uint32_t)facts.netns;
	record->family = (uint16_t)facts.kind.family;
	record->type = (uint16_t)facts.kind.type;
	record->protocol = (uint16_t)facts.kind.protocol;
	record->state = (uint8_t)facts.state;
	if (facts.peer.family)
		record->flags |= TRACE_HAS_PEER;
	if (facts.kind.family == AF_UNIX) {
		memset(&tracee->paths, 0, sizeof(tracee->paths));
		tracee->paths.local_length = unix_name(fd, getsockname, tracee->paths.local);
		tracee->paths.peer_length = unix_name(fd, getpeername, tracee->paths.peer);
		if (tracee->paths.local_length || tracee->paths.peer_length)
			record->flags |= TRACE_HAS_PATHS;
		return take_fd(&fd);
	}
	record->local_port = facts.local.port;
	record->peer_port = facts.peer.port;
	memcpy(record->local, facts.local.ip, sizeof(record->local));
	memcpy(record->peer, facts.peer.ip, sizeof(record->peer));
	return take_fd(&fd);
}

/** As tell_queue() of bpf/trace-socket.h. */
static void read_queue(struct trace_record *record, int fd)
{
	bool shares_port;
	uint32_t waiting;

	if (record->protocol != IPPROTO_TCP || record->state != FACTS_LISTENING ||
	    identity_queue(fd, &shares_port, &waiting) < 0)
		return;
	record->flags |= TRACE_HAS_QUEUE;
	record->level = shares_port;
	record->option = (int32_t)waiting;
}

static bool takes_program(const struct trace_record *record)
{
	const struct sockopt_option *option = sockopt_find_number(record->level, record->option, SOCKOPT_SET);

	return option && option->type->short_form == SOCKOPT_SHORT_PROGRAM;
}

/** The value of set, bind and connect. */
static void read_value(struct tracee *tracee, uint64_t address, uint32_t length)
{
	struct trace_record *record = &tracee->record.head;
	size_t size;
	struct {
		uint16_t length;
		uint32_t narrow; /* the pointer, where a word has 32 bits */
		uint64_t instructions;
	} program = { 0 };
	size_t program_size = tracee->is_32bit ? 8 : sizeof(program);

	if (record->kind == TRACE_SET && takes_program(record) && length >= program_size &&
	    read_memory(tracee->tid, address, &program, program_size) == program_size) {
		record->flags |= TRACE_IS_PROGRAM;
		address = tracee->is_32bit ? program.narrow : program.instructions;
		length = program.length * 8U;
	}
	record->length = length;
	size = (int32_t)length < 0 ? 0 : length < TRACE_VALUE_MAX ? length :
								    TRACE_VALUE_MAX;
	record->value_size = (uint16_t)read_memory(tracee->tid, address, tracee->value, size);
	if (record->value_size < size)
		record->flags |= TRACE_VALUE_UNREAD;
}

void tracee_read_socketcall(struct tracee *tracee, uint64_t arguments[6])
{
	uint64_t at = (uint32_t)arguments[1];

	for (size_t i = 0; i < 6; i++) {
		uint32_t word = 0;

		read_memory(tracee->tid, at + i * sizeof(word), &word, sizeof(word));
		arguments[i] = word;
	}
}

void tracee_begin_call(struct tracee *tracee, enum trace_kind kind, const uint64_t arguments[6])
{
	struct trace_record *record = &tracee->record.head;
	struct status status;
	int fd;

	memset(record, 0, sizeof(*record));
	memcpy(tracee->arguments, arguments, sizeof(tracee->arguments));
	tracee->in_call = true;
	if (!tracee->pid) {
		read_status(tracee->tid, &status);
		tracee->pid = status.pid;
	}
	record->kind = (uint16_t)kind;
	record->flags = tracee->is_32bit ? TRACE_IS_32BIT : 0;
	record->pid = (uint32_t)tracee->pid;
	record->tid = (uint32_t)tracee->tid;
	record->fd = (int32_t)arguments[0];
	record->option = (int32_t)arguments[1];
	switch (kind) {
	case TRACE_SET:
	case TRACE_GET:
		record->level = (int32_t)arguments[1];
		record->option = (int32_t)arguments[2];
		if (kind == TRACE_SET)
			read_value(tracee, arguments[3], (uint32_t)arguments[4]);
		break;
	case TRACE_SOCKET:
	case TRACE_SOCKETPAIR:
		record->level = (int32_t)arguments[0];
		record->length = (uint32_t)arguments[2];
		record->fd = -1;
		break;
	case TRACE_BIND:
	case TRACE_CONNECT: read_value(tracee, arguments[1], arguments[2] <= 128 ? (uint32_t)arguments[2] : 128); break;
	case TRACE_CLOSE:
		record->option = 0;
		fd = read_socket(tracee, record->fd);
		if (fd >= 0) {
			read_queue(record, fd);
			close(fd);
		}
		break;
	default: break;
	}
}

/** What get returned, read when it has. */
static void read_result(struct tracee *tracee)
{
	struct trace_record *record = &tracee->record.head;
	uint32_t length = 0;

	if (read_memory(tracee->tid, tracee->arguments[4], &length, sizeof(length)) < sizeof(length))
		return;
	if (record->result == 0)
		read_value(tracee, tracee->arguments[3], length);
	else
		record->length = length;
}

/** What the kernel keeps of an option, asked while the thread stands still. */
static void read_kept(struct trace_record *record, int fd)
{
	struct sockopt_kind kind = { record->family, record->type, record->protocol };
	const struct sockopt_option *option =
		sockopt_find_number_on(&kind, record->level, record->option, SOCKOPT_SET);
	struct sockopt_value value;

	if (!option || !(option->access & SOCKOPT_GET) || option->input_from_caller ||
	    option->read_effect.kind != SOCKOPT_READ_HARMLESS || sockopt_get(fd, option, &value) < 0)
		return;
	if (value.length > TRACE_KEPT_MAX)
		return;
	record->flags |= TRACE_HAS_KEPT;
	record->kept_size = value.length;
	memcpy(record->kept, value.bytes, value.length);
}

#ifdef __x86_64__
/** As bpf/trace.bpf.c: the instruction, the top of the stack, and what the frame pointers lead to. */
static void read_stack(struct tracee *tracee)
{
	struct user_regs_struct registers;
	struct iovec room = { &registers, sizeof(registers) };
	uint64_t frame[2], at;
	size_t n = unwind_stack(&tracee->all->unwinder, tracee->pid, tracee->tid, tracee->stack, TRACE_STACK_MAX);

	tracee->record.head.stack_size = (uint16_t)n;
	if (n > 1)
		return;
	n = 0;
	if (ptrace(PTRACE_GETREGSET, tracee->tid, (void *)NT_PRSTATUS, &room) < 0)
		return;
	tracee->stack[n++] = registers.rip;
	if (read_memory(tracee->tid, registers.rsp, &tracee->stack[n], sizeof(uint64_t)) < sizeof(uint64_t))
		tracee->stack[n] = 0;
	n++;
	for (at = registers.rbp; n < TRACE_STACK_MAX; at = frame[0]) {
		if (read_memory(tracee->tid, at, frame, sizeof(frame)) < sizeof(frame) || frame[1] == 0)
			break;
		tracee->stack[n++] = frame[1];
		if (frame[0] <= at)
			break;
	}
	tracee->record.head.stack_size = (uint16_t)n;
}
#else
static void read_stack(struct tracee *tracee)
{
	tracee->record.head.stack_size = 0;
}
#endif

/** Puts behind the record what belongs to it. */
static void assemble(struct tracee *tracee)
{
	struct trace_record *record = &tracee->record.head;
	unsigned char *at = tracee->record.bytes + sizeof(*record);
	size_t padded = (record->value_size + 7U) & ~7U;

	if (record->flags & TRACE_HAS_PATHS) {
		memcpy(at, &tracee->paths, sizeof(tracee->paths));
		at += sizeof(tracee->paths);
	}
	memcpy(at, tracee->stack, record->stack_size * sizeof(uint64_t));
	at += record->stack_size * sizeof(uint64_t);
	memset(at, 0, padded);
	memcpy(at, tracee->value, record->value_size);
	record->size = (uint32_t)((size_t)(at - tracee->record.bytes) + padded);
}

void tracee_end_call(struct tracee *tracee, int64_t result)
{
	struct trace_record *record = &tracee->record.head;
	struct status status;
	struct timespec now;
	int their_fd = record->fd;

	clock_gettime(CLOCK_BOOTTIME, &now);
	record->time_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	record->result = result;
	read_status(tracee->tid, &status);
	record->uid = status.uid;
	record->capabilities = result == -EPERM || result == -EACCES ? status.capabilities : 0;
	memcpy(record->name, status.name, sizeof(record->name));
	if (record->kind == TRACE_GET)
		read_result(tracee);
	if ((record->kind == TRACE_SOCKET || record->kind == TRACE_ACCEPT) && result >= 0)
		their_fd = (int)result;
	if (record->kind == TRACE_SOCKETPAIR && result == 0) {
		int32_t both[2] = { -1, -1 };

		read_memory(tracee->tid, tracee->arguments[3], both, sizeof(both));
		their_fd = both[0];
		record->second = both[1];
	}
	if (record->kind == TRACE_SOCKET || record->kind == TRACE_SOCKETPAIR)
		record->fd = their_fd;
	if (record->kind != TRACE_CLOSE) {
		autoclose int fd = read_socket(tracee, their_fd);

		if (fd >= 0 && record->kind == TRACE_SET && fcntl(fd, F_GETFL) & O_NONBLOCK)
			record->flags |= TRACE_NONBLOCKING;
		if (fd >= 0 && record->kind == TRACE_SET && result == 0)
			read_kept(record, fd);
	}
	/* Of 32 bits the registers are others. */
	tracee->record.head.stack_size = 0;
	if (tracee->all->with_stack && !tracee->is_32bit)
		read_stack(tracee);
	assemble(tracee);
}
