/* SPDX-License-Identifier: MIT */
/* One option of one socket, read. */

#include <errno.h>
#include <string.h>

#include "number.h"
#include "sockopt.h"

/** Puts into the buffer what the kernel reads there before it answers. */
static void fill_input(const struct sockopt_option *option, unsigned char *bytes, size_t size)
{
	memset(bytes, 0, size);
	for (size_t i = 0; i < option->n_inputs; i++) {
		const struct sockopt_field *field = number_field(option->get_type, option->inputs[i].field);

		if (field && (size_t)field->offset + field->size <= size)
			number_store(field, bytes, 0, option->inputs[i].value);
	}
}

static bool has_known_length(const struct sockopt_option *option)
{
	return option->get_length == SOCKOPT_GET_EXACT ||
	       (option->get_length == SOCKOPT_GET_FIXED && option->get_type->form != SOCKOPT_FORM_ARRAY);
}

/** How long a buffer the kernel is told of: some options refuse a longer one than their size. */
static socklen_t asked_length(const struct sockopt_option *option, size_t size)
{
	size_t exact = option->get_type->size;
	bool must_fit = has_known_length(option);

	if (option->get_length == SOCKOPT_GET_ELEMENTS)
		return (socklen_t)(size / exact);
	if ((must_fit || option->get_length == SOCKOPT_GET_AT_MOST) && exact < size)
		return (socklen_t)exact;
	return (socklen_t)size;
}

int sockopt_get_bytes(int fd, const struct sockopt_option *option, void *ret_bytes, size_t size,
		      size_t *ret_length)
{
	socklen_t asked = asked_length(option, size);
	socklen_t length = asked;

	if (!(option->access & SOCKOPT_GET) || option->input_from_caller)
		return -EOPNOTSUPP;
	if (option->n_inputs)
		fill_input(option, ret_bytes, size);

	while (getsockopt(fd, option->level->number, option->number, ret_bytes, &length) < 0) {
		/* How much there is to give is not told: the longest length that is taken is it. */
		if (option->get_length != SOCKOPT_GET_AT_MOST || errno != EINVAL || --asked == 0)
			return -errno;
		length = asked;
	}

	/*
	 * The kernel cuts a long value to our buffer without saying so, and
	 * returns the cut length. A full buffer is therefore trusted only where
	 * the length is known beforehand.
	 */
	if (option->get_length != SOCKOPT_GET_AT_MOST && length >= asked &&
	    (!has_known_length(option) || option->get_type->size > size))
		return -EMSGSIZE;
	if (option->get_length == SOCKOPT_GET_ELEMENTS)
		length *= option->get_type->size;

	*ret_length = length;
	return 0;
}

int sockopt_get(int fd, const struct sockopt_option *option, struct sockopt_value *ret_value)
{
	struct sockopt_value value;
	size_t length = 0;
	int r = sockopt_get_bytes(fd, option, value.bytes, sizeof(value.bytes), &length);

	if (r < 0)
		return r;
	ret_value->length = (socklen_t)length;
	memcpy(ret_value->bytes, value.bytes, length);
	return 0;
}
