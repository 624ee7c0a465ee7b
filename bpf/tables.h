/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The tables of the protocols: the part of sockets.bpf.c that finds sockets without a descriptor. */
#ifndef BPF_TABLES_H
#define BPF_TABLES_H

/** What a protocol's table has: does some file refer to it, and is it what that file stands for? */
static __always_inline void meet_unheld(struct sock *sk)
{
	struct socket *socket = BPF_CORE_READ(sk, sk_socket);

	record.flags |= RECORD_UNHELD;
	holder = HOLDER_NONE;
	if (!socket)
		return;
	record.inode = BPF_CORE_READ((struct socket_alloc *)socket, vfs_inode.i_ino);
	if (BPF_CORE_READ(socket, file)) {
		record.flags |= RECORD_HAS_FILE;
		holder = HOLDER_SEVERAL;
	}
	if (BPF_CORE_READ(socket, sk) != sk)
		record.flags |= RECORD_IS_INNER;
}

/** TIME_WAIT and half-open connections: small structs that begin with sock_common and have no options. */
static __always_inline void tell_small(struct seq_file *seq, struct sock_common *common)
{
	__u32 *local = (__u32 *)record.local, *peer = (__u32 *)record.peer;
	int truth;

	record.type = SOCK_STREAM;
	record.protocol = IPPROTO_TCP;
	record.flags |= RECORD_UNHELD | RECORD_HAS_PEER;
	holder = HOLDER_NONE;
	record.local_port = common->skc_num;
	record.peer_port = __builtin_bswap16(common->skc_dport);
	if (record.family == AF_INET) {
		local[0] = common->skc_rcv_saddr;
		peer[0] = common->skc_daddr;
	} else {
		bpf_probe_read_kernel(record.local, 16, (void *)common + bpf_core_field_offset(struct sock_common, skc_v6_rcv_saddr));
		bpf_probe_read_kernel(record.peer, 16, (void *)common + bpf_core_field_offset(struct sock_common, skc_v6_daddr));
	}
	record.state = record.kernel_state < sizeof(tcp_states) ? tcp_states[record.kernel_state] : CLOSED;
	state_facts();
	facts[FACT_COOKIE] = BPF_CORE_READ(common, skc_cookie.counter);
	truth = filter_judge(&record, 0);
	if (truth == NO)
		return;
	if (truth == YES)
		record.flags |= RECORD_SURE;
	record.cookie = bpf_get_socket_cookie(common);
	write_record(seq);
}

/*
 * Each table has two programs: one that finds, and one that reads the values too. Most machines have no socket that
 * nobody holds whose values are wanted, and the second is so much longer that it is loaded when there is one.
 */

static __always_inline void tell_of_tcp(struct bpf_iter__tcp *ctx, int with_values)
{
	struct sock_common *common = ctx->sk_common;

	if (!common)
		return;
	begin((struct sock *)common);
	record.uid = ctx->uid;
	if (record.kernel_state == TCP_TIME_WAIT || record.kernel_state == TCP_NEW_SYN_RECV) {
		if (!with_values)
			tell_small(ctx->meta->seq, common);
		return;
	}
	meet_unheld((struct sock *)common);
	if (!(record.flags & RECORD_IS_INNER))
		tell(ctx->meta->seq, (struct sock *)common, with_values);
}

SEC("iter/tcp")
int tell_tcp(struct bpf_iter__tcp *ctx)
{
	tell_of_tcp(ctx, 0);
	return 0;
}

SEC("iter/tcp")
int tcp_values(struct bpf_iter__tcp *ctx)
{
	tell_of_tcp(ctx, 1);
	return 0;
}

/** A socket of a table that has nothing but whole sockets. */
static __always_inline void tell_of_table(struct seq_file *seq, struct sock *sk, __u32 uid, int with_values)
{
	if (!sk)
		return;
	begin(sk);
	record.uid = uid;
	meet_unheld(sk);
	tell(seq, sk, with_values);
}

SEC("iter/udp")
int tell_udp(struct bpf_iter__udp *ctx)
{
	tell_of_table(ctx->meta->seq, (struct sock *)ctx->udp_sk, ctx->uid, 0);
	return 0;
}

SEC("iter/udp")
int udp_values(struct bpf_iter__udp *ctx)
{
	tell_of_table(ctx->meta->seq, (struct sock *)ctx->udp_sk, ctx->uid, 1);
	return 0;
}

SEC("iter/unix")
int tell_unix(struct bpf_iter__unix *ctx)
{
	tell_of_table(ctx->meta->seq, (struct sock *)ctx->unix_sk, ctx->uid, 0);
	return 0;
}

SEC("iter/unix")
int unix_values(struct bpf_iter__unix *ctx)
{
	tell_of_table(ctx->meta->seq, (struct sock *)ctx->unix_sk, ctx->uid, 1);
	return 0;
}

#endif
