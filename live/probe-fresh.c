/* SPDX-License-Identifier: MIT */
/* What a fresh socket of this kernel says of an option. */

#include "probe-fresh.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tidy.h"

const struct sockopt_kind probe_kinds[] = {
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_UNIX, SOCK_STREAM, 0 },
	{ AF_UNIX, SOCK_DGRAM, 0 },
	{ AF_UNIX, SOCK_SEQPACKET, 0 },
	{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
	{ AF_INET, SOCK_RAW, IPPROTO_RAW },
	{ AF_INET6, SOCK_RAW, IPPROTO_RAW },
	{ AF_INET, SOCK_RAW, 253 },
	{ AF_INET6, SOCK_RAW, 253 },
	{ AF_NETLINK, SOCK_RAW, 0 },
	{ AF_PACKET, SOCK_RAW, 0 },
	{ AF_PACKET, SOCK_DGRAM, 0 },
	{ AF_VSOCK, SOCK_STREAM, 0 },
	{ AF_INET, SOCK_STREAM, IPPROTO_SCTP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_SCTP },
	{ AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP },
	{ AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP },
	{ AF_INET, SOCK_DCCP, IPPROTO_DCCP },
	{ AF_INET6, SOCK_DCCP, IPPROTO_DCCP },
	{ AF_CAN, SOCK_RAW, 1 },
	{ AF_CAN, SOCK_DGRAM, 6 },
	{ AF_CAN, SOCK_DGRAM, 7 },
	{ AF_KCM, SOCK_DGRAM, 0 },
	{ AF_SMC, SOCK_STREAM, 0 },
	{ AF_BLUETOOTH, SOCK_RAW, 1 },
};
const size_t probe_n_kinds = sizeof(probe_kinds) / sizeof(probe_kinds[0]);

void probe_fresh(const struct sockopt_option *option, struct probe_fresh *ret)
{
	enum sockopt_access access = option->access & SOCKOPT_GET ? SOCKOPT_GET : SOCKOPT_SET;

	*ret = (struct probe_fresh){ .socket_error = EPROTONOSUPPORT };
	for (size_t i = 0; i < probe_n_kinds; i++) {
		const struct sockopt_kind *kind = &probe_kinds[i];
		int r;

		if (!sockopt_applies(option, kind, access))
			continue;
		autoclose int fd = socket(kind->family, kind->type | SOCK_CLOEXEC, kind->protocol);
		if (fd < 0) {
			ret->socket_error = errno;
			continue;
		}
		ret->opened = true;
		ret->kind = *kind;
		r = sockopt_get(fd, option, &ret->value);
		ret->read = r == 0;
		ret->error = r == 0 || r == -EOPNOTSUPP ? 0 : -r;
		return;
	}
}
