/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* From a descriptor of the running thread to the socket, and what a record tells of it. */
#ifndef BPF_TRACE_SOCKET_H
#define BPF_TRACE_SOCKET_H

#include "expression.h"
#include "trace-bytes.h"
#include "trace-kernel.h"

/*
 * What the generated reader does with an option: fetches it from the socket, or leaves it to be asked for. A number is
 * fetched with the place, width and sign that it has in the running kernel, be it a bit-field there or not.
 */
#define IS_POINTER(type, field) (__builtin_classify_type(((struct type *)0)->field) == 5)
#define FETCH_LOAD(from, type, field)                                                    \
	__builtin_choose_expr(IS_POINTER(type, field), FETCH_POINTER(from, type, field), \
			      FETCH_BITS(from, type, field))
#define FETCH_POINTER(from, type, field) BPF_CORE_READ((const struct type *)(from), field)
#define FETCH_BITS(from, type, field) BPF_CORE_READ_BITFIELD_PROBED((const struct type *)(from), field)
#define FETCH_VARYING FETCH_BITS
#define FETCH_SIGNED_VARYING FETCH_BITS
#define ASK(slot) return 0
#define SPECIAL(slot) return 0

#include "kept.gen.h"

_Static_assert(sizeof(union kept_value) <= TRACE_KEPT_MAX, "a record has room for it");

/** How an option that was set is read back: made from the catalogue by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64); /* level << 32 | option */
	__type(value, struct trace_place);
} places SEC(".maps");

