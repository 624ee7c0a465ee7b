/* SPDX-License-Identifier: MIT */
/* A build without BPF: it says so. */

#include <errno.h>

#include "policy-pin.h"
#include "run-engine.h"

#define N_(text) text

unsigned policy_sees(void)
{
	return 0;
}

bool policy_name_is_valid(const char *name)
{
	return *name != '\0';
}

void policy_name_of(const char *cgroup_path, char *ret)
{
	(void)cgroup_path;
	*ret = '\0';
}

int policy_probe(struct policy_obstacle *ret_obstacle)
{
	*ret_obstacle = (struct policy_obstacle){
		.error = EOPNOTSUPP,
		.what = N_("this sockopt was built without it"),
		.hint = N_("build it with clang, bpftool and libbpf (-Dbpf=enabled)"),
	};
	return -EOPNOTSUPP;
}

void policy_drop_privileges(void)
{
}

int policy_pin_probe(const char *pins, struct policy_obstacle *ret_obstacle)
{
	(void)pins;
	return policy_probe(ret_obstacle);
}

int policy_load(const struct policy_program *program, enum policy_tells tells, struct policy **ret,
		struct policy_obstacle *ret_obstacle)
{
	(void)program;
	(void)tells;
	(void)ret;
	return policy_probe(ret_obstacle);
}

void policy_free(struct policy *policy)
{
	(void)policy;
}

int policy_pin(struct policy *policy, const struct policy_program *program, const char *pins, const char *name,
	       const char *cgroup_path, struct policy_obstacle *ret_obstacle)
{
	(void)policy;
	(void)program;
	(void)pins;
	(void)name;
	(void)cgroup_path;
	return policy_probe(ret_obstacle);
}

int policy_each(const char *pins, int (*each)(void *arg, const struct policy_listing *listing), void *arg)
{
	(void)pins;
	(void)each;
	(void)arg;
	return -EOPNOTSUPP;
}

int policy_remove(const char *pins, const char *name)
{
	(void)pins;
	(void)name;
	return -EOPNOTSUPP;
}

static int cannot(const struct run_job *job, struct run_obstacle *ret_obstacle)
{
	struct policy_obstacle why;
	int r = policy_probe(&why);

	(void)job;
	*ret_obstacle = (struct run_obstacle){ .error = why.error, .what = why.what, .hint = why.hint };
	return r;
}

const struct run_engine run_engine_bpf = { .name = "bpf", .probe = cannot, .begin = cannot };
