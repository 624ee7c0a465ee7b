/* SPDX-License-Identifier: MIT */
/* What loading programs into the kernel needs, raised for that moment alone. */
#ifndef LIVE_BPF_PRIVILEGES_H
#define LIVE_BPF_PRIVILEGES_H

#include <stdbool.h>

/** Why the engine cannot be had. what is English, to be translated. */
struct bpf_refusal {
	const char *what;
	int error; /* errno, positive; 0: none */
};

/** Keeps libbpf from printing: why programs are not taken is told by the caller. */
void bpf_stay_silent(void);

/** Fills in a refusal. @return -EOPNOTSUPP */
int bpf_refuse(struct bpf_refusal *refusal, const char *what, int error);

/**
 * @brief Raises CAP_BPF and CAP_PERFMON, and silences libbpf.
 * @param changes CAP_NET_ADMIN must be there too: sockets are to be changed
 * @return 0, or -EOPNOTSUPP, and why in ret_refusal
 */
int bpf_privileges_raise(bool changes, struct bpf_refusal *ret_refusal);

/** Takes them back. for_good: nothing will be loaded any more */
void bpf_privileges_lower(bool for_good);

#endif
