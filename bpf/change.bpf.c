// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Reads and sets options of sockets that no descriptor leads to.
 *
 * An iterator meets every socket of the namespace, so the list of what is to be
 * changed is the filter: a socket whose cookie is not in the map is not touched,
 * and with an empty map none is. live/bpf-change.c loads nothing without a list.
 */

#include "kernel.h"

#include "change-list.h"

const volatile struct change_option options[CHANGE_OPTIONS_MAX];
const volatile __u32 n_options;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* as many as there are changes: set before it is loaded */
	__type(key, struct change_key);
	__type(value, struct change_value);
} changes SEC(".maps");

struct change_result result;
struct change_value given;

static __always_inline void change(struct seq_file *seq, void *sk)
{
	__u64 cookie = bpf_get_socket_cookie(sk);

	for (__u32 i = 0; i < CHANGE_OPTIONS_MAX && i < n_options; i++) {
		struct change_key key = { .cookie = cookie, .option = i };
		const struct change_value *value = bpf_map_lookup_elem(&changes, &key);
		__u32 length;

		if (!value)
			continue;
		__builtin_memset(&result, 0, sizeof(result));
		result.key = key;
		given = *value;
		length = given.length - 1;
		if (length < CHANGE_VALUE_MAX) {
			/* the verifier of 6.1 learns nothing from the test, but from the mask */
			barrier_var(length);
			length &= CHANGE_VALUE_MAX - 1;
			result.set_error =
				bpf_setsockopt(sk, options[i].level, options[i].number, given.bytes, length + 1);
		}
		if (options[i].read_length && options[i].read_length <= CHANGE_VALUE_MAX) {
			result.read_error = bpf_getsockopt(sk, options[i].level, options[i].number, result.after.bytes,
							   options[i].read_length);
			result.after.length = options[i].read_length;
		}
		/* What does not fit is called for again: it is set twice to the same value. */
		bpf_seq_write(seq, &result, sizeof(result));
	}
}

SEC("iter/tcp")
int change_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_sock *tcp = common ? bpf_skc_to_tcp_sock(common) : 0;

	/* TIME_WAIT and half-open connections have no options. */
	if (tcp)
		change(ctx->meta->seq, tcp);
	return 0;
}

SEC("iter/udp")
int change_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *udp = ctx->udp_sk; /* read twice, the second may be null to the verifier of 6.1 */

	if (udp)
		change(ctx->meta->seq, udp);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
