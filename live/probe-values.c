/* SPDX-License-Identifier: MIT */
/* Values to try, and what was read. */

#include "probe-values.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int probe_read(int fd, const struct sockopt_option *option, struct reading *ret)
{
	static unsigned char bytes[512 * 1024];
	size_t length;

	ret->error = sockopt_get_bytes(fd, option, bytes, sizeof(bytes), &length);
	ret->length = 0;
	if (ret->error == 0) {
		ret->length = length < sizeof(ret->bytes) ? length : sizeof(ret->bytes);
		memcpy(ret->bytes, bytes, ret->length);
	}
	return ret->error;
}

int probe_raw_get(int fd, const struct sockopt_option *option, void *bytes, socklen_t *length)
{
	return getsockopt(fd, option->level->number, option->number, bytes, length) < 0 ? -errno : 0;
}

int probe_raw_set(int fd, const struct sockopt_option *option, const void *bytes, size_t length)
{
	return setsockopt(fd, option->level->number, option->number, bytes, (socklen_t)length) < 0 ? -errno : 0;
}

bool probe_readable(const struct sockopt_option *option)
{
	return (option->access & SOCKOPT_GET) && !option->input_from_caller &&
	       option->read_effect.kind == SOCKOPT_READ_HARMLESS;
}

int probe_parse_read(const struct sockopt_option *option, const char *text, struct reading *ret)
{
	struct sockopt_option readable = *option;
	struct sockopt_value value = { .length = 0 };
	int r = 0;

	readable.type = option->get_type;
	readable.n_ranges = 0;
	if (*text || option->get_type->fields[0].scalar == SOCKOPT_STRING)
		r = sockopt_parse(&readable, text, &value, NULL);
	ret->error = r;
	ret->length = value.length;
	memcpy(ret->bytes, value.bytes, value.length);
	return r;
}

void probe_of_number(const struct sockopt_option *option, int64_t number, struct sockopt_value *ret)
{
	const struct sockopt_field *field = &option->type->fields[0];
	bool big = field->scalar == SOCKOPT_BIG_ENDIAN || field->unit == SOCKOPT_UNIT_IFINDEX_BE;
	uint64_t wide = (uint64_t)number;
	uint32_t word = big ? htobe32((uint32_t)wide) : (uint32_t)wide;
	uint16_t half = big ? htobe16((uint16_t)wide) : (uint16_t)wide;
	uint8_t byte = (uint8_t)wide;

	ret->length = field->size;
	memcpy(ret->bytes,
	       field->size == 8 ? (void *)&wide :
	       field->size == 4 ? (void *)&word :
	       field->size == 2 ? (void *)&half :
				  (void *)&byte,
	       field->size);
}

void probe_limits(const struct sockopt_field *field, int64_t *ret_least, int64_t *ret_greatest)
{
	unsigned bits = field->size * 8U;

	if (field->scalar == SOCKOPT_SIGNED) {
		*ret_greatest = bits == 64 ? INT64_MAX : (INT64_C(1) << (bits - 1)) - 1;
		*ret_least = -*ret_greatest - 1;
		return;
	}
	*ret_least = 0;
	*ret_greatest = bits == 64 ? -1 : (INT64_C(1) << bits) - 1;
}

bool probe_same(const struct sockopt_option *option, const struct reading *a, const struct reading *b)
{
	const struct sockopt_type *type = option->get_type;

	if (a->error != b->error)
		return false;
	if (type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING) {
		size_t length = strnlen((const char *)a->bytes, a->length);

		return length == strnlen((const char *)b->bytes, b->length) && memcmp(a->bytes, b->bytes, length) == 0;
	}
	if (a->length == b->length && a->length <= SOCKOPT_VALUE_MAX) {
		struct sockopt_value first = { .length = (socklen_t)a->length };
		struct sockopt_value second = { .length = (socklen_t)b->length };

		memcpy(first.bytes, a->bytes, a->length);
		memcpy(second.bytes, b->bytes, b->length);
		return sockopt_same(option, &first, &second);
	}
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

const char *probe_text(const struct sockopt_option *option, const struct reading *reading)
{
	static char texts[4][160];
	static unsigned next;
	char *text = texts[next++ % 4];

	if (reading->error)
		snprintf(text, sizeof(texts[0]), "errno %d", -reading->error);
	else
		sockopt_format(option, reading->bytes, reading->length, text, sizeof(texts[0]));
	return text;
}
