/* SPDX-License-Identifier: MIT */
/* One option of one socket, changed: what needs no more than a descriptor of it. */

#include <string.h>

#include "change.h"

bool change_readable(const struct sockopt_option *option)
{
	return (option->access & SOCKOPT_GET) && !option->input_from_caller && option->nature != SOCKOPT_ACTION &&
	       option->read_effect.kind == SOCKOPT_READ_HARMLESS;
}

const struct sockopt_option *change_read_by(const struct sockopt_option *option)
{
	if (change_readable(option))
		return option;
	for (const char *const *name = option->touches; *name; name++) {
		const struct sockopt_option *other = sockopt_find(*name);

		if (other && other->bypass && strcmp(other->bypass, option->name) == 0 && change_readable(other))
			return other;
	}
	return NULL;
}

void change_make(int fd, struct change *change)
{
	const struct sockopt_option *read_by = change_read_by(change->option);
	int r = sockopt_set(fd, change->option, &change->asked);

	if (r < 0) {
		change->error = -r;
		change->result = SOCKOPT_RESULT_FAILED;
		return;
	}
	change->result = SOCKOPT_RESULT_KEPT;
	if (!read_by)
		return;
	change->has_after = sockopt_get(fd, read_by, &change->after) == 0;
	if (change->has_after)
		change->result = sockopt_compare(change->option, change->has_before ? &change->before : NULL,
						 &change->asked, &change->after);
}
