/* SPDX-License-Identifier: MIT */
/* The value of an option as JSON: number, string, object, list, or bytes as hex. */

#include <string.h>
#include <sys/socket.h>

#include "out.h"

static void put_hex(struct out *out, const void *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = bytes;

	out_text(out, "\"0x");
	for (size_t i = 0; i < length; i++) {
		out_char(out, digits[at[i] >> 4]);
		out_char(out, digits[at[i] & 15]);
	}
	out_char(out, '"');
}

static void put_text(struct out *out, const struct sockopt_field *field, const void *bytes, size_t index, size_t length)
{
	char text[600];

	if (field->scalar == SOCKOPT_STRING) {
		size_t n = strnlen((const char *)bytes + field->offset, length);

		if (n >= sizeof(text))
			n = sizeof(text) - 1;
		memcpy(text, (const char *)bytes + field->offset, n);
		text[n] = '\0';
	} else {
		sockopt_format_field(field, bytes, index, text, sizeof(text));
	}
	out_json_string(out, text);
}

/** As sockopt_field_number(): most fields are a plain u32. */
static int64_t number_of(const struct sockopt_field *field, const void *bytes, size_t index)
{
	uint32_t number;

	if (field->size != sizeof(number) || field->bits || field->scalar != SOCKOPT_UNSIGNED ||
	    field->unit == SOCKOPT_UNIT_IFINDEX_BE)
		return sockopt_field_number(field, bytes, index);
	memcpy(&number, (const unsigned char *)bytes + field->offset + index * sizeof(number), sizeof(number));
	return number;
}

static void put_number(struct out *out, const struct sockopt_field *field, const void *bytes, size_t index)
{
	int64_t number = number_of(field, bytes, index);
	/* 64 bits that count nothing are an identity (SO_COOKIE). */
	bool identity = field->size == 8 && field->scalar == SOCKOPT_UNSIGNED && field->unit == SOCKOPT_UNIT_NONE;

	if (identity)
		out_char(out, '"');
	if (field->scalar == SOCKOPT_SIGNED)
		out_signed(out, number);
	else
		out_unsigned(out, (uint64_t)number);
	if (identity)
		out_char(out, '"');
}

/** Addresses one behind the other; length: what there is of them. */
static void put_addresses(struct out *out, const struct sockopt_field *field, const void *bytes, size_t length)
{
	struct sockopt_field whole = *field;
	char text[600];

	whole.offset = 0;
	whole.size = (uint16_t)(length < field->size ? length : field->size);
	sockopt_format_field(&whole, bytes, 0, text, sizeof(text));
	out_json_string(out, text);
}

static void put_field(struct out *out, const struct sockopt_field *field, const void *bytes, size_t index,
		      size_t length)
{
	if (field->secret && length > 0) {
		out_json_string(out, "***");
		return;
	}
	switch (field->scalar) {
	case SOCKOPT_BYTES: put_hex(out, (const unsigned char *)bytes + field->offset, length); return;
	case SOCKOPT_SOCKADDRS: put_addresses(out, field, (const unsigned char *)bytes + field->offset, length); return;
	case SOCKOPT_STRING:
	case SOCKOPT_IPV4:
	case SOCKOPT_IPV6:
	case SOCKOPT_SOCKADDR: put_text(out, field, bytes, index, length); return;
	default: put_number(out, field, bytes, index); return;
	}
}

static void put_list(struct out *out, const struct sockopt_field *field, const void *bytes, size_t count)
{
	if (field->secret && count > 0) {
		out_json_string(out, "***");
		return;
	}
	out_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			out_char(out, ',');
		put_field(out, field, bytes, i, field->size);
	}
	out_char(out, ']');
}

static void put_name(struct out *out, const char *name, bool *any)
{
	out_text(out, *any ? ",\"" : "\"");
	out_text(out, name);
	out_text(out, "\":");
	*any = true;
}

static void put_struct(struct out *out, const struct sockopt_type *type, const void *bytes, size_t length)
{
	const struct sockopt_type *form = sockopt_variant_of(type, bytes, length);
	const unsigned char *behind = (const unsigned char *)bytes + type->size;
	bool any = false;

	out_char(out, '{');
	for (size_t i = 0; i < form->n_fields; i++) {
		const struct sockopt_field *field = &form->fields[i];
		bool is_open = field->scalar == SOCKOPT_SOCKADDRS;
		size_t rest = length > field->offset ? length - field->offset : 0;

		if (!is_open && (size_t)field->size * field->count > rest)
			break;
		put_name(out, field->name, &any);
		if (field->count > 1)
			put_list(out, field, bytes, field->count);
		else
			put_field(out, field, bytes, 0, is_open && rest < field->size ? rest : field->size);
	}
	if (type->tail && length > type->size) {
		put_name(out, type->tail->name, &any);
		put_list(out, type->tail, behind, (length - type->size) / type->tail->size);
	}
	/* What follows a struct whose fields are known to their end: MPTCP_TCPINFO's subflows. */
	if (!type->tail && !type->n_variants && length > type->size) {
		put_name(out, "more", &any);
		put_hex(out, behind, length - type->size);
	}
	out_char(out, '}');
}

static void put_array(struct out *out, const struct sockopt_type *type, const void *bytes, size_t length)
{
	out_char(out, '[');
	for (size_t at = 0; at + type->size <= length; at += type->size) {
		const unsigned char *element = (const unsigned char *)bytes + at;

		if (at)
			out_char(out, ',');
		if (type->n_fields == 1)
			put_field(out, type->fields, element, 0, type->size);
		else
			put_struct(out, type, element, type->size);
	}
	out_char(out, ']');
}

/** A shorter sockaddr than the field: of an IP socket, or bytes. */
static void put_address(struct out *out, const struct sockopt_field *field, const void *bytes, size_t length)
{
	struct sockaddr_storage address = { 0 };

	memcpy(&address, bytes, length);
	if (address.ss_family == AF_INET || address.ss_family == AF_INET6)
		put_field(out, field, &address, 0, field->size);
	else
		put_hex(out, bytes, length);
}

void out_json_value(struct out *out, const struct sockopt_type *type, const void *bytes, size_t length)
{
	const struct sockopt_field *field = type->fields;

	if (type->short_form == SOCKOPT_SHORT_PROGRAM || type->form == SOCKOPT_FORM_NONE)
		put_hex(out, bytes, length);
	else if (type->form == SOCKOPT_FORM_STRUCT)
		put_struct(out, type, bytes, length);
	else if (type->form == SOCKOPT_FORM_ARRAY)
		put_array(out, type, bytes, length);
	else if (field->scalar == SOCKOPT_SOCKADDR && length < field->size)
		put_address(out, field, bytes, length);
	else if (length < field->size && field->scalar < SOCKOPT_SOCKADDR)
		put_hex(out, bytes, length);
	else
		put_field(out, field, bytes, 0, length < field->size ? length : field->size);
}
