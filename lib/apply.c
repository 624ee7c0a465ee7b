/* SPDX-License-Identifier: MIT */
/* Several assignments on one socket: all or none. */

#include <errno.h>

#include "sockopt.h"

/** The old value of one option, 520 bytes: at most SOCKOPT_APPLY_MAX of them are on the stack. */
struct undo {
	const struct sockopt_option *option; /* NULL: nothing to restore */
	struct sockopt_value before;
};

static int restore(int fd, const struct undo *undo)
{
	struct sockopt_value value;

	if (!undo->option)
		return 0;
	sockopt_asked_for(undo->option, &undo->before, &value);
	return sockopt_set(fd, undo->option, &value);
}

static void remember(int fd, const struct sockopt_option *option, struct undo *ret)
{
	bool readable = (option->access & SOCKOPT_GET) && option->read_effect.kind == SOCKOPT_READ_HARMLESS &&
			option->nature != SOCKOPT_ACTION && option->type == option->get_type;

	ret->option = readable && sockopt_get(fd, option, &ret->before) == 0 ? option : NULL;
}

int sockopt_apply(int fd, const struct sockopt_assignment *assignments, size_t count,
		  struct sockopt_error *reterr)
{
	struct undo undo[SOCKOPT_APPLY_MAX];
	struct sockopt_kind kind;
	size_t done;
	int r = 0;

	if (count > SOCKOPT_APPLY_MAX)
		return -E2BIG;
	r = sockopt_kind_of(fd, &kind);
	if (r < 0)
		return r;

	for (done = 0; done < count; done++) {
		const struct sockopt_option *wanted = assignments[done].option;
		const struct sockopt_option *option = sockopt_twin_for(wanted, &kind, SOCKOPT_SET);

		option = option ? option : wanted;
		remember(fd, option, &undo[done]);
		r = sockopt_set(fd, option, &assignments[done].value);
		if (r == 0)
			continue;
		if (reterr)
			sockopt_why(option, &kind, SOCKOPT_SET, -r, reterr);
		break;
	}
	if (r == 0)
		return 0;

	while (done > 0)
		if (restore(fd, &undo[--done]) < 0 && reterr)
			*reterr = (struct sockopt_error){
				.problem = SOCKOPT_NOT_ROLLED_BACK,
				.error = -r,
				.option = undo[done].option,
			};
	return r;
}
