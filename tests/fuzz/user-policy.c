/* SPDX-License-Identifier: MIT */
/* The kernel's side of `run`, compiled for user space. */

#include "user-policy.h"

#include <string.h>

static const struct facts *current;

/* Its code is of the kernel's taste; and what the loader fills in before it becomes constant is filled in below. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
/* It defines for itself what no header tells a BPF program. */
#undef AF_UNSPEC
#undef AF_INET
#undef AF_INET6
#undef SOCK_STREAM
#undef SOCK_SEQPACKET
#define SOCK_STREAM BPF_SOCK_STREAM
#define SOCK_SEQPACKET BPF_SOCK_SEQPACKET
#define const
/* What is read from the kernel's structs is told from the facts. */
#define name_fits no_name_fits
#define netns_fits no_netns_fits
#define cgroup_fits no_cgroup_fits
#include <policy-types.h>
#undef name_fits
#undef netns_fits
#undef cgroup_fits
#undef const

static __u32 pattern_fits_text(__u32 number, const char *text)
{
	struct policy_pattern_run run;

	pattern_begin(&run);
	while (*text)
		pattern_step(&constants.patterns[number], &run, (__u8)*text++);
	return pattern_fits(&constants.patterns[number], &run);
}

static __u32 name_fits(__u32 number)
{
	return pattern_fits_text(number, current->holders[0].process);
}

static __u32 cgroup_fits(__u32 number)
{
	return pattern_fits_text(number, current->holders[0].cgroup);
}

static __u32 netns_fits(const volatile struct policy_test *test, const struct look *look)
{
	(void)look;
	return current->netns >= test->low && current->netns <= test->high;
}

#include <policy-test.h>
#pragma GCC diagnostic pop

static long do_getsockopt(void *target, int level, int number, void *value, int length)
{
	const struct sockopt_option *option = sockopt_find_number(level, number, SOCKOPT_GET);
	struct sockopt_value read;

	(void)target;
	if (!option || !sockopt_twin_for(option, &current->kind, SOCKOPT_GET) ||
	    current->get(current->context, option, &read) < 0)
		return -1;
	memcpy(value, read.bytes, (size_t)length);
	return 0;
}

static long do_loop(__u32 n, void *each, void *context, __u64 flags)
{
	long (*step)(__u32 index, void *context) = (long (*)(__u32, void *))each;

	(void)flags;
	for (__u32 i = 0; i < n; i++)
		if (step(i, context))
			break;
	return 0;
}

/** As see() of bpf/policy-see.h, which reads it from a struct bpf_sock. */
static void see_facts(struct look *look)
{
	bool is_ip = current->kind.family == AF_INET || current->kind.family == AF_INET6;
	bool has_peer = is_ip && current->peer.family != 0;

	look->facts[POLICY_FAMILY] = (__u64)current->kind.family;
	look->facts[POLICY_TYPE] = (__u64)current->kind.type;
	look->facts[POLICY_PROTOCOL] = is_ip ? (__u64)current->kind.protocol : POLICY_ABSENT;
	look->facts[POLICY_STATE] = current->state;
	look->facts[POLICY_LOCAL_PORT] = is_ip ? current->local.port : POLICY_ABSENT;
	look->facts[POLICY_PEER_PORT] = has_peer ? current->peer.port : POLICY_ABSENT;
	look->facts[POLICY_PID] = (__u64)current->holders[0].pid;
	look->facts[POLICY_USER] = current->holders[0].uid;
	look->family = is_ip ? (__u32)current->kind.family : 0;
	look->peer_family = has_peer ? (__u32)current->kind.family : 0;
	memcpy(look->local, current->local.ip, sizeof(look->local));
	memcpy(look->peer, current->peer.ip, sizeof(look->peer));
}

bool user_policy_fits(const struct policy_program *program, const struct facts *facts)
{
	struct look look = { 0 };

	bpf_loop = do_loop;
	bpf_getsockopt = do_getsockopt;
	memcpy((void *)(uintptr_t)constants.actions, program->actions, sizeof(program->actions));
	memcpy((void *)(uintptr_t)constants.tests, program->tests, sizeof(program->tests));
	memcpy((void *)(uintptr_t)constants.patterns, program->patterns, sizeof(program->patterns));
	constants.n_actions = program->n_actions;
	current = facts;
	see_facts(&look);
	forget_selector(&look);
	return fits(&look, &constants.actions[0]);
}
