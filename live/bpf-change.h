/* SPDX-License-Identifier: MIT */
/* Options of sockets that no descriptor leads to, read and set in the kernel. */
#ifndef LIVE_BPF_CHANGE_H
#define LIVE_BPF_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <sockopt.h>

/** Values that the kernel's side takes are no longer. */
#define BPF_VALUE_MAX 32

/** A value, as small as can be: there may be 300,000. */
struct bpf_value {
	uint32_t length;
	unsigned char bytes[BPF_VALUE_MAX];
};

/** One option of one socket, known by its cookie. */
struct bpf_change {
	uint64_t cookie;
	uint64_t netns; /* inode of its network namespace; 0: not known */
	const struct sockopt_option *option;
	struct bpf_value asked, after; /* after: what is there now */
	int protocol;                  /* IPPROTO_TCP or IPPROTO_UDP: whose table it is in */
	int error;                     /* of the set, positive; 0: it was made, or not asked for. EOPNOTSUPP also if
					  this kernel reaches no sockets of the protocol in this way */
	bool has_asked;                /* false: it is only read */
	bool has_after;
	bool is_found;        /* the socket was met */
	bool is_out_of_reach; /* it was not, and may be in a network namespace that was not walked */
};

/** Can this option of such a socket be set so? To what the catalogue says bpf_setsockopt(2) takes, on TCP and UDP. */
bool bpf_change_possible(const struct sockopt_option *option, const struct sockopt_kind *kind);

/* Here, since who keeps changes needs them also in a build without BPF. */

/** @return false: it is too long */
static inline bool bpf_value_make(const struct sockopt_value *value, struct bpf_value *ret)
{
	if (value->length > sizeof(ret->bytes))
		return false;
	ret->length = value->length;
	memcpy(ret->bytes, value->bytes, value->length);
	return true;
}

static inline void bpf_value_get(const struct bpf_value *value, struct sockopt_value *ret)
{
	ret->length = value->length;
	memcpy(ret->bytes, value->bytes, value->length);
}

/**
 * @brief Makes, or reads, all of them, in the network namespaces of their sockets that processes live in and that we
 * may enter; in all such if that of one is not known.
 *
 * No socket but those of the list is touched; without a list nothing is loaded. Kernels that take setsockopt from
 * an iterator over TCP need not take it from one over UDP.
 * @param ret_why English, to be translated, if -EOPNOTSUPP is returned; ret_error: errno that belongs to it, or 0
 * @return 0, -EINVAL (no changes, more than 16 different options, or one that is not possible), -EOPNOTSUPP
 *   (nothing was loaded), or another: the pass broke off. What is found was made, of the rest it is not known.
 */
int bpf_change_all(struct bpf_change *changes, size_t n, const char **ret_why, int *ret_error);

#endif
