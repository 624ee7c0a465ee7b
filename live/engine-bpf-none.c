/* SPDX-License-Identifier: MIT */
/* In place of engine-bpf.c where the build had no clang, bpftool or libbpf. */

#include <errno.h>

#include "bpf-change.h"
#include "engine.h"

/* Marked for translation: a command says it. */
#define N_(text) text

static const char why[] = N_("this sockopt was built without it");

int engine_bpf_each(const struct live_request *request, int (*each)(void *arg, struct live_socket *socket), void *arg,
		    struct live_report *ret_report)
{
	(void)request;
	(void)each;
	(void)arg;
	ret_report->why_not_bpf = why;
	return -EOPNOTSUPP;
}

const char *live_why_not_bpf(int *ret_error)
{
	*ret_error = 0;
	return why;
}

bool bpf_change_possible(const struct sockopt_option *option, const struct sockopt_kind *kind)
{
	(void)option;
	(void)kind;
	return false;
}

int bpf_change_all(struct bpf_change *changes, size_t n, const char **ret_why, int *ret_error)
{
	(void)changes;
	(void)n;
	*ret_why = why;
	*ret_error = 0;
	return -EOPNOTSUPP;
}
