// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Tells of every socket that the filter does not rule out: who it is, who holds
 * it, and the values of the wanted options, read from the kernel's structs.
 *
 * task_file walks all descriptors of all processes; tcp, udp and unix walk the
 * protocols' tables of one network namespace and tell of the sockets in them
 * that no descriptor leads to, or perhaps none. Nothing is changed.
 */

#include "kernel.h"
#include "record.h"

#include "read.h"

#include "judge.h"

#include "places.h"

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_UDPLITE 136
#define IPPROTO_MPTCP 262
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_VSOCK 40
#define EEXIST 17

/* sk_state, in the numbers of include/net/tcp_states.h */
#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_TIME_WAIT 6
#define TCP_CLOSE 7
#define TCP_LISTEN 10
#define TCP_NEW_SYN_RECV 12

/* enum facts_state of rule/facts.h; live/records.c holds them together */
enum state {
	UNBOUND,
	BOUND,
	LISTENING,
	CONNECTED,
	ESTABLISHED,
	CLOSED = 13,
};

/** What is told of the socket at hand. */
struct socket_record record;
struct all_values values;
struct record_paths paths;

static __always_inline int is_ip(void)
{
	return record.family == AF_INET || record.family == AF_INET6;
}

/** Copies what addresses and state need. */
static __always_inline void copy_head(const void *sk)
{
	__u32 size = is_ip() ? bpf_core_type_size(struct inet_sock) : bpf_core_type_size(struct sock);

	if (size <= COPY_MAX)
		bpf_probe_read_kernel(sock_copy, size, sk);
	if (record.family == AF_INET6) {
		size = bpf_core_type_size(struct ipv6_pinfo);
		if (size <= sizeof(ipv6_copy))
			bpf_probe_read_kernel(ipv6_copy, size, (void *)LOAD(sock_copy, inet_sock, pinet6));
	}
}

/** Copies what stands behind that, so that each option costs a load. */
static __always_inline void copy_rest(const void *sk)
{
	__u32 head = is_ip() ? bpf_core_type_size(struct inet_sock) : bpf_core_type_size(struct sock);
	__u32 size = 0;

	if (record.family == AF_UNIX)
		size = bpf_core_type_size(struct unix_sock);
	else if (is_ip() && record.protocol == IPPROTO_TCP)
		size = bpf_core_type_size(struct tcp_sock);
	else if (is_ip() && (record.protocol == IPPROTO_UDP || record.protocol == IPPROTO_UDPLITE))
		size = bpf_core_type_size(struct udp_sock);
	else if (is_ip() && record.type == SOCK_RAW)
		size = record.family == AF_INET ? bpf_core_type_size(struct raw_sock) :
						  bpf_core_type_size(struct raw6_sock);
	if (size > head && size <= COPY_MAX && head < COPY_MAX)
		bpf_probe_read_kernel(sock_copy + head, size - head, sk + head);
}

static __always_inline int is_zero(const __u8 *address)
{
	return !(*(const __u64 *)address | *(const __u64 *)(address + 8));
}

/** As getsockname(2) and getpeername(2) tell them: inet_getname(), inet6_getname(). */
static __always_inline void read_addresses(void)
{
	__u32 *local = (__u32 *)record.local, *peer = (__u32 *)record.peer;
	__u16 port = __builtin_bswap16(LOAD(sock_copy, sock_common, skc_dport));

	record.local_port = __builtin_bswap16(LOAD(sock_copy, inet_sock, inet_sport));
	if (port && record.kernel_state != TCP_CLOSE && record.kernel_state != TCP_SYN_SENT)
		record.flags |= RECORD_HAS_PEER;
	if (record.family == AF_INET) {
		local[0] = LOAD(sock_copy, sock_common, skc_rcv_saddr);
		if (!local[0])
			local[0] = LOAD(sock_copy, inet_sock, inet_saddr);
		peer[0] = LOAD(sock_copy, sock_common, skc_daddr);
	} else {
		*(struct in6 *)record.local = *(struct in6 *)(sock_copy + bpf_core_field_offset(struct sock_common, skc_v6_rcv_saddr));
		if (is_zero(record.local))
			*(struct in6 *)record.local = *(struct in6 *)(ipv6_copy + bpf_core_field_offset(struct ipv6_pinfo, saddr));
		*(struct in6 *)record.peer = *(struct in6 *)(sock_copy + bpf_core_field_offset(struct sock_common, skc_v6_daddr));
	}
	if (record.flags & RECORD_HAS_PEER)
		record.peer_port = port;
}

static __always_inline __u8 read_path(const void *sk, char *path)
{
	struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sk, addr);
	__s32 length = address ? BPF_CORE_READ(address, len) - 2 : 0;

	if (length <= 0)
		return 0;
	if (length > RECORD_PATH_MAX)
		length = RECORD_PATH_MAX;
	bpf_probe_read_kernel(path, RECORD_PATH_MAX, (void *)address + bpf_core_field_offset(struct unix_address, name) + 2);
	return length;
}

