/* SPDX-License-Identifier: MIT */
/* What a fresh socket of this kernel says of an option. */

#include "probe-fresh.h"

#include <errno.h>
#include <probe.h>
#include <sys/socket.h>

#include "tidy.h"

void probe_fresh(const struct sockopt_option *option, struct probe_fresh *ret)
{
	enum sockopt_access access = option->access & SOCKOPT_GET ? SOCKOPT_GET : SOCKOPT_SET;

	*ret = (struct probe_fresh){ .socket_error = EPROTONOSUPPORT };
	for (size_t i = 0; i < probe_n_kinds; i++) {
		const struct sockopt_kind *kind = &probe_kinds[i].of;
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
		/* The socket is thrown away with what a read does to it, not what that leaves in the namespace. */
		if (option->read_effect.kind == SOCKOPT_READ_CREATES)
			return;
		r = sockopt_get(fd, option, &ret->value);
		ret->read = r == 0;
		ret->error = r == 0 || r == -EOPNOTSUPP ? 0 : -r;
		return;
	}
}
