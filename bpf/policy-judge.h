/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What becomes of what the program asks for. */
#ifndef BPF_POLICY_JUDGE_H
#define BPF_POLICY_JUDGE_H

#include "policy-make.h"

/**
 * Is it the value that a deny or log names? A longer int, or the one byte that some options take, is the same number;
 * a text ends with its NUL or its length.
 */
static __always_inline int same_value(const struct look *look, const volatile struct policy_action *action)
{
	const __u64 *asked = (const __u64 *)look->asked;

	if (!action->has_value)
		return 1;
	if (!action->is_string && look->length < action->length && look->length != 1)
		return 0;
	return !(((asked[0] ^ action->value[0]) & action->mask[0]) | ((asked[1] ^ action->value[1]) & action->mask[1]));
}

/** Has the socket come to the moment from which on the rule holds? */
static __always_inline int has_begun(const struct look *look, const volatile struct policy_action *action)
{
	__u32 past = look->memory ? look->memory->past : 0;

	if (!action->from)
		return 1;
	if (action->not_inherited && past & AT_ACCEPT)
		past = AT_ACCEPT;
	return ((past | AT_SOCKET) & action->from) != 0;
}

static long step_judge(__u32 at, struct look *look)
{
	const volatile struct policy_action *action = action_at(at);

	if (!action)
		return 1;
	if (action->level != look->level || action->number != look->number)
		return 0;
	if (action->others >> (look->facts[POLICY_FAMILY] & 63) & 1)
		return 0;
	if (action->remembered)
		look->remember = opaque(at);
	if (!fits(look, action) || !has_begun(look, action))
		return 0;
	switch (action->verb) {
	case VERB_FORCE:
		look->forced = opaque(at);
		look->denied = opaque(NOBODY);
		break;
	case VERB_DENY:
		if (same_value(look, action))
			look->denied = opaque(at);
		break;
	case VERB_LOG:
		if (same_value(look, action))
			look->logged = opaque(at);
		break;
	default: look->forced = opaque(NOBODY); break;
	}
	return 0;
}

/** The program is about to set an option of which a default wants to know. */
static __always_inline void remember(struct look *look, const volatile struct policy_action *action)
{
	struct policy_memory *past = look->memory;
	__u32 at = (action->remembered - 1U) & (POLICY_DEFAULTS_MAX - 1);
	__u64 now, asked;

	if (!past || past->set >> at & 1)
		return;
	asked = action->is_string ? *(__u64 *)look->asked ^ *(__u64 *)(look->asked + 8) : *(__u32 *)look->asked;
	if (action->transform == POLICY_DOUBLED)
		asked *= 2;
	else if (action->transform == POLICY_BOOLEAN)
		asked = asked != 0;
	if (!read_value(look, action, &now) || asked == now) {
		past->set |= 1 << at;
	} else if (!(past->maybe >> at & 1)) {
		past->maybe |= 1 << at;
		past->before[at] = now;
	} else if (past->before[at] != now) {
		past->set |= 1 << at;
	}
}

/** A mask of the bytes that stand first in memory. */
static __always_inline __u64 first_bytes(__u32 n)
{
	if (n >= 8)
		return ~0ULL;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (1ULL << (n & 7) * 8) - 1;
#else
	return ~(~0ULL >> (n & 7) * 8);
#endif
}

/** The first bytes of the value, filled up with zeros. The kernel gives room for at least sixteen. */
static __always_inline void copy_asked(struct look *look, struct bpf_sockopt *ctx)
{
	__u8 *value = ctx->optval, *end = ctx->optval_end;
	__u64 *asked = (__u64 *)look->asked;
	__u32 length = ctx->optlen;

	look->level = ctx->level;
	look->number = ctx->optname;
	look->length = opaque(length);
	if (value + POLICY_VALUE_MAX > end)
		return;
	asked[0] = opaque(((const __u64 *)value)[0] & first_bytes(length));
	asked[1] = opaque(((const __u64 *)value)[1] & (length > 8 ? first_bytes(length - 8) : 0));
}

/** Our value in the place of the program's; the kernel's handler need not run any more, if it takes it from us. */
static __always_inline void replace(struct look *look, struct bpf_sockopt *ctx,
				    const volatile struct policy_action *action)
{
	__u8 *value = ctx->optval, *end = ctx->optval_end;

	if (set_option(look, action) == 0) {
		ctx->optlen = -1;
		return;
	}
	if (value + POLICY_VALUE_MAX > end)
		return;
	for (int i = 0; i < POLICY_VALUE_MAX; i++)
		value[i] = ((const volatile __u8 *)action->value)[i];
	ctx->optlen = action->length;
}

static __always_inline void tell_call(const struct look *look, const volatile struct policy_action *action, __u32 kind,
				      __s32 error)
{
	struct change change = { .flags = 0 };

	see_before(look, action, &change);
	tell(look, action, kind, error, &change);
}

/** The verifier of Linux 7.3 wants to see that it is an errno: all 64 bits of -4095 to 0. */
static __always_inline void fail_with(__u32 error)
{
	static long (*const set_retval)(long) = (void *)BPF_FUNC_set_retval;
	__u64 bounded = error;
	long answer;

	asm volatile(""
		     : "+r"(bounded));
	if (bounded > 4095)
		bounded = 1;
	asm volatile("%0 = 0\n%0 -= %1"
		     : "=&r"(answer)
		     : "r"(bounded));
	set_retval(answer);
}

static __always_inline int refuse(struct look *look, struct bpf_sockopt *ctx,
				  const volatile struct policy_action *action)
{
	struct policy_counters *count = counters_of(action);

	if (count)
		count->refusals++;
	if (constants.tells == POLICY_TELLS_ALL)
		tell_call(look, action, POLICY_EVENT_REFUSED, action->error);
	if (!action->error) {
		/* The kernel's handler need not run: the call succeeds. */
		ctx->optlen = -1;
		return 1;
	}
	fail_with(action->error);
	return 0;
}

/** A call of its own, as report() is: a selector's calls go deep, and the stack that is left there is not for these. */
static __noinline int answer(struct look *look, struct bpf_sockopt *ctx)
{
	const volatile struct policy_action *action = action_at(look->denied != NOBODY ? look->denied : look->forced);
	struct policy_counters *count;
	struct change change = { .flags = 0 };

	if (!action)
		return 1;
	if (look->denied != NOBODY)
		return refuse(look, ctx, action);
	count = counters_of(action);
	if (count)
		count->overrides++;
	if (constants.tells == POLICY_TELLS_ALL)
		see_before(look, action, &change);
	replace(look, ctx, action);
	if (constants.tells == POLICY_TELLS_ALL) {
		see_after(look, action, &change);
		tell(look, action, POLICY_EVENT_REPLACED, 0, &change);
	}
	return 1;
}

static __noinline int report(const struct look *look)
{
	const volatile struct policy_action *action = action_at(look->logged);
	struct policy_counters *count;

	if (!action)
		return 0;
	count = counters_of(action);
	if (count)
		count->logged++;
	if (constants.tells)
		tell_call(look, action, POLICY_EVENT_LOGGED, 0);
	return 0;
}

#endif