static __always_inline void read_paths(const void *sk)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);

	paths.local_length = read_path(sk, paths.local);
	paths.peer_length = peer ? read_path(peer, paths.peer) : 0;
	if (peer)
		record.flags |= RECORD_HAS_PEER;
	if (paths.local_length || paths.peer_length)
		record.flags |= RECORD_HAS_PATHS;
}

static __always_inline int is_bound(void)
{
	if (record.family == AF_UNIX)
		return paths.local_length;
	return is_ip() && record.local_port;
}

/* enum facts_state of each sk_state of TCP */
static const __u8 tcp_states[] = { CLOSED, ESTABLISHED, 5, 6, 7, 8, 9, CLOSED, 10, 11, LISTENING, 12, 6 };

/** As live/identity.c tells it of a descriptor. */
static __always_inline __u8 state_of(void)
{
	__u8 state = record.kernel_state;
	int has_peer = record.flags & RECORD_HAS_PEER;

	if (state == TCP_LISTEN)
		return LISTENING;
	if (is_ip() && (record.protocol == IPPROTO_TCP ||
			(record.protocol == IPPROTO_MPTCP && (record.local_port || has_peer)))) {
		if (state < sizeof(tcp_states) && tcp_states[state] != CLOSED)
			return tcp_states[state];
		if (has_peer)
			return CLOSED;
	} else if (has_peer) {
		return record.type == SOCK_STREAM || record.type == SOCK_SEQPACKET ? ESTABLISHED : CONNECTED;
	}
	return is_bound() ? BOUND : UNBOUND;
}

/** Is it of a family whose addresses are read from a descriptor (live/endpoint.c), and with them the state? */
static __always_inline int has_rare_address(void)
{
	return !is_ip() && record.family != AF_UNIX;
}

static __always_inline void state_facts(void)
{
	facts[FACT_FAMILY] = record.family;
	facts[FACT_TYPE] = record.type;
	facts[FACT_PROTOCOL] = is_ip() ? record.protocol : FILTER_NO_PROTOCOL;
	facts[FACT_STATE] = has_rare_address() ? FILTER_NO_STATE : record.state;
	facts[FACT_LOCAL_PORT] = is_ip() ? record.local_port : FILTER_NO_PORT;
	facts[FACT_PEER_PORT] = record.flags & RECORD_HAS_PEER && is_ip() ? record.peer_port : FILTER_NO_PORT;
	facts[FACT_PID] = record.pid;
	facts[FACT_FD] = record.fd;
	facts[FACT_NAME_LOW] = *(__u64 *)record.name;
	facts[FACT_NAME_HIGH] = *(__u64 *)(record.name + 8);
	facts[FACT_CGROUP] = record.cgroup;
	facts[FACT_NETNS] = record.netns;
	facts[FACT_INODE] = record.inode;
}

#define LEVEL(name, bit, applies)                                                \
	if (wanted_blocks & 1 << (bit) && (applies)) {                           \
		record.blocks |= 1 << (bit);                                     \
		read_##name(&record, (struct values_##name *)values.block[bit]); \
	}

static __always_inline void read_values(void)
{
	int tcp = is_ip() && record.protocol == IPPROTO_TCP;
	int mptcp = is_ip() && record.protocol == IPPROTO_MPTCP;

	/* An MPTCP socket answers for its subflows: what its own struct says is not what it tells. */
	if (mptcp)
		return;
	LEVEL(socket, VALUES_SOCKET, 1)
	LEVEL(ip, VALUES_IP, is_ip())
	LEVEL(tcp, VALUES_TCP, tcp)
	LEVEL(udp, VALUES_UDP, is_ip() && record.protocol == IPPROTO_UDP)
	LEVEL(ipv6, VALUES_IPV6, record.family == AF_INET6)
	LEVEL(udplite, VALUES_UDPLITE, is_ip() && record.protocol == IPPROTO_UDPLITE)
	LEVEL(raw, VALUES_RAW, is_ip() && record.type == SOCK_RAW)
}

