/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Does a rule's selector pick the socket at hand? */
#ifndef BPF_POLICY_TEST_H
#define BPF_POLICY_TEST_H

#include "policy-types.h"

static __always_inline __u64 big_endian(const __u8 *bytes)
{
	return bpf_be64_to_cpu(*(const __u64 *)bytes);
}

static __always_inline __u64 prefix_mask(__s32 bits)
{
	return bits >= 64 ? ~0ULL : bits <= 0 ? 0 :
						~0ULL << (64 - bits);
}

#define MAPPED 0xffffULL /* ::ffff:a.b.c.d: an IPv4 prefix also fits it */

static __always_inline __u32 address_fits(const volatile struct policy_test *test, __u32 family, const __u8 *address,
					  __u64 port)
{
	__u64 high = big_endian(address), low = big_endian(address + 8);
	__u64 want_high = big_endian((const __u8 *)test->bytes), want_low = big_endian((const __u8 *)test->bytes + 8);

	if ((family != AF_INET && family != AF_INET6) || port < test->low || port > test->high)
		return 0;
	if (test->family == 0)
		return 1;
	if (test->family == AF_INET && family == AF_INET6) {
		if (high || low >> 32 != MAPPED)
			return 0;
		high = low << 32;
	} else if (test->family != family) {
		return 0;
	}
	if ((high ^ want_high) & prefix_mask(test->bits))
		return 0;
	return test->family == AF_INET || !((low ^ want_low) & prefix_mask(test->bits - 64));
}

static __always_inline __u32 option_fits(const volatile struct policy_test *test, const struct look *look)
{
	__s32 value = 0;
	__s64 number;

	if (bpf_getsockopt(look->target, test->level, test->number, &value, sizeof(value)))
		return POLICY_UNKNOWN;
	/* Each by itself: of ?: both would become unsigned. */
	number = value;
	if (!test->is_signed)
		number = (__u32)value;
	return number >= (__s64)test->low && number <= (__s64)test->high;
}

static __always_inline __u32 answer_of(const volatile struct policy_test *test, const struct look *look)
{
	__u64 fact;

	if (test->needs_ip && look->family == AF_UNSPEC)
		return POLICY_NEVER;
	switch (test->operation) {
	case POLICY_RANGE:
		fact = look->facts[test->fact & (POLICY_N_FACTS - 1)];
		return fact >= test->low && fact <= test->high;
	case POLICY_LOCAL: return address_fits(test, look->family, look->local, look->facts[POLICY_LOCAL_PORT]);
	case POLICY_PEER: return address_fits(test, look->peer_family, look->peer, look->facts[POLICY_PEER_PORT]);
	case POLICY_NAME: return name_fits(test->pattern);
	case POLICY_CGROUP: return cgroup_fits(test->pattern);
	case POLICY_NETNS: return netns_fits(test, look);
	case POLICY_OPTION: return option_fits(test, look);
	default: return POLICY_YES;
	}
}

#define TRUTHS ((1 << POLICY_DEPTH_MAX) - 1)

static long step_test(__u32 index, struct look *look)
{
	__u32 at = look->first_test + index, answer;
	const volatile struct policy_test *test;
	__u32 yes = look->yes, no = look->no;

	if (at >= POLICY_TESTS_MAX)
		return 1;
	test = &constants.tests[at];
	switch (test->operation) {
	case POLICY_AND:
		yes = yes >> 2 << 1 | (yes & yes >> 1 & 1);
		no = no >> 2 << 1 | ((no | no >> 1) & 1);
		break;
	case POLICY_OR:
		yes = yes >> 2 << 1 | ((yes | yes >> 1) & 1);
		no = no >> 2 << 1 | (no & no >> 1 & 1);
		break;
	case POLICY_NOT:
		answer = yes & 1;
		yes = yes >> 1 << 1 | (no & 1);
		no = no >> 1 << 1 | answer;
		break;
	default:
		answer = answer_of(test, look) & 3;
		yes = yes << 1 | (test->outcomes >> answer & 1);
		no = no << 1 | (test->outcomes >> 4 >> answer & 1);
		break;
	}
	look->yes = opaque(yes & TRUTHS);
	look->no = opaque(no & TRUTHS);
	return 0;
}

/** Before other facts are looked at. All is as at first: the verifier then need not follow what led here. */
static __always_inline void forget_selector(struct look *look)
{
	look->judged = opaque(NOBODY);
	look->fits = opaque(0);
	look->first_test = opaque(0);
	look->yes = opaque(0);
	look->no = opaque(0);
}

/** Does the rule of this action pick the socket? Asked once a rule. */
static __always_inline int fits(struct look *look, const volatile struct policy_action *action)
{
	if (action->n_tests == 0)
		return 1;
	if (look->judged != action->first_test) {
		look->first_test = opaque(action->first_test);
		look->yes = opaque(0);
		look->no = opaque(0);
		bpf_loop(action->n_tests, step_test, look, 0);
		look->judged = opaque(action->first_test);
		look->fits = opaque(look->yes & 1);
	}
	return look->fits;
}

#endif
