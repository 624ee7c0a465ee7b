/* SPDX-License-Identifier: MIT */
/* Value -> text, for scalars and structs alike by their tables of fields. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "number.h"
#include "output.h"
#include "sockopt.h"

#define INSTRUCTION_SIZE 8

/** A number with the greatest of these units that it is whole in. */
struct step {
	const char *suffix;
	int64_t in_unit;
};

static void put_steps(struct output *out, const struct sockopt_field *field, int64_t number, const struct step *steps)
{
	bool negative = number < 0 && field->scalar == SOCKOPT_SIGNED;
	uint64_t size = negative ? 0 - (uint64_t)number : (uint64_t)number;

	if (number == 0) {
		output_char(out, '0');
		return;
	}
	while (steps->in_unit != 1 && size % (uint64_t)steps->in_unit)
		steps++;
	if (negative)
		output_char(out, '-');
	output_unsigned(out, size / (uint64_t)steps->in_unit);
	output_text(out, steps->suffix);
}

static void put_time(struct output *out, const struct sockopt_field *field, int64_t number)
{
	static const struct step s[] = { { "s", 1 } };
	static const struct step ms[] = { { "s", 1000 }, { "ms", 1 } };
	static const struct step us[] = { { "s", 1000000 }, { "ms", 1000 }, { "us", 1 } };
	static const struct step ns[] = { { "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 } };
	static const struct step *const by_unit[] = {
		[SOCKOPT_UNIT_S] = s,
		[SOCKOPT_UNIT_MS] = ms,
		[SOCKOPT_UNIT_US] = us,
		[SOCKOPT_UNIT_NS] = ns,
	};

	put_steps(out, field, number, by_unit[field->unit]);
}

static void put_size(struct output *out, const struct sockopt_field *field, int64_t number)
{
	static const struct step steps[] = { { " GiB", 1 << 30 }, { " MiB", 1 << 20 }, { " KiB", 1 << 10 }, { "", 1 } };

	put_steps(out, field, number, steps);
}

/** The kernel counts bytes a second, networks are sold in bits: bits where they come out round. */
static void put_rate(struct output *out, const struct sockopt_field *field, int64_t number)
{
	static const struct step steps[] = {
		{ "Gbit/s", 125000000 },
		{ "Mbit/s", 125000 },
		{ "kbit/s", 125 },
		{ "B/s", 1 },
	};
	int64_t least, greatest;

	number_limits(field, &least, &greatest);
	if (number == greatest)
		output_text(out, "unlimited");
	else
		put_steps(out, field, number, steps);
}

static void put_symbol(struct output *out, const struct sockopt_symbols *symbols,
		       const struct sockopt_symbol *symbol)
{
	const char *name = symbol->name;
	size_t prefix = strlen(symbols->prefix);

	if (prefix && strncmp(name, symbols->prefix, prefix) == 0)
		name += prefix;
	for (; *name; name++)
		output_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
}

static bool put_enum(struct output *out, const struct sockopt_symbols *symbols, int64_t number)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->list[i].value == number) {
			put_symbol(out, symbols, &symbols->list[i]);
			return true;
		}
	return false;
}

static void put_flags(struct output *out, const struct sockopt_symbols *symbols, uint64_t number)
{
	bool first = true;

	for (size_t i = 0; symbols && i < symbols->count; i++) {
		uint64_t flag = (uint64_t)symbols->list[i].value;

		if (flag == 0 || (number & flag) != flag)
			continue;
		if (!first)
			output_char(out, '|');
		put_symbol(out, symbols, &symbols->list[i]);
		number &= ~flag;
		first = false;
	}
	if (number || first) {
		if (!first)
			output_char(out, '|');
		if (number > 9)
			output_text(out, "0x");
		output_hex(out, number, 1);
	}
}

static void put_plain(struct output *out, const struct sockopt_field *field, int64_t number)
{
	if (field->scalar == SOCKOPT_SIGNED)
		output_signed(out, number);
	else
		output_unsigned(out, (uint64_t)number);
}

static void put_port_range(struct output *out, uint64_t number)
{
	if (number == 0) {
		output_text(out, "none");
		return;
	}
	output_unsigned(out, number & UINT16_MAX);
	output_char(out, '-');
	output_unsigned(out, number >> 16);
}

static void put_unit(struct output *out, const struct sockopt_field *field, int64_t number)
{
	switch (field->unit) {
	case SOCKOPT_UNIT_S:
	case SOCKOPT_UNIT_MS:
	case SOCKOPT_UNIT_US:
	case SOCKOPT_UNIT_NS:
		put_time(out, field, number);
		return;
	case SOCKOPT_UNIT_BYTES:
		put_size(out, field, number);
		return;
	case SOCKOPT_UNIT_BYTES_PER_SECOND:
		put_rate(out, field, number);
		return;
	case SOCKOPT_UNIT_MARK:
		output_text(out, "0x");
		output_hex(out, (uint64_t)number & UINT32_MAX, 1);
		return;
	case SOCKOPT_UNIT_TOS:
		if (number < 0) {
			output_signed(out, number);
			return;
		}
		output_text(out, "0x");
		output_hex(out, (uint64_t)number, 2);
		return;
	case SOCKOPT_UNIT_PORT_RANGE:
		put_port_range(out, (uint64_t)number);
		return;
	default:
		put_plain(out, field, number);
	}
}

