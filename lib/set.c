/* SPDX-License-Identifier: MIT */
/* One option of one socket, set. */

#include <errno.h>

#include "sockopt.h"

#define INSTRUCTION_SIZE 8

/** The kernel's struct sock_fprog; musl comes without its header. */
struct program {
	unsigned short length; /* instructions */
	const void *instructions;
};

int sockopt_set(int fd, const struct sockopt_option *option, const struct sockopt_value *value)
{
	const void *bytes = value->bytes;
	socklen_t length = value->length;
	struct program program;

	if (!(option->access & SOCKOPT_SET))
		return -EOPNOTSUPP;

	/* A program's value is its instructions; the kernel takes a pointer to them. */
	if (option->type->short_form == SOCKOPT_SHORT_PROGRAM) {
		program = (struct program){ (unsigned short)(value->length / INSTRUCTION_SIZE), value->bytes };
		bytes = &program;
		length = sizeof(program);
	}

	/* Some options take no value, and no address of one either (TIPC_GROUP_LEAVE). */
	if (option->type->form == SOCKOPT_FORM_NONE)
		bytes = NULL;
	if (setsockopt(fd, option->level->number, option->number, bytes, length) < 0)
		return -errno;
	return 0;
}
