// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Tells of every system call on sockets: one record a call, when it returns.
 *
 * One program at the end of all system calls, of which it takes a few, and none at
 * their beginning: then the kernel has just read the value, so that it is in
 * memory, and half of the cost is saved. Only close(2) is seen at its beginning,
 * when the descriptor still is a socket.
 */

#include "trace-compat.h"
#include "trace-socket.h"

#include <bpf/bpf_tracing.h>

/* BPF_PROG gives every program a ctx. */
#pragma clang diagnostic ignored "-Wunused-parameter"

/* What to tell; set before the programs are loaded. */
const volatile __s32 numbers[TRACE_N_KINDS]; /* of the system calls */
const volatile __s32 number_accept4;
const volatile __u32 own_pid;
const volatile __u8 only_processes;
const volatile __u8 only_options;
const volatile __u8 only_failed;
const volatile __u8 with_life;
const volatile __u8 with_stack;
const volatile __u64 wake_at;            /* bytes in the ring from which on the reader is woken */
const volatile __u64 program_options[4]; /* level << 32 | option: their value points to a BPF program */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u8);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64); /* level << 32 | option */
	__type(value, __u8);
} options SEC(".maps");

/** A request of io_uring that sets or reads an option. */
struct uring_request {
	__u64 value;
	__u32 operation;
	__s32 fd;
	__u32 level;
	__u32 option;
	__u32 length;
	__u32 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64); /* its address */
	__type(value, struct uring_request);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* set by the loader */
} ring SEC(".maps");

__u32 pid_level;      /* of the reader's pid namespace: in which of its numbers a process is known */
__u64 pid_namespace;  /* the reader's */
__u64 lost;           /* records for which the ring had no room */
__u64 lost_processes; /* processes for which the table had no room */
__s64 alive;          /* processes in the table */

/** The number that a process has for the reader; 0: it does not live in the reader's pid namespace, or below. */
static __always_inline __u32 number_of(struct pid *pid)
{
	struct upid___trace *number = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				      (__u64)pid_level * bpf_core_type_size(struct upid);

	if (BPF_CORE_READ(pid, level) < pid_level || (__u64)BPF_CORE_READ(number, ns) != pid_namespace)
		return 0;
	return BPF_CORE_READ(number, nr);
}

/** tgid << 32 | tid as the reader sees them. */
static __always_inline __u64 ids_of(struct task_struct___trace *task)
{
	if (!pid_level)
		return (__u64)task->tgid << 32 | (__u32)task->pid;
	/* As plain numbers: before 6.4 or so the verifier lets nobody reckon with pointers of which it knows the type. */
	return (__u64)number_of(BPF_CORE_READ(task, group_leader, thread_pid)) << 32 | number_of(BPF_CORE_READ(task, thread_pid));
}

static __always_inline int is_traced(__u32 pid)
{
	if (pid == 0)
		return 0;
	if (only_processes)
		return bpf_map_lookup_elem(&processes, &pid) != 0;
	return pid != own_pid;
}

static __always_inline int is_wanted(__u64 key)
{
	return !only_options || bpf_map_lookup_elem(&options, &key);
}

/** The instructions that a struct sock_fprog points to stand in for it. Its pointer is a word behind the length. */
static __always_inline const void *follow_program(struct trace_record *record, const void *value)
{
	__u64 key = (__u64)(__u32)record->level << 32 | (__u32)record->option;
	__u32 word = record->flags & TRACE_IS_32BIT ? 4 : 8;
	struct {
		__u16 length;
		__u32 narrow;
		__u64 instructions;
	} program = { 0 };

	for (__u32 i = 0; i < sizeof(program_options) / sizeof(program_options[0]); i++) {
		if (!program_options[i] || program_options[i] != key || record->length < 2 * word)
			continue;
		if (bpf_probe_read_user(&program, word == 4 ? 8 : 16, value))
			break;
		record->flags |= TRACE_IS_PROGRAM;
		record->length = program.length * 8U;
		return (const void *)(word == 4 ? program.narrow : program.instructions);
	}
	return value;
}

/**
 * The callers as the frame pointers tell them. A C library's own function for a system call makes no frame: its caller
 * is then at the top of the stack. It is told as the second one; the reader looks whether it is code. @return how many
 */
