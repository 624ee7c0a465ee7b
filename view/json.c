/* SPDX-License-Identifier: MIT */
/* JSON as a stream. */

#include "json.h"

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "text.h"

static void put_escaped(FILE *file, const char *text)
{
	char safe[4096];

	/* What is no UTF-8 becomes \xNN first, so that the output always is. */
	text_escape(text, safe, sizeof(safe));
	fputc('"', file);
	for (const char *at = safe; *at; at++) {
		if (*at == '"' || *at == '\\')
			fputc('\\', file);
		fputc(*at, file);
	}
	fputc('"', file);
}

/** Every character is kept, control characters too, escaped; what is no UTF-8 becomes U+FFFD. */
static void put_own(FILE *file, const char *text)
{
	fputc('"', file);
	while (*text) {
		size_t length = text_utf8_length(text);

		if (length == 0)
			fputs("\\ufffd", file);
		else if ((unsigned char)*text < ' ')
			fprintf(file, "\\u%04x", (unsigned int)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text);
		else
			fwrite(text, 1, length, file);
		text += length ? length : 1;
	}
	fputc('"', file);
}

static void begin(struct json *json, const char *name)
{
	if (json->comma)
		fputc(',', json->file);
	json->comma = true;
	if (name) {
		fputc('"', json->file);
		fputs(name, json->file);
		fputs("\":", json->file);
	}
}

void json_object(struct json *json, const char *name)
{
	begin(json, name);
	fputc('{', json->file);
	json->comma = false;
}

void json_end_object(struct json *json)
{
	fputc('}', json->file);
	json->comma = true;
}

void json_array(struct json *json, const char *name)
{
	begin(json, name);
	fputc('[', json->file);
	json->comma = false;
}

void json_end_array(struct json *json)
{
	fputc(']', json->file);
	json->comma = true;
}

void json_string(struct json *json, const char *name, const char *text)
{
	begin(json, name);
	put_escaped(json->file, text);
}

void json_text(struct json *json, const char *name, const char *text)
{
	begin(json, name);
	put_own(json->file, text);
}

void json_signed(struct json *json, const char *name, int64_t number)
{
	begin(json, name);
	fprintf(json->file, "%" PRId64, number);
}

void json_unsigned(struct json *json, const char *name, uint64_t number)
{
	begin(json, name);
	fprintf(json->file, "%" PRIu64, number);
}

void json_identity(struct json *json, const char *name, uint64_t number)
{
	begin(json, name);
	fprintf(json->file, "\"%" PRIu64 "\"", number);
}

void json_bool(struct json *json, const char *name, bool value)
{
	begin(json, name);
	fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json, const char *name)
{
	begin(json, name);
	fputs("null", json->file);
}

void json_line(struct json *json)
{
	fputc('\n', json->file);
	json->comma = false;
}

static void put_hex(struct json *json, const char *name, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	begin(json, name);
	fputs("\"0x", json->file);
	for (size_t i = 0; i < length; i++)
		fprintf(json->file, "%02x", at[i]);
	fputc('"', json->file);
}

static void put_field(struct json *json, const char *name, const struct sockopt_field *field, const void *bytes,
		      size_t index, size_t length)
{
	char text[600];
	int64_t number;

	switch (field->scalar) {
	case SOCKOPT_BYTES:
		put_hex(json, name, (const unsigned char *)bytes + field->offset, length);
		return;
	case SOCKOPT_STRING: {
		size_t n = strnlen((const char *)bytes + field->offset, length);

		if (n >= sizeof(text))
			n = sizeof(text) - 1;
		memcpy(text, (const char *)bytes + field->offset, n);
		text[n] = '\0';
		json_string(json, name, text);
		return;
	}
	case SOCKOPT_IPV4:
	case SOCKOPT_IPV6:
	case SOCKOPT_SOCKADDR:
		sockopt_format_field(field, bytes, index, text, sizeof(text));
		json_string(json, name, text);
		return;
	default: break;
	}
	number = sockopt_field_number(field, bytes, index);
	/* 64 bits that count nothing are an identity (SO_COOKIE). */
	if (field->size == 8 && field->scalar == SOCKOPT_UNSIGNED && field->unit == SOCKOPT_UNIT_NONE)
		json_identity(json, name, (uint64_t)number);
	else if (field->scalar == SOCKOPT_SIGNED)
		json_signed(json, name, number);
	else
		json_unsigned(json, name, (uint64_t)number);
}

static void put_list(struct json *json, const char *name, const struct sockopt_field *field, const void *bytes,
		     size_t count)
{
	json_array(json, name);
	for (size_t i = 0; i < count; i++)
		put_field(json, NULL, field, bytes, i, field->size);
	json_end_array(json);
}

static void put_struct(struct json *json, const char *name, const struct sockopt_type *type, const void *bytes,
		       size_t length)
{
	json_object(json, name);
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];

		if ((size_t)field->offset + (size_t)field->size * field->count > length)
			break;
		if (field->count > 1)
			put_list(json, field->name, field, bytes, field->count);
		else
			put_field(json, field->name, field, bytes, 0, field->size);
	}
	if (type->tail && length > type->size)
		put_list(json, type->tail->name, type->tail, (const unsigned char *)bytes + type->size,
			 (length - type->size) / type->tail->size);
	/* What follows a struct whose fields are known to their end: MPTCP_TCPINFO's subflows. */
	if (!type->tail && length > type->size)
		put_hex(json, "more", (const unsigned char *)bytes + type->size, length - type->size);
	json_end_object(json);
}

void json_value(struct json *json, const char *name, const struct sockopt_type *type, const void *bytes, size_t length)
{
	const struct sockopt_field *field = type->fields;

	if (type->short_form == SOCKOPT_SHORT_PROGRAM || type->form == SOCKOPT_FORM_NONE) {
		put_hex(json, name, bytes, length);
	} else if (type->form == SOCKOPT_FORM_STRUCT) {
		put_struct(json, name, type, bytes, length);
	} else if (type->form == SOCKOPT_FORM_ARRAY) {
		json_array(json, name);
		for (size_t at = 0; at + type->size <= length; at += type->size) {
			const unsigned char *element = (const unsigned char *)bytes + at;

			if (type->n_fields == 1)
				put_field(json, NULL, field, element, 0, type->size);
			else
				put_struct(json, NULL, type, element, type->size);
		}
		json_end_array(json);
	} else if (field->scalar == SOCKOPT_SOCKADDR && length < field->size) {
		struct sockaddr_storage address = { 0 };

		memcpy(&address, bytes, length);
		if (address.ss_family == AF_INET || address.ss_family == AF_INET6)
			put_field(json, name, field, &address, 0, field->size);
		else
			put_hex(json, name, bytes, length);
	} else if (length < field->size && field->scalar < SOCKOPT_SOCKADDR) {
		put_hex(json, name, bytes, length);
	} else {
		put_field(json, name, field, bytes, 0, length < field->size ? length : field->size);
	}
}
