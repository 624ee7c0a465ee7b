/* SPDX-License-Identifier: MIT */
/* The seccomp filter: no call that no rule needs is seen. */

#include "notify-filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_capability(unsigned capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return (data[capability / 32].effective >> (capability % 32)) & 1;
}

bool notify_filter_needs_no_new_privs(void)
{
	return !has_capability(CAP_SYS_ADMIN);
}

/** Filters that are merged must have the same attributes. */
static scmp_filter_ctx filter_new(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (filter && !notify_filter_needs_no_new_privs() && seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) < 0) {
		seccomp_release(filter);
		return NULL;
	}
	return filter;
}

/** Adds a call; that it is there already is no failure. */
static int add(scmp_filter_ctx filter, int call)
{
	int r = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, call, 0);

	/* An architecture may not have it: accept(2) of s390x goes by another name. */
	return r == -EEXIST || r == -EDOM ? 0 : r;
}

static int add_moments(scmp_filter_ctx filter, unsigned moments)
{
	static const struct {
		unsigned moments;
		int call;
	} calls[] = {
		{ SOCKOPT_AT_SOCKET, SCMP_SYS(socket) },
		{ SOCKOPT_AT_BIND, SCMP_SYS(bind) },
		/* A program that leaves bind out comes to it when it listens or connects. */
		{ SOCKOPT_AT_LISTEN | SOCKOPT_AT_BIND, SCMP_SYS(listen) },
		{ SOCKOPT_AT_CONNECT | SOCKOPT_AT_BIND, SCMP_SYS(connect) },
		{ SOCKOPT_AT_ACCEPT, SCMP_SYS(accept) },
		{ SOCKOPT_AT_ACCEPT, SCMP_SYS(accept4) },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && r == 0; i++)
		if (calls[i].moments & moments)
			r = add(filter, calls[i].call);
	return r == 0 ? add(filter, SCMP_SYS(io_uring_setup)) : r;
}

/**
 * One option of setsockopt(2). Level and name are ints: the kernel does not look at the upper half of the
 * registers, so neither does the filter.
 */
static int add_option(scmp_filter_ctx filter, const struct sockopt_option *option)
{
	int r = seccomp_rule_add(
		filter, SCMP_ACT_NOTIFY, SCMP_SYS(setsockopt), 2,
		SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)(uint32_t)option->level->number),
		SCMP_A2(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)(uint32_t)option->number));

	return r == -EEXIST ? 0 : r;
}

static int add_action(scmp_filter_ctx filter, const struct rule_action *action)
{
	int r = 0;

	for (const struct sockopt_option *option = action->option; option && r == 0; option = option->twin)
		if (option->access & SOCKOPT_SET)
			r = add_option(filter, option);
	return r;
}

/** Does a rule look at what the program asks for? Also plain ones: they end a force of the same option. */
static int add_options(scmp_filter_ctx filter, const struct rules *rules)
{
	int r = 0;

	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions && r == 0; k++)
			if (rule_action_watches(rules->list[i]->actions[k]))
				r = add_action(filter, rules->list[i]->actions[k]);
	return r;
}

static bool watches(const struct rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions; k++)
			if (rule_action_watches(rules->list[i]->actions[k]))
				return true;
	return false;
}

/** A system call table beside the native one: its filter is made by itself, since it has other rules, and merged. */
static int add_table(scmp_filter_ctx filter, uint32_t abi, int (*add_rules)(scmp_filter_ctx, const struct rules *),
		     const struct rules *rules)
{
	scmp_filter_ctx other = filter_new();
	int r;

	if (!other)
		return -ENOMEM;
	r = seccomp_arch_add(other, abi);
	if (r == 0)
		r = seccomp_arch_remove(other, SCMP_ARCH_NATIVE);
	if (r == 0)
		r = add_rules(other, rules);
	if (r == 0)
		r = seccomp_merge(filter, other);
	if (r < 0)
		seccomp_release(other);
	return r;
}

#if defined(__x86_64__)
#define SETSOCKOPT_OF_SOCKETCALL 14 /* SYS_SETSOCKOPT of linux/net.h */

/** The table of i386 is served. socketcall(2) has its arguments in memory and is only noticed. */
static int add_i386(scmp_filter_ctx filter, const struct rules *rules)
{
	int r = add_moments(filter, rules_moments(rules));

	if (r == 0)
		r = add_options(filter, rules);
	if (r == 0 && watches(rules))
		r = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(socketcall), 1,
				     SCMP_A0(SCMP_CMP_EQ, SETSOCKOPT_OF_SOCKETCALL, 0));
	return r == -EEXIST ? 0 : r;
}
#endif

/** What comes from there is only noticed. */
static int add_unserved(scmp_filter_ctx filter, const struct rules *rules)
{
	int r = add_moments(filter, rules_moments(rules));

	return r == 0 && watches(rules) ? add(filter, SCMP_SYS(setsockopt)) : r;
}

/** The other system call tables of this kernel, which a program can use as well. */
static int add_other_abis(scmp_filter_ctx filter, const struct rules *rules)
{
#if defined(__x86_64__)
	int r = add_table(filter, SCMP_ARCH_X86, add_i386, rules);

	return r == 0 ? add_table(filter, SCMP_ARCH_X32, add_unserved, rules) : r;
#elif defined(__aarch64__)
	return add_table(filter, SCMP_ARCH_ARM, add_unserved, rules);
#else
	(void)filter;
	(void)rules;
	(void)add_table;
	(void)add_unserved;
	return 0;
#endif
}

int notify_filter_load(const struct rules *rules, int *ret_fd)
{
	scmp_filter_ctx filter = filter_new();
	int fd = -1, r;

	if (!filter)
		return -ENOMEM;
	r = add_moments(filter, rules_moments(rules));
	if (r == 0)
		r = add_options(filter, rules);
	if (r == 0)
		r = add_other_abis(filter, rules);
	if (r == 0)
		r = seccomp_load(filter);
	if (r == 0) {
		fd = seccomp_notify_fd(filter);
		r = fd < 0 ? fd : 0;
	}
	seccomp_release(filter);
	if (r == 0)
		*ret_fd = fd;
	return r;
}
