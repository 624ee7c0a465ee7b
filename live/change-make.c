/* SPDX-License-Identifier: MIT */
/* One option of one socket, changed: what needs no more than a descriptor of it. */

#include "change.h"

bool change_readable(const struct sockopt_option *option)
{
	return (option->access & SOCKOPT_GET) && !option->input_from_caller && option->nature != SOCKOPT_ACTION &&
	       option->read_effect.kind == SOCKOPT_READ_HARMLESS;
}

void change_make(int fd, struct change *change)
{
	int r = sockopt_set(fd, change->option, &change->asked);

	if (r < 0) {
		change->error = -r;
		change->result = SOCKOPT_RESULT_FAILED;
		return;
	}
	change->result = SOCKOPT_RESULT_KEPT;
	if (!change_readable(change->option))
		return;
	change->has_after = sockopt_get(fd, change->option, &change->after) == 0;
	if (change->has_after)
		change->result = sockopt_compare(change->option, change->has_before ? &change->before : NULL,
						 &change->asked, &change->after);
}
