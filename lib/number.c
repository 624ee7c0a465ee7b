/* SPDX-License-Identifier: MIT */
/* The numbers in a value's bytes: any width, sign, byte order and bit-field. */

#include "number.h"

#include <limits.h>
#include <netinet/in.h>
#include <string.h>

const struct sockopt_field *number_field(const struct sockopt_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	return NULL;
}

bool number_is(const struct sockopt_field *field)
{
	return field->scalar == SOCKOPT_SIGNED || field->scalar == SOCKOPT_UNSIGNED ||
	       field->scalar == SOCKOPT_BIG_ENDIAN;
}

bool sockopt_is_number(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && number_is(&type->fields[0]);
}

size_t sockaddr_size(int family)
{
	if (family == AF_INET)
		return sizeof(struct sockaddr_in);
	return family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}

static unsigned int width_of(const struct sockopt_field *field)
{
	return field->bits ? field->bits : (unsigned int)field->size * CHAR_BIT;
}

void number_limits(const struct sockopt_field *field, int64_t *ret_least, int64_t *ret_greatest)
{
	unsigned int width = width_of(field);

	if (field->scalar == SOCKOPT_SIGNED) {
		*ret_greatest = width >= 64 ? INT64_MAX : (INT64_C(1) << (width - 1)) - 1;
		*ret_least = -*ret_greatest - 1;
	} else {
		*ret_least = 0;
		*ret_greatest = width >= 64 ? -1 : (INT64_C(1) << width) - 1;
	}
}

/** Where in its container a bit-field begins: C lays them from the other end on big-endian machines. */
static unsigned int shift_of(const struct sockopt_field *field)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (unsigned int)field->size * CHAR_BIT - field->bit - field->bits;
#else
	return field->bit;
#endif
}

static bool reversed(const struct sockopt_field *field)
{
	bool native_is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	return (field->scalar == SOCKOPT_BIG_ENDIAN || field->unit == SOCKOPT_UNIT_IFINDEX_BE) && !native_is_big;
}

static uint64_t load_raw(const unsigned char *at, size_t size, bool reverse)
{
	uint64_t raw = 0;

	for (size_t i = 0; i < size && i < sizeof(raw); i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		size_t k = reverse ? size - 1 - i : i;
#else
		size_t k = reverse ? i : size - 1 - i;
#endif
		raw = raw << CHAR_BIT | at[k];
	}
	return raw;
}

static void store_raw(unsigned char *at, size_t size, bool reverse, uint64_t raw)
{
	for (size_t i = 0; i < size && i < sizeof(raw); i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		size_t k = reverse ? i : size - 1 - i;
#else
		size_t k = reverse ? size - 1 - i : i;
#endif
		at[k] = (unsigned char)(raw & UCHAR_MAX);
		raw >>= CHAR_BIT;
	}
}

int64_t sockopt_field_number(const struct sockopt_field *field, const void *bytes, size_t index)
{
	const unsigned char *at = (const unsigned char *)bytes + field->offset + index * field->size;
	uint64_t raw;
	unsigned int width = width_of(field);

	if (!number_is(field))
		return 0;
	raw = load_raw(at, field->size, reversed(field));
	if (field->bits)
		raw = raw >> shift_of(field) & ((UINT64_C(1) << field->bits) - 1);
	if (field->scalar == SOCKOPT_SIGNED && width < 64 && (raw >> (width - 1) & 1))
		raw |= ~((UINT64_C(1) << width) - 1);
	return (int64_t)raw;
}

void number_store(const struct sockopt_field *field, void *bytes, size_t index, int64_t number)
{
	unsigned char *at = (unsigned char *)bytes + field->offset + index * field->size;
	uint64_t raw = (uint64_t)number;

	if (!number_is(field))
		return;
	if (field->bits) {
		uint64_t mask = ((UINT64_C(1) << field->bits) - 1) << shift_of(field);
		uint64_t whole = load_raw(at, field->size, reversed(field));

		raw = (whole & ~mask) | (raw << shift_of(field) & mask);
	}
	store_raw(at, field->size, reversed(field), raw);
}