/** Room for a record, and what it is made from: a system call is told of with preemption off, so one a processor. */
struct scratch {
	struct trace_record record;
	__u8 tail[TRACE_RECORD_MAX - sizeof(struct trace_record)];
	__u8 common[512]; /* of a socket */
	__u8 head[256];   /* of other structs */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct file *file_of(struct task_struct___trace *task, __u32 fd)
{
	/* Of the current task the verifier knows the types: these are plain loads. */
	struct fdtable___trace *table = task->files->fdt;
	struct file *file = 0;

	if (fd < table->max_fds)
		bpf_probe_read_kernel(&file, sizeof(file), table->fd + fd);
	return file;
}

/** The bytes of a struct up to and with these fields, so that both cost one call. */
#define READ_HEAD(copy, pointer, type, field, other) read_head(copy, sizeof(copy), pointer, END_OF(type, field), END_OF(type, other))
#define END_OF(type, field) (bpf_core_field_offset(struct type, field) + 8)

static __always_inline int read_head(void *copy, __u32 room, const void *pointer, __u32 end, __u32 other)
{
	__u32 size = end > other ? end : other;

	return size <= room && bpf_probe_read_kernel(copy, size, pointer) == 0;
}

/** The socket that a file stands for; 0: it is none. */
static __always_inline struct sock *socket_of(struct scratch *scratch, struct file *file)
{
	void *inode, *socket;

	if (!file || !READ_HEAD(scratch->head, file, file, f_inode, private_data))
		return 0;
	inode = LOAD(scratch->head, file, f_inode);
	socket = LOAD(scratch->head, file, private_data);
	if (!READ_HEAD(scratch->head, inode, inode___trace, i_ino, i_mode))
		return 0;
	if ((LOAD(scratch->head, inode___trace, i_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	scratch->record.inode = LOAD(scratch->head, inode___trace, i_ino);
	/* A name in the file system that was opened with O_PATH is none. */
	if (!socket || !READ_HEAD(scratch->head, socket, socket___trace, sk, file))
		return 0;
	if (LOAD(scratch->head, socket___trace, file) != file)
		return 0;
	scratch->record.type = LOAD(scratch->head, socket___trace, type);
	return LOAD(scratch->head, socket___trace, sk);
}

static __always_inline void read_ip(struct trace_record *record, struct sock *sk, const __u8 *common)
{
	__u16 port = __builtin_bswap16(LOAD(common, sock_common, skc_dport));

	record->local_port = __builtin_bswap16(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	if (port && record->kernel_state != TCP_CLOSE && record->kernel_state != TCP_SYN_SENT) {
		record->flags |= TRACE_HAS_PEER;
		record->peer_port = port;
	}
	if (record->family == AF_INET) {
		*(__u32 *)record->local = LOAD(common, sock_common, skc_rcv_saddr);
		*(__u32 *)record->peer = LOAD(common, sock_common, skc_daddr);
		return;
	}
	__builtin_memcpy(record->local, common + bpf_core_field_offset(struct sock_common, skc_v6_rcv_saddr), 16);
	__builtin_memcpy(record->peer, common + bpf_core_field_offset(struct sock_common, skc_v6_daddr), 16);
}

static __always_inline __u8 read_path(struct sock *sk, char *path)
{
	struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sk, addr);
	__s32 length = address ? BPF_CORE_READ(address, len) - 2 : 0;

	if (length <= 0)
		return 0;
	if (length > TRACE_PATH_MAX)
		length = TRACE_PATH_MAX;
	bpf_probe_read_kernel(path, TRACE_PATH_MAX, (void *)address + bpf_core_field_offset(struct unix_address, name) + 2);
	return length;
}

static __always_inline void read_unix(struct trace_record *record, struct sock *sk, struct trace_paths *paths)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);

	paths->local_length = read_path(sk, paths->local);
	paths->peer_length = peer ? read_path(peer, paths->peer) : 0;
	__builtin_memset(paths->pad, 0, sizeof(paths->pad));
	if (peer)
		record->flags |= TRACE_HAS_PEER;
	if (paths->local_length || paths->peer_length)
		record->flags |= TRACE_HAS_PATHS;
}

/** @return the socket, 0: it is none */
static __always_inline struct sock *read_socket(struct scratch *scratch, struct file *file)
{
	struct trace_record *record = &scratch->record;
	struct sock *sk = socket_of(scratch, file);
	__u32 size = bpf_core_type_size(struct sock_common);
	struct net *net;

	if (!sk || size > sizeof(scratch->common))
		return 0;
	bpf_probe_read_kernel(scratch->common, size, sk);
	record->flags |= TRACE_HAS_SOCKET;
	record->family = LOAD(scratch->common, sock_common, skc_family);
	record->kernel_state = LOAD(scratch->common, sock_common, skc_state);
	record->cookie = LOAD(scratch->common, sock_common, skc_cookie.counter);
	net = LOAD(scratch->common, sock_common, skc_net.net);
	record->netns = BPF_CORE_READ(net, ns.inum);
	record->protocol = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_protocol);
	if (record->family == AF_INET || record->family == AF_INET6)
		read_ip(record, sk, scratch->common);
	else if (record->family == AF_UNIX)
		read_unix(record, sk, (struct trace_paths *)scratch->tail);
	return sk;
}

/** Who waits at a listener that is about to be closed, and whether others share its port. */
static __always_inline void tell_queue(struct trace_record *record, struct sock *sk)
{
	record->flags |= TRACE_HAS_QUEUE;
	record->level = BPF_CORE_READ_BITFIELD_PROBED((struct sock_common *)sk, skc_reuseport);
	record->option = BPF_CORE_READ(sk, sk_ack_backlog);
}

/** Do the structs that the option is read from belong to such a socket? */
static __always_inline int has_structs(const struct trace_record *record, __u32 needs)
{
	int is_ip = record->family == AF_INET || record->family == AF_INET6;

	/* An MPTCP socket answers for its subflows: what its own struct says is not what it tells. */
	if (record->protocol == IPPROTO_MPTCP)
		return 0;
	switch (needs) {
	case TRACE_NEEDS_NOTHING: return 1;
	case TRACE_NEEDS_IP: return is_ip;
	case TRACE_NEEDS_IPV6: return record->family == AF_INET6;
	case TRACE_NEEDS_RAW: return is_ip && record->type == SOCK_RAW;
	default: return is_ip && record->protocol == needs;
	}
}

/** What the kernel has of the option that was just set. */
static __always_inline void tell_kept(struct trace_record *record, struct sock *sk)
{
	__u64 key = (__u64)(__u32)record->level << 32 | (__u32)record->option;
	const struct trace_place *place = bpf_map_lookup_elem(&places, &key);
	const void *ipv6 = 0;

	if (!place || !has_structs(record, place->needs))
		return;
	if (record->family == AF_INET6)
		ipv6 = BPF_CORE_READ((struct inet_sock *)sk, pinet6);
	record->kept_size = read_kept(place->slot, sk, ipv6, (union kept_value *)record->kept);
	if (record->kept_size)
		record->flags |= TRACE_HAS_KEPT;
}

#endif
