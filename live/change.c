/* SPDX-License-Identifier: MIT */
/* One option of one socket of another process, changed. */

#include "change.h"

#include <errno.h>
#include <string.h>

#include "identity.h"
#include "tidy.h"

void change_read_touched(struct live_socket *socket, const struct sockopt_option *option, struct change *change)
{
	for (const char *const *name = option->touches; *name && change->n_touched < CHANGE_TOUCHED_MAX; name++) {
		const struct sockopt_option *touched = sockopt_find(*name);
		struct change_touched *entry = &change->touched[change->n_touched];

		touched = touched ? sockopt_twin_for(touched, &socket->facts.kind, SOCKOPT_GET) : NULL;
		if (!touched || !change_readable(touched) || !(touched->access & SOCKOPT_SET))
			continue;
		entry->option = touched;
		if (live_get(socket, touched, &entry->before) == 0)
			change->n_touched++;
	}
}

void change_plan(struct live_socket *socket, const struct sockopt_option *option, const struct sockopt_value *asked,
		 struct change *ret)
{
	ret->option = option;
	ret->asked.length = asked->length;
	memcpy(ret->asked.bytes, asked->bytes, asked->length);
	ret->result = SOCKOPT_RESULT_PLANNED;
	ret->error = 0;
	ret->has_after = false;
	ret->n_touched = 0;
	ret->has_before = change_readable(option) && live_get(socket, option, &ret->before) == 0;
	change_read_touched(socket, option, ret);
}

static bool is_now(int fd, const struct sockopt_option *option, const struct sockopt_value *wanted)
{
	struct sockopt_value now;

	return sockopt_get(fd, option, &now) == 0 && sockopt_same(option, &now, wanted);
}

int change_restore(int fd, const struct sockopt_option *option, const struct sockopt_value *before)
{
	const struct sockopt_option *bypass;
	struct sockopt_value asked;
	int r;

	if (is_now(fd, option, before))
		return 0;
	sockopt_asked_for(option, before, &asked);
	r = sockopt_set(fd, option, &asked);
	if (r == 0 && is_now(fd, option, before))
		return 0;
	/* A value that the kernel itself had chosen can be over the limit of the plain option. */
	bypass = option->bypass ? sockopt_find(option->bypass) : NULL;
	if (bypass && sockopt_set(fd, bypass, &asked) == 0)
		r = 0;
	return r;
}

int change_borrow(struct borrower *borrower, const struct facts_holder *holders, size_t n_holders,
		  uint64_t cookie, int *ret_fd)
{
	int error = -ESTALE;

	for (size_t i = 0; i < n_holders; i++) {
		int fd = -1;
		int r = borrow_fd(borrower, holders[i].pid, holders[i].fd, 0, &fd);

		if (r == -EMFILE || r == -ENFILE)
			return r;
		if (r < 0) {
			if (error != -EPERM)
				error = r == -ESRCH ? -ESTALE : r;
			continue;
		}
		if (identity_cookie(fd) == cookie) {
			*ret_fd = fd;
			return 0;
		}
		close(fd);
	}
	return error;
}
