/* SPDX-License-Identifier: MIT */

#include "code-parts.h"

#include <linux/filter.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void code_put(struct writer *writer, const char *format, ...)
{
	va_list arguments;
	size_t used = writer->length < writer->size ? writer->length : writer->size;
	int n;

	va_start(arguments, format);
	n = vsnprintf(writer->size ? writer->at + used : NULL, writer->size - used, format, arguments);
	va_end(arguments);
	writer->length += n > 0 ? (size_t)n : 0;
}

bool code_is_int(const struct sockopt_type *type)
{
	return sockopt_is_number(type) && type->size == sizeof(int);
}

bool code_is_string(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING;
}

int64_t code_number(const struct sockopt_option *option, const struct sockopt_value *value)
{
	return option->type->fields ? sockopt_field_number(option->type->fields, value->bytes, 0) : 0;
}

void code_put_bytes(struct writer *writer, const struct sockopt_value *value)
{
	for (socklen_t i = 0; i < value->length; i++)
		code_put(writer, "%s0x%02x", i ? ", " : "", value->bytes[i]);
}

bool code_is_program(const struct sockopt_option *option)
{
	return (option->access & SOCKOPT_SET) && option->type->short_form == SOCKOPT_SHORT_PROGRAM;
}

void code_put_instructions(struct writer *writer, const struct sockopt_value *value, const char *const parts[5])
{
	for (socklen_t at = 0; at + sizeof(struct sock_filter) <= value->length; at += sizeof(struct sock_filter)) {
		struct sock_filter one;

		memcpy(&one, value->bytes + at, sizeof(one));
		code_put(writer, "%s%s%02x%s%u%s%u%s%x%s", at ? ", " : "", parts[0], one.code, parts[1], one.jt, parts[2], one.jf,
			 parts[3], one.k, parts[4]);
	}
}

size_t code_instructions(const struct sockopt_value *value)
{
	return value->length / sizeof(struct sock_filter);
}
