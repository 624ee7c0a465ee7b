/* SPDX-License-Identifier: MIT */
/* C that compiles alone: the headers that have the names, the level and the type, then the call. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "code-parts.h"

static const struct sockopt_type *type_of(const struct sockopt_option *option)
{
	return option->access & SOCKOPT_SET ? option->type : option->get_type;
}

static bool is_zero(const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i])
			return false;
	return true;
}

/** A member of an initialiser; false for one whose value C writes in no such way. */
static bool put_member(struct writer *writer, const struct sockopt_field *field, const unsigned char *bytes)
{
	int64_t number = sockopt_field_number(field, bytes, 0);
	char text[200];

	if (field->count > 1)
		return false;
	sockopt_format_field(field, bytes, 0, text, sizeof(text));
	if (field->scalar == SOCKOPT_IPV4)
		code_put(writer, ".%s%s = inet_addr(\"%s\")", field->name, field->bare ? "" : ".s_addr", text);
	else if (field->scalar == SOCKOPT_STRING)
		code_put(writer, ".%s = \"%s\"", field->name, text);
	else if (field->scalar == SOCKOPT_BIG_ENDIAN && field->size == sizeof(uint16_t))
		code_put(writer, ".%s = htons(%" PRId64 ")", field->name, number);
	else if (field->scalar == SOCKOPT_BIG_ENDIAN)
		code_put(writer, ".%s = htonl(%" PRId64 ")", field->name, number);
	else if (field->scalar == SOCKOPT_SIGNED || field->scalar == SOCKOPT_UNSIGNED)
		code_put(writer, ".%s = %" PRId64, field->name, number);
	else
		return false;
	return true;
}

/** The initialiser of a struct; false if a member is left out that is not 0. */
static bool put_members(struct writer *writer, const struct sockopt_type *type, const struct sockopt_value *value)
{
	size_t before = writer->length;

	if (!type->header || value->length != type->size)
		return false;
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];

		if (field->bits ? sockopt_field_number(field, value->bytes, 0) == 0 :
				  is_zero(value->bytes + field->offset, (size_t)field->size * field->count))
			continue;
		code_put(writer, writer->length == before ? " " : ", ");
		if (!put_member(writer, field, value->bytes))
			return false;
	}
	if (writer->length == before)
		code_put(writer, " 0");
	return true;
}

/** A struct of bits alone is one number in C: user space has no such struct. */
static bool is_word_of_bits(const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (!type->fields[i].bits)
			return false;
	return type->form == SOCKOPT_FORM_STRUCT && type->size == sizeof(uint32_t);
}

static void put_program(struct writer *writer, const struct sockopt_value *value)
{
	static const char *const parts[] = { "{ 0x", ", ", ", ", ", 0x", " }" };

	code_put(writer, "struct sock_filter code[] = { ");
	code_put_instructions(writer, value, parts);
	code_put(writer, " };\n");
}

/** What follows the option's name in the call. */
static void put_set(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	const struct sockopt_type *type = option->type;
	char members[1024];
	struct writer initialiser = { members, sizeof(members), 0 };
	uint32_t word;

	if (code_is_program(option)) {
		code_put(writer, "&(struct sock_fprog){ %zu, code }, sizeof(struct sock_fprog));", code_instructions(value));
	} else if (is_word_of_bits(type)) {
		memcpy(&word, value->bytes, sizeof(word));
		code_put(writer, "&(int){ 0x%" PRIx32 " }, sizeof(int));", word);
	} else if (code_is_string(type)) {
		code_put(writer, "\"%s\", %zu);", option->example, strlen(option->example) + 1);
	} else if (sockopt_is_number(type)) {
		code_put(writer, "&(%s){ %" PRId64 " }, sizeof(%s));", type->name, code_number(option, value), type->name);
	} else if (type->form == SOCKOPT_FORM_STRUCT && put_members(&initialiser, type, value)) {
		code_put(writer, "&(%s){%s }, sizeof(%s));", type->name, members, type->name);
	} else if (type->form == SOCKOPT_FORM_NONE || value->length == 0) {
		code_put(writer, "NULL, 0);");
	} else {
		code_put(writer, "(unsigned char[]){ ");
		code_put_bytes(writer, value);
		code_put(writer, " }, %u);", (unsigned int)value->length);
	}
}

static void put_get(struct writer *writer, const struct sockopt_type *type)
{
	if (type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar >= SOCKOPT_STRING)
		code_put(writer, "char value[%u]", type->size);
	else if (type->form == SOCKOPT_FORM_ARRAY)
		code_put(writer, "unsigned char value[4096]");
	else if (type->form == SOCKOPT_FORM_STRUCT && !type->header)
		code_put(writer, "unsigned char value[%u]", type->size);
	else
		code_put(writer, "%s value", type->name);
	code_put(writer, "; socklen_t length = sizeof(value);");
	if (type->form == SOCKOPT_FORM_ARRAY)
		code_put(writer, "  /* %s */", type->name);
	code_put(writer, "\n");
}

static void put_call(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	bool sets = option->access & SOCKOPT_SET;

	if (!sets)
		put_get(writer, option->get_type);
	else if (code_is_program(option))
		put_program(writer, value);
	code_put(writer, "%s(fd, %s, %s, ", sets ? "setsockopt" : "getsockopt", option->level->constant, option->name);
	if (sets)
		put_set(writer, option, value);
	else
		code_put(writer, "&value, &length);");
}

static void put_include(struct writer *writer, const char *headers)
{
	for (const char *at = headers; *at; at += strspn(at, " ")) {
		int length = (int)strcspn(at, " ");
		char line[80];

		snprintf(line, sizeof(line), "#include <%.*s>\n", length, at);
		if (!strstr(writer->at, line))
			code_put(writer, "%s", line);
		at += length;
	}
}

/** Headers that the call needs by how it is written. */
static void put_includes_for(struct writer *writer, const char *call)
{
	static const struct {
		const char *word, *header;
	} rows[] = {
		{ "inet_addr(", "arpa/inet.h" },
		{ "htons(", "arpa/inet.h" },
		{ "htonl(", "arpa/inet.h" },
		{ "NULL", "stddef.h" },
		{ "int8_t", "stdint.h" },
		{ "int16_t", "stdint.h" },
		{ "int32_t", "stdint.h" },
		{ "int64_t", "stdint.h" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strstr(call, rows[i].word))
			put_include(writer, rows[i].header);
}

/** The header of the level's constant, that of the name, that of the type. */
static void put_includes(struct writer *writer, const struct sockopt_option *option, const char *call)
{
	const struct sockopt_type *type = type_of(option);
	bool is_protocol = strncmp(option->level->constant, "IPPROTO_", strlen("IPPROTO_")) == 0;

	if (type->gnu_source)
		code_put(writer, "#define _GNU_SOURCE\n");
	put_include(writer, is_protocol ? "netinet/in.h" : "sys/socket.h");
	if (option->header)
		put_include(writer, option->header);
	if (type->header && strstr(call, type->name))
		put_include(writer, type->header);
	put_includes_for(writer, call);
	if (option->header)
		return;
	if (!is_protocol)
		code_put(writer, "#define %s %d\n", option->level->constant, option->level->number);
	code_put(writer, "#define %s %d\n", option->name, option->number);
}

void code_put_c(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	char text[6000] = "";
	struct writer call = { text, sizeof(text), 0 };

	put_call(&call, option, value);
	put_includes(writer, option, text);
	code_put(writer, "%s", text);
}
