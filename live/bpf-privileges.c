/* SPDX-License-Identifier: MIT */
/* What loading programs into the kernel needs, raised for that moment alone. */

#include "bpf-privileges.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "privilege.h"

/* Marked for translation: a command says it. */
#define N_(text) text

static int be_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

void bpf_stay_silent(void)
{
	libbpf_set_print(be_silent);
}

int bpf_refuse(struct bpf_refusal *refusal, const char *what, int error)
{
	*refusal = (struct bpf_refusal){ what, error };
	return -EOPNOTSUPP;
}

int bpf_privileges_raise(bool changes, struct bpf_refusal *ret_refusal)
{
	privilege_set_bpf(CAP_EFFECTIVE, CAP_SET);
	if (!privilege_for_bpf())
		return bpf_refuse(ret_refusal, N_("it needs CAP_BPF and CAP_PERFMON"), EPERM);
	if (changes && !privilege_has(CAP_NET_ADMIN))
		return bpf_refuse(ret_refusal, N_("it needs CAP_NET_ADMIN to change sockets"), EPERM);
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return bpf_refuse(ret_refusal, N_("this kernel tells no types of its own (/sys/kernel/btf/vmlinux)"), errno);
	bpf_stay_silent();
	return 0;
}

void bpf_privileges_lower(bool for_good)
{
	privilege_set_bpf(CAP_EFFECTIVE, CAP_CLEAR);
	if (for_good)
		privilege_set_bpf(CAP_PERMITTED, CAP_CLEAR);
}