static __always_inline __u32 read_stack(void *ctx, struct trace_record *record, __u64 *stack, const void *top)
{
	__u32 first = top ? 1 : 0;
	long bytes = bpf_get_stack(ctx, stack + first, (TRACE_STACK_MAX - 1) * 8, BPF_F_USER_STACK);

	if (bytes <= 0 || bytes > (TRACE_STACK_MAX - 1) * 8)
		return 0;
	record->stack_size = ((__u64)bytes >> 3) + first;
	if (top) {
		stack[0] = stack[1];
		if (bpf_probe_read_user(&stack[1], sizeof(stack[1]), top))
			stack[1] = 0;
	}
	return record->stack_size;
}

/** Adds stack and value behind what is there, and sends it all. */
static __always_inline int send(void *ctx, struct scratch *scratch, const void *value, const void *top)
{
	struct trace_record *record = &scratch->record;
	__u32 at = record->flags & TRACE_HAS_PATHS ? sizeof(struct trace_paths) : 0;
	__u32 size = record->length < TRACE_VALUE_MAX ? record->length : TRACE_VALUE_MAX;
	__u64 waiting;

	if (with_stack)
		at += read_stack(ctx, record, (__u64 *)(scratch->tail + at), top) * 8;
	if (!value)
		size = 0;
	if (at > sizeof(struct trace_paths) + TRACE_STACK_MAX * 8)
		return 0;
	if (size) {
		size &= 2 * TRACE_VALUE_MAX - 1;
		if (size > TRACE_VALUE_MAX)
			size = TRACE_VALUE_MAX;
		*(__u64 *)(scratch->tail + at + ((size - 1) & (TRACE_VALUE_MAX - 8))) = 0;
		if (bpf_probe_read_user(scratch->tail + at, size, value)) {
			record->flags |= TRACE_VALUE_UNREAD;
			size = 0;
		}
	}
	record->value_size = size;
	size = sizeof(*record) + at + ((size + 7) & ~7U);
	if (size > TRACE_RECORD_MAX)
		return 0;
	record->size = size;
	waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	if (bpf_ringbuf_output(&ring, record, size, waiting >= wake_at ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

static __always_inline struct scratch *begin(struct task_struct___trace *task, __u64 ids, __u16 kind, long result)
{
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);
	struct trace_record *record;
	const __u64 *name;

	if (!scratch)
		return 0;
	record = &scratch->record;
	__builtin_memset(record, 0, sizeof(*record));
	record->kind = kind;
	record->time_ns = bpf_ktime_get_boot_ns();
	record->result = result;
	record->pid = ids >> 32;
	record->tid = (__u32)ids;
	record->uid = task->cred->uid.val;
	/* Two loads, whatever the field's type. */
	name = (void *)task + bpf_core_field_offset(struct task_struct___trace, comm);
	((__u64 *)record->name)[0] = name[0];
	((__u64 *)record->name)[1] = name[1];
	record->name[sizeof(record->name) - 1] = 0;
	if (result == -EPERM || result == -EACCES)
		bpf_probe_read_kernel(&record->capabilities, sizeof(record->capabilities),
				      (void *)task->cred + bpf_core_field_offset(struct cred___trace, cap_effective));
	return scratch;
}

/** setsockopt(2) and getsockopt(2). The last argument: of set the length, of get where to find it. */
static __always_inline int tell_option(void *ctx, struct task_struct___trace *task, __u64 ids, __u16 kind,
				       const struct arguments *call, long result)
{
	const void *value = (const void *)call->of[3];
	struct scratch *scratch;
	struct trace_record *record;
	struct file *file;
	struct sock *sk;

	if (!is_wanted((__u64)(__u32)call->of[1] << 32 | (__u32)call->of[2]))
		return 0;
	scratch = begin(task, ids, kind, result);
	if (!scratch)
		return 0;
	record = &scratch->record;
	record->flags = call->flags;
	record->fd = call->of[0];
	record->level = call->of[1];
	record->option = call->of[2];
	if (kind == TRACE_SET) {
		record->length = call->of[4];
		value = follow_program(record, value);
	} else if (bpf_probe_read_user(&record->length, sizeof(record->length), (const void *)call->of[4])) {
		record->length = 0;
	}
	if ((__s32)record->length < 0 || (kind == TRACE_GET && result < 0))
		value = 0;
	file = file_of(task, record->fd);
	sk = read_socket(scratch, file);
	if (sk && kind == TRACE_SET && BPF_CORE_READ((struct file___trace *)file, f_flags) & O_NONBLOCK)
		record->flags |= TRACE_NONBLOCKING;
	if (sk && kind == TRACE_SET && result == 0)
		tell_kept(record, sk);
	return send(ctx, scratch, value, call->top);
}

static __always_inline __u16 kind_of(__s32 number)
{
	if (number == number_accept4)
		return TRACE_ACCEPT;
	for (__u16 kind = TRACE_SOCKET; kind <= TRACE_SHUTDOWN; kind++)
		if (number == numbers[kind])
			return kind;
	return TRACE_N_KINDS;
}

/** The calls that make, name and connect sockets. */
static __always_inline int tell_life(void *ctx, struct task_struct___trace *task, __u64 ids, __u16 kind,
				     const struct arguments *call, long result)
{
	struct scratch *scratch = begin(task, ids, kind, result);
	const void *value = 0;
	struct trace_record *record;
	__u32 fd;

	if (!scratch)
		return 0;
	record = &scratch->record;
	record->flags = call->flags;
	record->fd = fd = call->of[0];
	switch (kind) {
	case TRACE_SOCKET:
	case TRACE_SOCKETPAIR:
		record->fd = fd = result >= 0 ? result : -1;
		record->level = call->of[0];
		record->option = call->of[1];
		record->length = call->of[2];
		if (kind == TRACE_SOCKETPAIR && result == 0) {
			__s32 both[2] = { -1, -1 };

			bpf_probe_read_user(both, sizeof(both), (const void *)call->of[3]);
			record->fd = fd = both[0];
			record->second = both[1];
		}
		break;
	case TRACE_BIND:
	case TRACE_CONNECT:
		value = (const void *)call->of[1];
		record->length = call->of[2] <= 128 ? call->of[2] : 128;
		break;
	case TRACE_ACCEPT:
		if (result >= 0)
			fd = result;
		break;
	default: record->option = call->of[1];
	}
	read_socket(scratch, file_of(task, fd));
	return send(ctx, scratch, value, call->top);
}

/** Run once by the reader itself, before anything is attached: what /proc shows is that of its own mount. */
SEC("raw_tp/sys_enter")
int find_level(void *ctx)
{
	struct task_struct *reader = (void *)bpf_get_current_task();

	struct upid___trace *number;
	struct pid *pid = BPF_CORE_READ(reader, thread_pid);

	pid_level = BPF_CORE_READ(pid, level);
	number = (void *)pid + bpf_core_field_offset(struct pid, numbers) + (__u64)pid_level * bpf_core_type_size(struct upid);
	pid_namespace = (__u64)BPF_CORE_READ(number, ns);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(tell_call, struct pt_regs___trace *regs, long result)
{
	struct task_struct___trace *task = (void *)bpf_get_current_task_btf();
	int is_compat = task->thread_info.status & TS_COMPAT;
	struct arguments call;
	__s32 number = regs->orig_ax;
	__u16 kind = TRACE_N_KINDS;
	__u64 ids;

	/* A 32-bit call has other numbers and registers. */
	if (is_compat)
		kind = read_compat(regs, number, &call);
	else if (number == numbers[TRACE_SET])
		kind = TRACE_SET;
	else if (number == numbers[TRACE_GET])
		kind = TRACE_GET;
	else if (with_life)
		kind = kind_of(number);
	if (kind == TRACE_N_KINDS || (only_failed && result >= 0) || (kind > TRACE_GET && !with_life))
		return 0;
	ids = ids_of(task);
	if (!is_traced(ids >> 32))
		return 0;
	if (!is_compat) {
		call.flags = 0;
		call.of[0] = regs->di;
		call.of[1] = regs->si;
		call.of[2] = regs->dx;
		call.of[3] = regs->r10;
		call.of[4] = regs->r8;
		call.top = (const void *)regs->sp;
	}
	if (kind <= TRACE_GET)
		return tell_option(ctx, task, ids, kind, &call, result);
	return tell_life(ctx, task, ids, kind, &call, result);
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(tell_close, struct pt_regs___trace *regs, long number)
{
	struct task_struct___trace *task = (void *)bpf_get_current_task_btf();
	int is_compat = task->thread_info.status & TS_COMPAT;
	__u32 fd = is_compat ? regs->bx : regs->di;
	struct scratch *scratch;
	struct sock *sk;
	__u64 ids;

	if (number != (is_compat ? I386_CLOSE : numbers[TRACE_CLOSE]))
		return 0;
	ids = ids_of(task);
	if (!is_traced(ids >> 32))
		return 0;
	scratch = begin(task, ids, TRACE_CLOSE, 0);
	if (!scratch)
		return 0;
	scratch->record.flags = is_compat ? TRACE_IS_32BIT : 0;
	scratch->record.fd = fd;
	sk = read_socket(scratch, file_of(task, fd));
	if (!sk)
		return 0;
	if (scratch->record.protocol == IPPROTO_TCP && scratch->record.kernel_state == TCP_LISTEN)
		tell_queue(&scratch->record, sk);
	return send(ctx, scratch, 0, is_compat ? 0 : (const void *)regs->sp);
}

/**
 * io_uring's own way to the same: a request is noted when it is submitted, since its entry in the ring is gone when it
 * completes, and told of when it does.
 */
SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(note_uring, struct io_kiocb___trace *request)
{
	struct io_uring_cmd___trace *command = (void *)request;
	const struct io_uring_sqe___trace *entry;
	struct uring_request noted = { 0 };
	__u64 key = (__u64)request, ids;

	if (request->opcode != URING_COMMAND)
		return 0;
	noted.operation = BPF_CORE_READ(command, cmd_op);
	if (noted.operation != URING_SETSOCKOPT && noted.operation != URING_GETSOCKOPT)
		return 0;
	entry = BPF_CORE_READ(command, sqe);
	noted.fd = BPF_CORE_READ(entry, fd);
	noted.level = BPF_CORE_READ(entry, level);
	noted.option = BPF_CORE_READ(entry, optname);
	noted.length = BPF_CORE_READ(entry, optlen);
	noted.value = BPF_CORE_READ(entry, optval);
	ids = ids_of((void *)bpf_get_current_task_btf());
	if (!is_traced(ids >> 32) || !is_wanted((__u64)noted.level << 32 | noted.option))
		return 0;
	if (bpf_map_update_elem(&requests, &key, &noted, BPF_ANY))
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

static __always_inline int tell_completion(void *ctx, struct io_kiocb___trace *request, __s64 result)
{
	struct task_struct___trace *task = (void *)bpf_get_current_task_btf();
	__u64 key = (__u64)request;
	const struct uring_request *noted = bpf_map_lookup_elem(&requests, &key);
	const void *value;
	struct scratch *scratch;
	struct trace_record *record;
	struct sock *sk;
	int is_set;

	if (!noted)
		return 0;
	is_set = noted->operation == URING_SETSOCKOPT;
	value = (const void *)noted->value;
	scratch = only_failed && result >= 0 ? 0 : begin(task, ids_of(task), is_set ? TRACE_SET : TRACE_GET, result);
	if (!scratch) {
		bpf_map_delete_elem(&requests, &key);
		return 0;
	}
	record = &scratch->record;
	record->flags |= TRACE_IS_IO_URING;
	record->fd = noted->fd;
	record->level = noted->level;
	record->option = noted->option;
	/* Of get the result is the length. */
	record->length = is_set ? noted->length : result > 0 ? result :
							       0;
	if (!is_set && result > 0)
		record->result = 0;
	if (is_set)
		value = follow_program(record, value);
	bpf_map_delete_elem(&requests, &key);
	sk = read_socket(scratch, BPF_CORE_READ(request, file));
	if (sk && is_set && result == 0)
		tell_kept(record, sk);
	return send(ctx, scratch, is_set || result > 0 ? value : 0, 0);
}

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(tell_uring, void *ring_context, struct io_kiocb___trace *request, struct io_uring_cqe___trace *completion)
{
	return tell_completion(ctx, request, completion->res);
}

/** As Linux 6.12 tells it. */
SEC("?tp_btf/io_uring_complete")
int BPF_PROG(tell_uring_of_old, void *ring_context, struct io_kiocb___trace *request, __u64 user_data, int result)
{
	return tell_completion(ctx, request, result);
}

/** What a traced process starts is traced. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(follow_fork, struct task_struct___trace *parent, struct task_struct___trace *child)
{
	__u32 old = ids_of(parent) >> 32, new = ids_of(child) >> 32;
	__u8 yes = 1;

	if (old == new || !bpf_map_lookup_elem(&processes, &old))
		return 0;
	if (bpf_map_update_elem(&processes, &new, &yes, BPF_NOEXIST))
		__sync_fetch_and_add(&lost_processes, 1);
	else
		__sync_fetch_and_add(&alive, 1);
	return 0;
}

/** A number that is free again may be another's soon. */
SEC("?tp_btf/sched_process_exit")
int BPF_PROG(forget_process, struct task_struct___trace *task)
{
	__u32 pid = ids_of(task) >> 32;

	if (task->signal->live.counter == 0 && bpf_map_delete_elem(&processes, &pid) == 0)
		__sync_fetch_and_add(&alive, -1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
