/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The facts of the socket at hand. */
#ifndef BPF_POLICY_SEE_H
#define BPF_POLICY_SEE_H

#include "policy-types.h"

static __always_inline __u32 kind_of(struct bpf_sock *sk, int is_programs, __u32 *ret_protocol)
{
	__u32 is_v6 = sk->family == AF_INET6;

	if (sk->family != AF_INET && !is_v6)
		return POLICY_OTHER;
	if (sk->protocol == IPPROTO_UDP)
		return is_v6 ? POLICY_UDP6 : POLICY_UDP4;
	if (sk->protocol != IPPROTO_TCP)
		return POLICY_OTHER;
	if (is_programs || !bpf_skc_to_mptcp_sock(sk))
		return is_v6 ? POLICY_TCP6 : POLICY_TCP4;
	/* The program's socket is MPTCP; this is what the kernel made below it. */
	*ret_protocol = IPPROTO_MPTCP;
	return is_v6 ? POLICY_MPTCP6 : POLICY_MPTCP4;
}

static __always_inline __u32 state_of(struct bpf_sock *sk, __u32 protocol)
{
	__u32 state = sk->state;

	if (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP) {
		if (state != TCP_CLOSE)
			return tcp_states[state & 15];
	} else if (state == TCP_LISTEN) {
		return LISTENING;
	} else if (state == TCP_ESTABLISHED) {
		return sk->type == SOCK_STREAM || sk->type == SOCK_SEQPACKET ? ESTABLISHED : CONNECTED;
	}
	return sk->src_port ? BOUND : UNBOUND;
}

static __always_inline void put_ip4(__u8 *to, __u32 address)
{
	__u32 *words = (__u32 *)to;

	words[0] = opaque(address);
	words[1] = words[2] = words[3] = opaque(0);
}

static __always_inline void put_ip6(__u8 *to, __u32 a, __u32 b, __u32 c, __u32 d)
{
	__u32 *words = (__u32 *)to;

	words[0] = opaque(a);
	words[1] = opaque(b);
	words[2] = opaque(c);
	words[3] = opaque(d);
}

static __always_inline void see_peer(struct look *look, struct bpf_sock *sk)
{
	look->peer_family = opaque(sk->family);
	look->facts[POLICY_PEER_PORT] = opaque(bpf_ntohs(sk->dst_port));
	if (sk->family == AF_INET)
		put_ip4(look->peer, sk->dst_ip4);
	else
		put_ip6(look->peer, sk->dst_ip6[0], sk->dst_ip6[1], sk->dst_ip6[2], sk->dst_ip6[3]);
}

/** As getsockname(2) and getpeername(2) tell it. */
static __always_inline void see_addresses(struct look *look, struct bpf_sock *sk)
{
	look->family = opaque(AF_UNSPEC);
	look->peer_family = opaque(AF_UNSPEC);
	look->facts[POLICY_LOCAL_PORT] = opaque(POLICY_ABSENT);
	look->facts[POLICY_PEER_PORT] = opaque(POLICY_ABSENT);
	put_ip4(look->peer, 0);
	put_ip4(look->local, 0);
	if (sk->family != AF_INET && sk->family != AF_INET6)
		return;
	look->family = opaque(sk->family);
	look->facts[POLICY_LOCAL_PORT] = opaque(sk->src_port);
	if (sk->family == AF_INET)
		put_ip4(look->local, sk->src_ip4);
	else
		put_ip6(look->local, sk->src_ip6[0], sk->src_ip6[1], sk->src_ip6[2], sk->src_ip6[3]);
	if (sk->dst_port && sk->state != TCP_CLOSE && sk->state != TCP_SYN_SENT)
		see_peer(look, sk);
}

/** is_programs: it is the program's own socket, and none that the kernel made below it. */
static __always_inline void see(struct look *look, struct bpf_sock *sk, void *target, int is_programs)
{
	__u32 protocol = sk->protocol;

	look->target = target;
	look->socket = address_of(&sk);
	look->memory = 0;
	look->kind = opaque(kind_of(sk, is_programs, &protocol));
	look->facts[POLICY_FAMILY] = opaque(sk->family);
	look->facts[POLICY_TYPE] = opaque(sk->type);
	look->facts[POLICY_STATE] = opaque(state_of(sk, protocol));
	see_addresses(look, sk);
	look->facts[POLICY_PROTOCOL] = opaque(look->family ? protocol : POLICY_ABSENT);
	see_process(look);
	/* The hook of setsockopt(2) does not tell it. */
	look->cookie = is_programs || !constants.tells ? 0 : bpf_get_socket_cookie(target);
	look->length = 0;
	__builtin_memset(look->asked, 0, sizeof(look->asked));
	/* Of a socket that was there before the policy, it begins here. */
	if (constants.has_memory)
		look->memory = bpf_sk_storage_get(&memory, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
}

/** What a socket that was made under the policy has not come to yet; notes that it has now. */
static __always_inline __u32 take_fresh(struct look *look)
{
	if (!look->memory || !look->memory->is_fresh)
		return 0;
	look->memory->is_fresh = 0;
	return AT_SOCKET;
}

static __always_inline void note_past(struct look *look, __u32 moments)
{
	if (look->memory)
		look->memory->past |= moments;
}

#endif