static void put_number(struct output *out, const struct sockopt_field *field, int64_t number)
{
	if (field->look == SOCKOPT_LOOK_BOOL && (number == 0 || number == 1)) {
		output_text(out, number ? "on" : "off");
		return;
	}
	if (field->look == SOCKOPT_LOOK_FLAGS) {
		put_flags(out, field->symbols, (uint64_t)number);
		return;
	}
	if (field->symbols && put_enum(out, field->symbols, number))
		return;
	put_unit(out, field, number);
}

/** Bytes that a terminal should not see, or that would end the string where it is read, are written as \xNN. */
static void put_string(struct output *out, const unsigned char *at, size_t size, const char *ends)
{
	for (size_t i = 0; i < size && at[i]; i++) {
		if (at[i] >= ' ' && at[i] < 0x7f && at[i] != '\\' && !strchr(ends, at[i])) {
			output_char(out, (char)at[i]);
			continue;
		}
		output_text(out, "\\x");
		output_hex(out, at[i], 2);
	}
}

static void put_bytes(struct output *out, const unsigned char *at, size_t size)
{
	output_text(out, "0x");
	for (size_t i = 0; i < size; i++)
		output_hex(out, at[i], 2);
}

/** size: what there is of the address. */
static void put_sockaddr(struct output *out, const unsigned char *at, size_t size)
{
	struct sockaddr_storage any = { 0 };
	char text[INET6_ADDRSTRLEN];

	memcpy(&any, at, size < sizeof(any) ? size : sizeof(any));
	if (any.ss_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, &any, sizeof(in));
		output_text(out, inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text)));
		output_char(out, ':');
		output_unsigned(out, ntohs(in.sin_port));
	} else if (any.ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, &any, sizeof(in6));
		output_char(out, '[');
		output_text(out, inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text)));
		if (in6.sin6_scope_id) {
			output_char(out, '%');
			output_unsigned(out, in6.sin6_scope_id);
		}
		output_text(out, "]:");
		output_unsigned(out, ntohs(in6.sin6_port));
	} else if (any.ss_family == AF_UNSPEC) {
		output_char(out, '-');
	} else {
		put_bytes(out, at, size);
	}
}

/** Addresses, one behind the other; size: what there is of them. */
static void put_sockaddrs(struct output *out, const unsigned char *at, size_t size)
{
	sa_family_t family;
	size_t length;

	for (size_t used = 0; used + sizeof(family) <= size; used += length) {
		memcpy(&family, at + used, sizeof(family));
		length = sockaddr_size(family);
		if (length == 0 || used + length > size)
			return;
		if (used)
			output_char(out, ';');
		put_sockaddr(out, at + used, length);
	}
}

/** One element; size: what is there of it, for addresses, strings and bytes. */
static void put_field(struct output *out, const struct sockopt_field *field, const unsigned char *bytes,
		      size_t index, size_t size)
{
	const unsigned char *at = bytes + field->offset + index * field->size;
	char text[INET6_ADDRSTRLEN];

	if (field->secret && size > 0) {
		output_text(out, "***");
		return;
	}
	switch (field->scalar) {
	case SOCKOPT_IPV4:
		output_text(out, inet_ntop(AF_INET, at, text, sizeof(text)));
		return;
	case SOCKOPT_IPV6:
		output_text(out, inet_ntop(AF_INET6, at, text, sizeof(text)));
		return;
	case SOCKOPT_SOCKADDR:
		put_sockaddr(out, at, size);
		return;
	case SOCKOPT_STRING:
		put_string(out, at, size, "");
		return;
	case SOCKOPT_BYTES:
		put_bytes(out, at, size);
		return;
	case SOCKOPT_SOCKADDRS:
		put_sockaddrs(out, at, size);
		return;
	case SOCKOPT_SIGNED:
	case SOCKOPT_UNSIGNED:
	case SOCKOPT_BIG_ENDIAN:
		put_number(out, field, sockopt_field_number(field, bytes, index));
	}
}

/** Beside others: a string must not end where it is read before it does. */
static void put_member(struct output *out, const struct sockopt_field *field, const unsigned char *bytes,
		       size_t index, size_t size)
{
	if (field->scalar == SOCKOPT_STRING && !field->secret)
		put_string(out, bytes + field->offset + index * field->size, size, ",;{}[]");
	else
		put_field(out, field, bytes, index, size);
}

