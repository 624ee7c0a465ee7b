/* SPDX-License-Identifier: MIT */
/* One option of one socket, read. */

#include <errno.h>
#include <string.h>

#include "number.h"
#include "sockopt.h"

#define GAPS_MAX 1024

/** Puts into the buffer what the kernel reads there before it answers. */
static void fill_input(const struct sockopt_option *option, unsigned char *bytes, size_t size)
{
	/* No more than one element is read. */
	memset(bytes, 0, size < option->get_type->size ? size : option->get_type->size);
	for (size_t i = 0; i < option->n_inputs; i++) {
		const struct sockopt_field *field = number_field(option->get_type, option->inputs[i].field);
		const char *text = option->inputs[i].text;

		if (!field || (size_t)field->offset + field->size > size)
			continue;
		if (text)
			memcpy(bytes + field->offset, text, strnlen(text, field->size));
		else
			number_store(field, bytes, 0, option->inputs[i].value);
	}
}

static bool has_known_length(const struct sockopt_option *option)
{
	return option->get_length == SOCKOPT_GET_EXACT || option->get_length == SOCKOPT_GET_UNCHANGED ||
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

/**
 * How much there is to give is not told: the longest length that is taken is it. Found by halving, since a shorter
 * one is always taken.
 * @return 0, *length being it and the bytes being there, or -errno
 */
static int get_longest(int fd, const struct sockopt_option *option, void *bytes, socklen_t *length)
{
	socklen_t taken = 0, refused = *length + 1;

	while (refused - taken > 1) {
		socklen_t middle = taken + (refused - taken) / 2;

		*length = middle;
		if (getsockopt(fd, option->level->number, option->number, bytes, length) == 0)
			taken = middle;
		else if (errno == EINVAL)
			refused = middle;
		else
			return -errno;
	}
	if (taken == 0)
		return -EINVAL;
	*length = taken;
	return getsockopt(fd, option->level->number, option->number, bytes, length) < 0 ? -errno : 0;
}

/**
 * The kernel leaves optlen alone, and of a number writes all bytes whatever it says: on SCO sockets even four, where
 * others give two (BT_SNDMTU). The caller's buffer may have no room for that.
 */
static int get_unsaid(int fd, const struct sockopt_option *option, void *ret_bytes, size_t size, size_t *ret_length)
{
	unsigned char bytes[SOCKOPT_VALUE_MAX] = { 0 };
	socklen_t length = option->get_type->size;

	if (size < length)
		return -EMSGSIZE;
	if (getsockopt(fd, option->level->number, option->number, bytes, &length) < 0)
		return -errno;
	*ret_length = option->get_type->size;
	memcpy(ret_bytes, bytes, *ret_length);
	return 0;
}

int sockopt_get_bytes(int fd, const struct sockopt_option *option, void *ret_bytes, size_t size,
		      size_t *ret_length)
{
	socklen_t asked, length;

	if (option->part_of)
		option = option->part_of;
	asked = length = asked_length(option, size);
	if (!(option->access & SOCKOPT_GET) || option->input_from_caller)
		return -EOPNOTSUPP;
	if (option->get_length == SOCKOPT_GET_UNSAID)
		return get_unsaid(fd, option, ret_bytes, size, ret_length);
	if (option->n_inputs)
		fill_input(option, ret_bytes, size);
	else if (option->get_length == SOCKOPT_GET_VARIABLE && option->get_type->fields[0].scalar == SOCKOPT_BYTES)
		/* Between control messages (IP_PKTOPTIONS) the kernel leaves gaps, in which it writes nothing. */
		memset(ret_bytes, 0, size < GAPS_MAX ? size : GAPS_MAX);

	if (option->get_length == SOCKOPT_GET_AT_MOST) {
		int r = get_longest(fd, option, ret_bytes, &length);

		if (r < 0)
			return r;
	} else if (getsockopt(fd, option->level->number, option->number, ret_bytes, &length) < 0) {
		return -errno;
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
