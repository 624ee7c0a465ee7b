/* SPDX-License-Identifier: MIT */
/* Options of sockets that no descriptor leads to, read and set in the kernel. */
#ifndef LIVE_BPF_CHANGE_H
#define LIVE_BPF_CHANGE_H

#include <sockopt.h>

/** One option of one socket, known by its cookie. */
struct bpf_change {
	uint64_t cookie;
	int protocol; /* IPPROTO_TCP or IPPROTO_UDP: whose table it is in */
	const struct sockopt_option *option;
	const struct sockopt_value *asked; /* NULL: it is only read */
	bool is_found;                     /* the socket was met */
	int error;                         /* of the set, positive; 0: it was made, or not asked for. EOPNOTSUPP also if
					      this kernel reaches no sockets of the protocol in this way */
	bool has_after;
	struct sockopt_value after; /* what is there now */
};

/** Can this option of such a socket be set so? To what the catalogue says bpf_setsockopt(2) takes, on TCP and UDP. */
bool bpf_change_possible(const struct sockopt_option *option, const struct sockopt_kind *kind);

/**
 * @brief Makes, or reads, all of them, in all network namespaces that processes live in.
 *
 * No socket but those of the list is touched; without a list nothing is loaded. Kernels that take setsockopt from
 * an iterator over TCP need not take it from one over UDP.
 * @param ret_why English, to be translated, if -EOPNOTSUPP is returned; ret_error: errno that belongs to it, or 0
 * @return 0, -EINVAL (no changes, more than 16 different options, or one that is not possible), -EOPNOTSUPP, -ENOMEM
 */
int bpf_change_all(struct bpf_change *changes, size_t n, const char **ret_why, int *ret_error);

#endif