#define WRITE_BLOCK(name, bit)          \
	if (record.blocks & 1 << (bit)) \
		r |= bpf_seq_write(seq, values.block[bit], sizeof(struct values_##name));

#define SIZE_OF_BLOCK(name, bit) (record.blocks & 1 << (bit) ? sizeof(struct values_##name) : 0)

/** @return negative: it did not fit; the kernel forgets all of it, and calls again with room for it. */
static __always_inline long write_record(struct seq_file *seq)
{
	long r;

	record.size = sizeof(record) + SIZE_OF_BLOCK(socket, VALUES_SOCKET) + SIZE_OF_BLOCK(ip, VALUES_IP) +
		      SIZE_OF_BLOCK(tcp, VALUES_TCP) + SIZE_OF_BLOCK(udp, VALUES_UDP) + SIZE_OF_BLOCK(ipv6, VALUES_IPV6) +
		      SIZE_OF_BLOCK(udplite, VALUES_UDPLITE) + SIZE_OF_BLOCK(raw, VALUES_RAW) +
		      (record.flags & RECORD_HAS_PATHS ? sizeof(paths) : 0);
	r = bpf_seq_write(seq, &record, sizeof(record));
	WRITE_BLOCK(socket, VALUES_SOCKET)
	WRITE_BLOCK(ip, VALUES_IP)
	WRITE_BLOCK(tcp, VALUES_TCP)
	WRITE_BLOCK(udp, VALUES_UDP)
	WRITE_BLOCK(ipv6, VALUES_IPV6)
	WRITE_BLOCK(udplite, VALUES_UDPLITE)
	WRITE_BLOCK(raw, VALUES_RAW)
	if (record.flags & RECORD_HAS_PATHS)
		r |= bpf_seq_write(seq, &paths, sizeof(paths));
	return r;
}

/** All that is kept of the socket before is gone. */
static __always_inline void begin(struct sock *sk)
{
	__builtin_memset(&record, 0, sizeof(record));
	paths.local_length = 0;
	paths.peer_length = 0;
	record.family = sk->__sk_common.skc_family;
	record.kernel_state = sk->__sk_common.skc_state;
	record.interface = sk->__sk_common.skc_bound_dev_if;
	meet_net(sk->__sk_common.skc_net.net);
	record.netns = of_net.inum;
}

/**
 * Of an MPTCP socket the reader must know also if it is not picked: the first of its connections stands in the listings
 * of TCP, with the inode of a file that it is not reached by.
 */
static __always_inline long rule_out(struct seq_file *seq)
{
	if (!is_ip() || record.protocol != IPPROTO_MPTCP || record.flags & RECORD_UNHELD)
		return 0;
	record.flags |= RECORD_RULED_OUT;
	return write_record(seq);
}

/** Everything but the holder is the same however the socket was found. sk: a whole socket. As write_record(). */
static __always_inline long tell(struct seq_file *seq, struct sock *sk, int with_values)
{
	int truth;

	record.type = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_type);
	record.protocol = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_protocol);
	copy_head(sk);
	if (is_ip())
		read_addresses();
	else if (record.family == AF_UNIX)
		read_paths(sk);
	record.state = state_of();
	state_facts();
	facts[FACT_COOKIE] = LOAD(sock_copy, sock_common, skc_cookie.counter);
	truth = filter_judge(&record, 0);
	if (truth == NO)
		return rule_out(seq);
	record.cookie = cookie_of_socket = bpf_get_socket_cookie(sk);
	if (with_values && wanted_blocks) {
		copy_rest(sk);
		read_values();
		if (truth == UNKNOWN && filter_has_options)
			truth = filter_judge(&record, &values);
		if (truth == NO)
			return 0;
	}
	if (truth == YES)
		record.flags |= RECORD_SURE;
	return write_record(seq);
}

/** Other references to a file than the descriptor at hand: the iterator has one of its own. */
static __always_inline int has_other_references(struct file *file)
{
	if (FIELD_EXISTS(file, f_ref))
		return BPF_CORE_READ(file, f_ref.refcnt.counter) > 1;
	return BPF_CORE_READ(file, f_count.counter) > 2;
}

/** Whatever the filter says of it. A closed socket is in no table. */
static __always_inline void count(struct sock *sk)
{
	__u32 index = of_net.census;
	__u64 key = (__u64)sk;
	__u8 yes = 1;

	if (!is_ip() || record.kernel_state == TCP_CLOSE || sk->sk_protocol != IPPROTO_TCP)
		return;
	if (index >= CENSUS_MAX) {
		census.is_incomplete = 1;
		return;
	}
	if (record.flags & RECORD_SHARED) {
		long r = bpf_map_update_elem(&counted, &key, &yes, BPF_NOEXIST);

		if (r == -EEXIST)
			return;
		if (r)
			census.is_incomplete = 1;
	}
	census.sockets[index]++;
}

/** Bit FD: that descriptor of the reader itself is no loan of ours, but a socket that it was started with. */
const volatile __u64 own_descriptors;

SEC("iter/task_file")
int tell_descriptors(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	/* Threads have the descriptors of their process, unless they left them (CLONE_FILES, unshare(2)). */
	if (task->pid != task->tgid && task->files == task->group_leader->files)
		return 0;
	if ((__u32)task->tgid == bpf_get_current_pid_tgid() >> 32 && (ctx->fd > 63 || !(own_descriptors >> ctx->fd & 1)))
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	begin(sk);
	meet_task(task);
	record.pid = of_task.pid;
	record.fd = ctx->fd;
	record.cgroup = of_task.cgroup;
	__builtin_memcpy(record.name, of_task.name, sizeof(record.name));
	record.inode = file->f_inode->i_ino;
	holder = HOLDER_ONE;
	if (has_other_references(file)) {
		record.flags |= RECORD_SHARED;
		holder = HOLDER_SEVERAL;
	}
	/* Once, although the kernel may call twice. */
	if (tell(ctx->meta->seq, sk, 1) >= 0)
		count(sk);
	return 0;
}

#include "tables.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
