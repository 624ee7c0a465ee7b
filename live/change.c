/* SPDX-License-Identifier: MIT */
/* One option of one socket of another process, changed. */

#include "change.h"

#include <errno.h>
#include <string.h>

#include "failure.h"
#include "identity.h"
#include "tidy.h"

/**
 * Is it a value that is there, and only not read: by the kernel's word, or the machine's? Some options have none
 * until another is set, and say so in the words of permission (EACCES of SCTP_HMAC_IDENT).
 */
static bool is_unread(const struct sockopt_option *option, int r)
{
	for (size_t i = 0; i < option->n_refused; i++)
		if (option->refused[i].access == SOCKOPT_GET && option->refused[i].error == -r)
			return false;
	return failure_is_machine(r) || failure_is_permission(r);
}

int change_read_touched(struct live_socket *socket, const struct sockopt_option *option, struct change *change)
{
	int error = 0;

	change->n_touched = 0;
	for (const char *const *name = option->touches; *name && change->n_touched < CHANGE_TOUCHED_MAX; name++) {
		const struct sockopt_option *touched = sockopt_find(*name);
		struct change_touched *entry = &change->touched[change->n_touched];
		int r;

		touched = touched ? sockopt_twin_for(touched, &socket->facts.kind, SOCKOPT_GET) : NULL;
		if (!touched || !change_readable(touched) || !(touched->access & SOCKOPT_SET))
			continue;
		entry->option = touched;
		r = live_get(socket, touched, &entry->before);
		change->n_touched += r == 0;
		if (is_unread(touched, r))
			error = r;
	}
	return error;
}

int change_plan(struct live_socket *socket, const struct sockopt_option *option, const struct sockopt_value *asked,
		struct change *ret)
{
	const struct sockopt_option *read_by = change_read_by(option);
	int r = read_by ? live_get(socket, read_by, &ret->before) : -EOPNOTSUPP;
	int touched = change_read_touched(socket, option, ret);

	ret->option = option;
	ret->asked.length = asked->length;
	memcpy(ret->asked.bytes, asked->bytes, asked->length);
	ret->result = SOCKOPT_RESULT_PLANNED;
	ret->error = 0;
	ret->has_after = false;
	ret->has_before = r == 0;
	return is_unread(option, r) ? r : touched;
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
		uint64_t theirs;
		int fd = -1;
		int r = borrow_fd(borrower, holders[i].pid, holders[i].fd, BORROW_UNCHECKED, &fd);

		if (r == 0) {
			theirs = identity_cookie(fd);
			if (theirs && theirs == cookie) {
				*ret_fd = fd;
				return 0;
			}
			r = theirs ? -ESTALE : -errno;
			close(fd);
		}
		/* That one holder has it no longer says less than that another one was not asked. */
		if (failure_is_machine(r))
			return r;
		if (error != -EPERM)
			error = r == -ESRCH ? -ESTALE : r;
	}
	return error;
}
