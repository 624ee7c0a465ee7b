/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The rules of `run` and `apply`, at the hooks of a cgroup: what its sockets are
 * to have is made as they come to a moment, and what programs ask for is judged.
 *
 * It runs for the sockets of the cgroup that it is attached to, and for no other.
 */
#include "policy-judge.h"
#include "policy-see.h"

SEC("cgroup/sock_create")
int at_create(struct bpf_sock *ctx)
{
	struct policy_memory *past = bpf_sk_storage_get(&memory, ctx, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (past) {
		past->is_fresh = 1;
		past->is_ours = 1;
	}
	return 1;
}

static __always_inline int at_bind(struct bpf_sock_addr *ctx, __u32 family)
{
	struct bpf_sock *sk = ctx->sk;
	struct look look;

	if (!sk)
		return 1;
	see(&look, sk, ctx, 0);
	make(&look, take_fresh(&look));
	look.facts[POLICY_LOCAL_PORT] = bpf_ntohs(ctx->user_port);
	if (family == AF_INET6)
		put_ip6(look.local, ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]);
	else
		put_ip4(look.local, ctx->user_ip4);
	look.family = family;
	make(&look, AT_BIND);
	note_past(&look, AT_BIND);
	return 1;
}

SEC("cgroup/bind4")
int at_bind4(struct bpf_sock_addr *ctx)
{
	return at_bind(ctx, AF_INET);
}

SEC("cgroup/bind6")
int at_bind6(struct bpf_sock_addr *ctx)
{
	return at_bind(ctx, AF_INET6);
}

static __always_inline int at_connect(struct bpf_sock_addr *ctx, __u32 family)
{
	struct bpf_sock *sk = ctx->sk;
	struct look look;
	__u32 due = AT_CONNECT;

	if (!sk)
		return 1;
	see(&look, sk, ctx, 0);
	make(&look, take_fresh(&look));
	if (look.facts[POLICY_STATE] == UNBOUND)
		due |= AT_BIND;
	look.peer_family = family;
	look.facts[POLICY_PEER_PORT] = bpf_ntohs(ctx->user_port);
	if (family == AF_INET6)
		put_ip6(look.peer, ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]);
	else
		put_ip4(look.peer, ctx->user_ip4);
	make(&look, due);
	note_past(&look, due);
	return 1;
}

SEC("cgroup/connect4")
int at_connect4(struct bpf_sock_addr *ctx)
{
	return at_connect(ctx, AF_INET);
}

SEC("cgroup/connect6")
int at_connect6(struct bpf_sock_addr *ctx)
{
	return at_connect(ctx, AF_INET6);
}

static __always_inline int at_send(struct bpf_sock_addr *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct policy_memory *past;
	struct look look;

	if (!sk)
		return 1;
	past = bpf_sk_storage_get(&memory, sk, 0, 0);
	if (!past || !past->is_fresh)
		return 1;
	see(&look, sk, ctx, 0);
	make(&look, take_fresh(&look));
	return 1;
}

SEC("cgroup/sendmsg4")
int at_send4(struct bpf_sock_addr *ctx)
{
	return at_send(ctx);
}

SEC("cgroup/sendmsg6")
int at_send6(struct bpf_sock_addr *ctx)
{
	return at_send(ctx);
}

/** Is there anything to do at one of these moments? Constant: the verifier leaves out what is not needed. */
static __always_inline int is_asked_at(__u32 moments)
{
	return constants.has_memory || constants.moments & moments;
}

static __always_inline void at_listen(struct look *look)
{
	__u32 due = AT_LISTEN;

	look->facts[POLICY_STATE] = BOUND;
	if (look->memory && look->memory->is_ours && !(look->memory->past & AT_BIND))
		due |= AT_BIND;
	make(look, take_fresh(look));
	make(look, due);
	note_past(look, due | AT_BIND);
}

/** Here runs the interrupt that brought the handshake's last segment: no process is known. */
static __always_inline void at_accept(struct look *look, struct bpf_sock *sk)
{
	look->facts[POLICY_STATE] = ESTABLISHED;
	see_peer(look, sk);
	if (look->memory) {
		look->memory->is_fresh = 0;
		look->memory->past |= AT_ACCEPT;
	}
	make(look, AT_ACCEPT);
}

SEC("sockops")
int at_tcp(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk;
	struct look look;
	__u32 op = ctx->op;

	if (op == BPF_SOCK_OPS_TCP_LISTEN_CB ? !is_asked_at(AT_SOCKET | AT_BIND | AT_LISTEN) :
					       op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB || !is_asked_at(AT_ACCEPT))
		return 1;
	sk = ctx->sk;
	if (!sk)
		return 1;
	see(&look, sk, ctx, 0);
	if (op == BPF_SOCK_OPS_TCP_LISTEN_CB)
		at_listen(&look);
	else
		at_accept(&look, sk);
	return 1;
}

SEC("cgroup/setsockopt")
int at_set(struct bpf_sockopt *ctx)
{
	const volatile struct policy_action *action;
	struct bpf_sock *sk = ctx->sk;
	struct look look;

	if (!sk)
		return 1;
	see(&look, sk, sk, 1);
	make(&look, take_fresh(&look));
	copy_asked(&look, ctx);
	forget_selector(&look);
	look.due = opaque(0);
	look.forced = look.denied = look.logged = look.remember = opaque(NOBODY);
	bpf_loop(constants.n_actions, step_judge, &look, 0);
	action = action_at(look.remember);
	if (action)
		remember(&look, action);
	report(&look);
	return answer(&look, ctx);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
