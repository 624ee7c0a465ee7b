/* SPDX-License-Identifier: MIT */
/* How `apply --check` and `policy` look. */
#ifndef VIEW_POLICY_VIEW_H
#define VIEW_POLICY_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** One assignment of a rule, and what will be done. Texts of others: printed harmless. */
struct policy_view_plan {
	const char *source;
	unsigned line;
	const char *rule;
	const char *action;
	const char *verb;
	unsigned moments;         /* of enum sockopt_moment, 0: nothing is made */
	const char *const *hooks; /* NULL at the end */
};

/** One assignment of a policy in force. */
struct policy_view_line {
	const char *source;
	unsigned line;
	const char *rule;
	const char *action;
	unsigned moments;
	uint64_t hits, overrides, refusals, logged, failures;
	int error; /* of the last failure, positive; 0: none */
};

struct policy_view_policy {
	const char *name;
	const char *cgroup;
	int64_t time_s;
	bool is_gone;       /* the cgroup */
	bool is_incomplete; /* no more is known of it than its name and hooks */
	unsigned hooks;     /* how many */
	const struct policy_view_line *lines;
	size_t n_lines;
};

void policy_view_plan(FILE *file, bool json, const struct policy_view_plan *plan);

void policy_view_policy(FILE *file, bool json, const struct policy_view_policy *policy);

#endif
