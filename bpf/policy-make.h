/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is made at a moment. */
#ifndef BPF_POLICY_MAKE_H
#define BPF_POLICY_MAKE_H

#include "policy-test.h"
#include "policy-tell.h"

/** The first bytes of what the socket has, as one number. @return false if it does not tell */
static __always_inline int read_value(const struct look *look, const volatile struct policy_action *action, __u64 *ret)
{
	__u64 value[2] = { 0, 0 };
	long r;

	if (action->is_string)
		r = bpf_getsockopt(look->target, action->level, action->number, value, sizeof(value));
	else
		r = bpf_getsockopt(look->target, action->level, action->number, value, sizeof(__u32));
	*ret = value[0] ^ value[1];
	return r == 0;
}

/** The same, as bytes. */
static __always_inline int read_bytes(const struct look *look, const volatile struct policy_action *action, __u8 *ret)
{
	if (action->is_string)
		return bpf_getsockopt(look->target, action->level, action->number, ret, POLICY_VALUE_MAX) == 0;
	return bpf_getsockopt(look->target, action->level, action->number, ret, sizeof(__u32)) == 0;
}

static __always_inline void see_before(const struct look *look, const volatile struct policy_action *action,
				       struct change *change)
{
	if (read_bytes(look, action, change->before))
		change->flags |= POLICY_EVENT_HAS_BEFORE;
}

static __always_inline void see_after(const struct look *look, const volatile struct policy_action *action,
				      struct change *change)
{
	if (read_bytes(look, action, change->after))
		change->flags |= POLICY_EVENT_HAS_AFTER;
}

/** Has the program set the option? Its call may have failed: then the value is what it was. */
static __always_inline int was_set(const struct look *look, const volatile struct policy_action *action)
{
	const struct policy_memory *past = look->memory;
	__u32 at = (action->remembered - 1U) & (POLICY_DEFAULTS_MAX - 1);
	__u64 now;

	if (!past)
		return 0;
	if (past->set >> at & 1)
		return 1;
	return past->maybe >> at & 1 && read_value(look, action, &now) && now != past->before[at];
}

/** From the last to the first: of several actions of one option the last that fits is chosen. */
static long step_choose(__u32 index, struct look *look)
{
	__u32 at = constants.n_actions - 1 - index;
	const volatile struct policy_action *action = action_at(at);

	if (!action)
		return 1;
	if (!(action->moments[look->kind & (POLICY_N_KINDS - 1)] & look->due) || look->done >> (action->slot & 63) & 1)
		return 0;
	if (!fits(look, action) || (action->verb == VERB_DEFAULT && was_set(look, action)))
		return 0;
	look->done |= 1ULL << (action->slot & 63);
	if (at < 64)
		look->chosen[0] |= 1ULL << at;
	else
		look->chosen[1] |= 1ULL << (at - 64);
	return 0;
}

static __always_inline long set_option(const struct look *look, const volatile struct policy_action *action)
{
	__u64 value[2] = { action->made[0], action->made[1] };
	__u32 last = action->made_length - 1U;

	if (last >= POLICY_VALUE_MAX)
		return -22;
	/* 1 to 16: that a number is not 0 tells the verifiers before 6.8 nothing of its least value. */
	asm volatile(""
		     : "+r"(last));
	last &= POLICY_VALUE_MAX - 1;
	return bpf_setsockopt(look->target, action->level, action->number, value, last + 1);
}

static __always_inline struct policy_counters *counters_of(const volatile struct policy_action *action)
{
	__u32 at = action->counter;

	return bpf_map_lookup_elem(&counters, &at);
}

static __noinline long step_make(__u32 at, struct look *look)
{
	const volatile struct policy_action *action = action_at(at);
	struct change change = { .flags = 0 };
	struct policy_counters *count;
	long r;

	if (!action)
		return 1;
	if (!((at < 64 ? look->chosen[0] >> at : look->chosen[1] >> (at - 64)) & 1))
		return 0;
	if (constants.tells == POLICY_TELLS_ALL)
		see_before(look, action, &change);
	r = set_option(look, action);
	count = counters_of(action);
	if (count && r == 0) {
		count->hits++;
	} else if (count) {
		count->failures++;
		count->error = -r;
	}
	if (constants.tells == POLICY_TELLS_ALL && r == 0)
		see_after(look, action, &change);
	if (constants.tells == POLICY_TELLS_ALL || (constants.tells == POLICY_TELLS_TROUBLE && r))
		tell(look, action, POLICY_EVENT_MADE, -r, &change);
	return 0;
}

/** Makes what is due, in the rules' order. */
static __always_inline void make(struct look *look, __u32 due)
{
	if (!(due & constants.moments))
		return;
	look->due = opaque(due);
	look->done = opaque(0);
	look->chosen[0] = opaque(0);
	look->chosen[1] = opaque(0);
	forget_selector(look);
	bpf_loop(constants.n_actions, step_choose, look, 0);
	if (look->chosen[0] | look->chosen[1])
		bpf_loop(constants.n_actions, step_make, look, 0);
}

#endif
