/* SPDX-License-Identifier: MIT */
/*
 * Rules as tables for the BPF programs of policy.bpf.c.
 *
 * A rule that the kernel's side cannot decide or make, in all that it means, is refused with the reason:
 * nothing of a rule is left out in silence.
 */
#ifndef LIVE_POLICY_COMPILE_H
#define LIVE_POLICY_COMPILE_H

#include <rule.h>

#include <policy-tables.h>

/** The programs, and where each is attached. */
enum policy_hook {
	POLICY_AT_CREATE,
	POLICY_AT_BIND4,
	POLICY_AT_BIND6,
	POLICY_AT_CONNECT4,
	POLICY_AT_CONNECT6,
	POLICY_AT_SEND4,
	POLICY_AT_SEND6,
	POLICY_AT_SET,
	POLICY_AT_TCP,
	POLICY_N_HOOKS,
};

enum policy_sees {
	POLICY_SEES_PIDS = 1,    /* we are in the initial pid namespace */
	POLICY_SEES_CGROUPS = 2, /* in the initial cgroup namespace; the programs stay in their cgroups */
};

/** Why the kernel's side cannot serve a rule. what and hint are English, to be translated. */
struct policy_refusal {
	const struct rule *rule;
	const struct rule_action *action; /* NULL: it is the selector */
	const char *what;                 /* may have one %s: for word */
	char word[64];
	const char *hint; /* or NULL */
};

/** One action with its counters. */
struct policy_line {
	const struct rule *rule;
	const struct rule_action *action;
};

struct policy_program {
	struct policy_action actions[POLICY_ACTIONS_MAX];
	struct policy_test tests[POLICY_TESTS_MAX];
	struct policy_pattern patterns[POLICY_PATTERNS_MAX];
	unsigned n_actions, n_tests, n_patterns;
	struct policy_line lines[POLICY_ACTIONS_MAX];
	unsigned n_lines;
	unsigned n_defaults;
	unsigned hooks;   /* bit POLICY_AT_x */
	unsigned moments; /* at which something is made */
	bool has_memory;
	bool needs_types; /* the kernel's, for what is read from its structs */
};

/**
 * @brief Compiles rules.
 *
 * @param rules must outlive ret
 * @param sees what names and numbers here are those of the kernel's side: bits of enum policy_sees
 * @return 0, -EOPNOTSUPP and fills *ret_refusal
 */
int policy_compile(const struct rules *rules, unsigned sees, struct policy_program *ret,
		   struct policy_refusal *ret_refusal);

/** The moments at which an action is made on any kind of socket that the hooks reach. */
unsigned policy_moments(const struct policy_program *program, unsigned line);

/** The hooks at which an action is made or judged: bits of enum policy_hook. */
unsigned policy_hooks(const struct policy_program *program, unsigned line);

/** "cgroup/bind4", ...: as bpftool(8) and the kernel's documentation name it. */
const char *policy_hook_word(enum policy_hook hook);

#endif