static void put_array_field(struct output *out, const struct sockopt_field *field, const unsigned char *bytes,
			    size_t count)
{
	if (field->secret && count > 0) {
		output_text(out, "***");
		return;
	}
	output_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			output_char(out, ';');
		put_member(out, field, bytes, i, field->size);
	}
	output_char(out, '}');
}

static void put_struct(struct output *out, const struct sockopt_type *type, const unsigned char *bytes,
		       size_t length)
{
	bool first = true;

	type = sockopt_variant_of(type, bytes, length);
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];
		bool is_open = field->scalar == SOCKOPT_SOCKADDRS;
		size_t rest = length > field->offset ? length - field->offset : 0;

		/* A kernel older than the struct gives fewer fields. */
		if (!is_open && (size_t)field->size * field->count > rest)
			break;
		if (!first)
			output_char(out, ',');
		first = false;
		output_text(out, field->name);
		output_char(out, '=');
		if (field->count > 1)
			put_array_field(out, field, bytes, field->count);
		else
			put_member(out, field, bytes, 0, is_open && rest < field->size ? rest : field->size);
	}
	if (type->tail && length > type->size) {
		output_char(out, ',');
		output_text(out, type->tail->name);
		output_char(out, '=');
		put_array_field(out, type->tail, bytes + type->size, (length - type->size) / type->tail->size);
	}
}

static void put_linger(struct output *out, const struct sockopt_type *type, const unsigned char *bytes)
{
	if (!sockopt_field_number(&type->fields[0], bytes, 0)) {
		output_text(out, "off");
		return;
	}
	output_text(out, "on:");
	put_field(out, &type->fields[1], bytes, 0, 0);
}

static void put_timeval(struct output *out, const struct sockopt_type *type, const unsigned char *bytes)
{
	static const struct sockopt_field in_us = { .scalar = SOCKOPT_SIGNED, .unit = SOCKOPT_UNIT_US };
	int64_t seconds = sockopt_field_number(&type->fields[0], bytes, 0);
	int64_t microseconds = sockopt_field_number(&type->fields[1], bytes, 0);

	if (seconds > INT64_MAX / 2000000 || seconds < 0 || microseconds < 0 || microseconds >= 1000000) {
		put_struct(out, type, bytes, type->size);
		return;
	}
	put_time(out, &in_us, seconds * 1000000 + microseconds);
}

/** A program's value is its instructions, whether the type is a struct sock_fprog or they themselves. */
static void put_program(struct output *out, size_t length)
{
	size_t count = length / INSTRUCTION_SIZE;

	output_unsigned(out, count);
	output_text(out, count == 1 ? " instruction" : " instructions");
}

static void put_elements(struct output *out, const struct sockopt_type *type, const unsigned char *bytes,
			 size_t length)
{
	bool scalar = type->n_fields == 1;

	for (size_t at = 0; at + type->size <= length; at += type->size) {
		if (at)
			output_char(out, ';');
		if (scalar) {
			put_member(out, &type->fields[0], bytes + at, 0, type->size);
			continue;
		}
		output_char(out, '{');
		put_struct(out, type, bytes + at, type->size);
		output_char(out, '}');
	}
}

int sockopt_format(const struct sockopt_option *option, const void *bytes, size_t length, char *ret, size_t size)
{
	struct output out = { ret, size, 0 };
	const struct sockopt_type *type = option->get_type;
	bool blob = type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar >= SOCKOPT_SOCKADDR;

	if (option->part_of && length < type->size)
		output_text(&out, ""); /* the struct of a kernel older than the field */
	else if (option->part_of)
		put_field(&out, &type->fields[0], bytes, 0, type->fields[0].size);
	else if (type->short_form == SOCKOPT_SHORT_PROGRAM)
		put_program(&out, length);
	else if (type->form == SOCKOPT_FORM_ARRAY)
		put_elements(&out, type, bytes, length);
	else if (type->form == SOCKOPT_FORM_NONE)
		output_text(&out, "");
	else if (length < type->size && type->form == SOCKOPT_FORM_SCALAR && !blob)
		put_bytes(&out, bytes, length);
	else if (type->short_form == SOCKOPT_SHORT_LINGER && length >= type->size)
		put_linger(&out, type, bytes);
	else if (type->short_form == SOCKOPT_SHORT_TIMEVAL && length >= type->size)
		put_timeval(&out, type, bytes);
	else if (type->form == SOCKOPT_FORM_STRUCT)
		put_struct(&out, type, bytes, length);
	else
		put_field(&out, &type->fields[0], bytes, 0, length);
	return output_end(&out);
}

int sockopt_format_field(const struct sockopt_field *field, const void *bytes, size_t index, char *ret, size_t size)
{
	struct output out = { ret, size, 0 };

	put_field(&out, field, bytes, index, field->size);
	return output_end(&out);
}
