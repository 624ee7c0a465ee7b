/* SPDX-License-Identifier: MIT */
/* Ready lines of code. What they call is the plain interface of each language: nothing of ours. */

#include "code.h"

#include <inttypes.h>
#include <linux/filter.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

struct writer {
	char *at;
	size_t size;
	size_t length;
};

static void put(struct writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *writer, const char *format, ...)
{
	va_list arguments;
	size_t used = writer->length < writer->size ? writer->length : writer->size;
	int n;

	va_start(arguments, format);
	n = vsnprintf(writer->size ? writer->at + used : NULL, writer->size - used, format, arguments);
	va_end(arguments);
	writer->length += n > 0 ? (size_t)n : 0;
}

enum code_language code_find(const char *word)
{
	static const char *const words[] = { "c", "python", "go", "rust", "java", "node" };

	for (unsigned int i = 0; i < CODE_N_LANGUAGES; i++)
		if (strcmp(words[i], word) == 0)
			return (enum code_language)i;
	return CODE_N_LANGUAGES;
}

const char *code_name(enum code_language language)
{
	static const char *const names[] = { "C", "Python", "Go", "Rust", "Java", "Node.js" };

	return names[language];
}

static bool has_constant(const struct sockopt_option *option, const char *language)
{
	for (const char *const *word = option->constants; *word; word++)
		if (strcmp(*word, language) == 0)
			return true;
	return false;
}

/** The option's and level's names where the language has them, numbers with a comment where not. */
struct names {
	char level[40];
	char option[64];
	char comment[96];
};

static void name_it(const struct sockopt_option *option, const char *language, const char *prefix, const char *comment,
		    struct names *ret)
{
	ret->comment[0] = '\0';
	if (has_constant(option, language)) {
		snprintf(ret->level, sizeof(ret->level), "%s%s", prefix, option->level->constant);
		snprintf(ret->option, sizeof(ret->option), "%s%s", prefix, option->name);
	} else {
		snprintf(ret->level, sizeof(ret->level), "%d", option->level->number);
		snprintf(ret->option, sizeof(ret->option), "%d", option->number);
		snprintf(ret->comment, sizeof(ret->comment), "  %s %s, %s", comment, option->level->name, option->name);
	}
}

static bool is_int(const struct sockopt_type *type)
{
	return sockopt_is_number(type) && type->size == sizeof(int);
}

static bool is_string(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING;
}

/** The example as a value; false where it needs the system (an interface's name that is not there). */
static bool example_value(const struct sockopt_option *option, struct sockopt_value *ret)
{
	return option->example && sockopt_parse(option, option->example, ret, NULL) == 0;
}

static int64_t example_number(const struct sockopt_option *option, const struct sockopt_value *value)
{
	return option->type->fields ? sockopt_field_number(option->type->fields, value->bytes, 0) : 0;
}

/** The bytes of the example as elements of an array literal. */
static void put_bytes(struct writer *writer, const struct sockopt_value *value)
{
	for (socklen_t i = 0; i < value->length; i++)
		put(writer, "%s0x%02x", i ? ", " : "", value->bytes[i]);
}

static void put_escaped_bytes(struct writer *writer, const struct sockopt_value *value)
{
	for (socklen_t i = 0; i < value->length; i++)
		put(writer, "\\x%02x", value->bytes[i]);
}

static void put_c_fields(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	const struct sockopt_type *type = option->type;
	bool first = true;

	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];
		int64_t number = sockopt_field_number(field, value->bytes, 0);
		char text[200];

		if (field->scalar == SOCKOPT_STRING || field->scalar == SOCKOPT_BYTES || field->count > 1)
			continue;
		sockopt_format_field(field, value->bytes, 0, text, sizeof(text));
		if (field->scalar == SOCKOPT_IPV4 && strcmp(text, "0.0.0.0") != 0)
			put(writer, "%s.%s.s_addr = inet_addr(\"%s\")", first ? " " : ", ", field->name, text);
		else if (field->scalar == SOCKOPT_SIGNED || field->scalar == SOCKOPT_UNSIGNED) {
			if (!number)
				continue;
			put(writer, "%s.%s = %" PRId64, first ? " " : ", ", field->name, number);
		} else
			continue;
		first = false;
	}
	if (first)
		put(writer, " 0");
}

/** A struct of bits alone is one number in C: user space has no such struct. */
static bool is_word_of_bits(const struct sockopt_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		if (!type->fields[i].bits)
			return false;
	return type->form == SOCKOPT_FORM_STRUCT && type->size == sizeof(uint32_t);
}

static void put_c_word(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	uint32_t word;

	memcpy(&word, value->bytes, sizeof(word));
	put(writer, "setsockopt(fd, %s, %s, &(int){ 0x%" PRIx32 " }, sizeof(int));", option->level->constant, option->name,
	    word);
}

/* ---- classic BPF: the call takes the address of the program, and its length ---- */

static bool is_program(const struct sockopt_option *option)
{
	return (option->access & SOCKOPT_SET) && option->type->short_form == SOCKOPT_SHORT_PROGRAM;
}

/** parts: what stands before code, jt, jf and k, and after them. */
static void put_instructions(struct writer *writer, const struct sockopt_value *value, const char *const parts[5])
{
	for (socklen_t at = 0; at + sizeof(struct sock_filter) <= value->length; at += sizeof(struct sock_filter)) {
		struct sock_filter one;

		memcpy(&one, value->bytes + at, sizeof(one));
		put(writer, "%s%s%02x%s%u%s%u%s%x%s", at ? ", " : "", parts[0], one.code, parts[1], one.jt, parts[2], one.jf,
		    parts[3], one.k, parts[4]);
	}
}

static size_t instructions(const struct sockopt_value *value)
{
	return value->length / sizeof(struct sock_filter);
}

static void program_c(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	static const char *const parts[] = { "{ 0x", ", ", ", ", ", 0x", " }" };

	put(writer, "struct sock_filter code[] = { ");
	put_instructions(writer, value, parts);
	put(writer, " };\nsetsockopt(fd, %s, %s, &(struct sock_fprog){ %zu, code }, sizeof(struct sock_fprog));",
	    option->level->constant, option->name, instructions(value));
}

static void program_python(struct writer *writer, const struct names *names, const struct sockopt_value *value)
{
	put(writer, "code = ctypes.create_string_buffer(b\"");
	put_escaped_bytes(writer, value);
	put(writer, "\")\ns.setsockopt(%s, %s, struct.pack(\"HL\", %zu, ctypes.addressof(code)))%s", names->level, names->option,
	    instructions(value), names->comment);
}

static void program_go(struct writer *writer, const struct names *names, const struct sockopt_value *value)
{
	static const char *const parts[] = { "{Code: 0x", ", Jt: ", ", Jf: ", ", K: 0x", "}" };

	put(writer, "code := []unix.SockFilter{");
	put_instructions(writer, value, parts);
	put(writer,
	    "}\nerr := unix.SetsockoptSockFprog(fd, %s, %s, &unix.SockFprog{Len: %zu, Filter: &code[0]})%s", names->level,
	    names->option, instructions(value), names->comment);
}

static void program_rust(struct writer *writer, const struct names *names, const struct sockopt_value *value)
{
	static const char *const parts[] = { "libc::sock_filter { code: 0x", ", jt: ", ", jf: ", ", k: 0x", " }" };

	put(writer, "let mut code = [");
	put_instructions(writer, value, parts);
	put(writer,
	    "];\nlet value = libc::sock_fprog { len: %zu, filter: code.as_mut_ptr() };\n"
	    "unsafe { libc::setsockopt(fd, %s, %s, (&raw const value).cast(), size_of_val(&value) as u32) };%s",
	    instructions(value), names->level, names->option, names->comment);
}

static void code_c(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	const struct sockopt_type *type = option->access & SOCKOPT_SET ? option->type : option->get_type;
	const char *level = option->level->constant;

	if (!(option->access & SOCKOPT_SET)) {
		if (type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar >= SOCKOPT_STRING)
			put(writer, "char value[%u]; socklen_t length = sizeof(value);\n", type->size);
		else if (type->form == SOCKOPT_FORM_ARRAY)
			put(writer, "unsigned char value[4096]; socklen_t length = sizeof(value);  /* %s */\n", type->name);
		else
			put(writer, "%s value; socklen_t length = sizeof(value);\n", type->name);
		put(writer, "getsockopt(fd, %s, %s, &value, &length);", level, option->name);
	} else if (is_program(option)) {
		program_c(writer, option, value);
	} else if (is_word_of_bits(type)) {
		put_c_word(writer, option, value);
	} else if (sockopt_is_number(type)) {
		put(writer, "setsockopt(fd, %s, %s, &(%s){ %" PRId64 " }, sizeof(%s));", level, option->name, type->name,
		    example_number(option, value), type->name);
	} else if (is_string(type)) {
		put(writer, "setsockopt(fd, %s, %s, \"%s\", %zu);", level, option->name, option->example,
		    strlen(option->example) + 1);
	} else if (type->form == SOCKOPT_FORM_STRUCT) {
		put(writer, "setsockopt(fd, %s, %s, &(%s){", level, option->name, type->name);
		put_c_fields(writer, option, value);
		put(writer, " }, sizeof(%s));", type->name);
	} else if (type->form == SOCKOPT_FORM_NONE || value->length == 0) {
		put(writer, "setsockopt(fd, %s, %s, NULL, 0);", level, option->name);
	} else {
		put(writer, "setsockopt(fd, %s, %s, (unsigned char[]){ ", level, option->name);
		put_bytes(writer, value);
		put(writer, " }, %u);", (unsigned int)value->length);
	}
}

static void code_python(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct names names;
	const struct sockopt_type *type = option->type;

	name_it(option, "python", "socket.", "#", &names);
	if (!(option->access & SOCKOPT_SET)) {
		type = option->get_type;
		if (is_int(type))
			put(writer, "value = s.getsockopt(%s, %s)%s", names.level, names.option, names.comment);
		else
			put(writer, "value = s.getsockopt(%s, %s, %u)%s", names.level, names.option,
			    type->form == SOCKOPT_FORM_ARRAY ? 1024U : type->size, names.comment);
	} else if (is_program(option)) {
		program_python(writer, &names, value);
	} else if (is_int(type) && example_number(option, value) <= INT32_MAX) { /* more is no int to Python */
		put(writer, "s.setsockopt(%s, %s, %" PRId64 ")%s", names.level, names.option,
		    example_number(option, value), names.comment);
	} else if (is_string(type)) {
		put(writer, "s.setsockopt(%s, %s, b\"%s\\0\")%s", names.level, names.option, option->example, names.comment);
	} else {
		put(writer, "s.setsockopt(%s, %s, b\"", names.level, names.option);
		put_escaped_bytes(writer, value);
		put(writer, "\")%s", names.comment);
	}
}

static void code_go(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct names names;
	const struct sockopt_type *type = option->type;

	name_it(option, "go", "unix.", "//", &names);
	if (!(option->access & SOCKOPT_SET)) {
		bool number = is_int(option->get_type);

		put(writer, "value, err := unix.Getsockopt%s(fd, %s, %s)%s", number ? "Int" : "String", names.level,
		    names.option, names.comment);
	} else if (is_program(option)) {
		program_go(writer, &names, value);
	} else if (is_int(type)) {
		put(writer, "err := unix.SetsockoptInt(fd, %s, %s, %" PRId64 ")%s", names.level, names.option,
		    example_number(option, value), names.comment);
	} else if (type->short_form == SOCKOPT_SHORT_LINGER) {
		put(writer, "err := unix.SetsockoptLinger(fd, %s, %s, &unix.Linger{Onoff: %" PRId64 ", Linger: %" PRId64 "})%s",
		    names.level, names.option, sockopt_field_number(&type->fields[0], value->bytes, 0),
		    sockopt_field_number(&type->fields[1], value->bytes, 0), names.comment);
	} else if (type->short_form == SOCKOPT_SHORT_TIMEVAL) {
		put(writer, "err := unix.SetsockoptTimeval(fd, %s, %s, &unix.Timeval{Sec: %" PRId64 ", Usec: %" PRId64 "})%s",
		    names.level, names.option, sockopt_field_number(&type->fields[0], value->bytes, 0),
		    sockopt_field_number(&type->fields[1], value->bytes, 0), names.comment);
	} else if (is_string(type)) {
		put(writer, "err := unix.SetsockoptString(fd, %s, %s, \"%s\")%s", names.level, names.option,
		    option->example, names.comment);
	} else {
		put(writer, "err := unix.SetsockoptString(fd, %s, %s, \"", names.level, names.option);
		put_escaped_bytes(writer, value);
		put(writer, "\")%s", names.comment);
	}
}

static void code_rust(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct names names;
	const struct sockopt_type *type = option->type;

	name_it(option, "rust", "libc::", "//", &names);
	if (!(option->access & SOCKOPT_SET)) {
		put(writer,
		    "let mut value = [0u8; %u];\n"
		    "let mut length = value.len() as libc::socklen_t;\n"
		    "unsafe { libc::getsockopt(fd, %s, %s, value.as_mut_ptr().cast(), &mut length) };%s",
		    option->get_type->form == SOCKOPT_FORM_ARRAY ? 1024U : option->get_type->size, names.level,
		    names.option, names.comment);
	} else if (is_program(option)) {
		program_rust(writer, &names, value);
	} else if (is_int(type)) {
		put(writer,
		    "let value: %s = %" PRId64 ";\n"
		    "unsafe { libc::setsockopt(fd, %s, %s, (&raw const value).cast(), 4) };%s",
		    example_number(option, value) > INT32_MAX ? "u32" : "libc::c_int", example_number(option, value), names.level, names.option, names.comment);
	} else {
		put(writer, "let value: [u8; %u] = [", (unsigned int)value->length);
		put_bytes(writer, value);
		put(writer, "];\nunsafe { libc::setsockopt(fd, %s, %s, value.as_ptr().cast(), %u) };%s", names.level,
		    names.option, (unsigned int)value->length, names.comment);
	}
}

/** The first address in a struct that names one: of a multicast request the group. False if there is none. */
static bool first_address(const struct sockopt_type *type, const struct sockopt_value *value, char *ret, size_t size)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct sockopt_field *field = &type->fields[i];

		if (field->scalar != SOCKOPT_IPV4 && field->scalar != SOCKOPT_IPV6)
			continue;
		sockopt_format_field(field, value->bytes, 0, ret, size);
		if (strcmp(ret, "0.0.0.0") != 0 && strcmp(ret, "::") != 0)
			return true;
	}
	return false;
}

static bool is_interface(const struct sockopt_type *type)
{
	return is_int(type) && type->fields[0].unit == SOCKOPT_UNIT_IFINDEX;
}

/** In Java an interface is an object. */
static const char *java_interface(const struct sockopt_option *option, const struct sockopt_value *value, char *ret,
				  size_t size)
{
	char address[64];

	if (is_interface(option->type))
		snprintf(ret, size, "NetworkInterface.getByName(\"%s\")", option->example);
	else if (first_address(option->type, value, address, sizeof(address)))
		snprintf(ret, size, "NetworkInterface.getByInetAddress(InetAddress.getByName(\"%s\"))", address);
	return ret;
}

static const char *java_value(const struct sockopt_option *option, const struct sockopt_value *value, char *ret,
			      size_t size)
{
	const struct sockopt_type *type = option->type;

	if (type->short_form == SOCKOPT_SHORT_LINGER)
		snprintf(ret, size, "%" PRId64, sockopt_field_number(&type->fields[1], value->bytes, 0));
	else if (is_int(type) && type->fields[0].look == SOCKOPT_LOOK_BOOL)
		snprintf(ret, size, "%s", example_number(option, value) ? "true" : "false");
	else if (is_int(type))
		snprintf(ret, size, "%" PRId64, example_number(option, value));
	else if (!first_address(type, value, ret, size))
		snprintf(ret, size, "value");
	return ret;
}

static void code_java(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	char text[128];

	if (!option->java)
		put(writer, "%s", _("// not in java.net; a native call (java.lang.foreign) of setsockopt can"));
	else if (!(option->access & SOCKOPT_SET))
		put(writer, "var value = channel.getOption(%s);", option->java);
	else if (is_interface(option->type) ||
		 (option->type->form == SOCKOPT_FORM_STRUCT && option->type->short_form != SOCKOPT_SHORT_LINGER))
		put(writer, "channel.setOption(%s, %s);", option->java, java_interface(option, value, text, sizeof(text)));
	else
		put(writer, "channel.setOption(%s, %s);", option->java, java_value(option, value, text, sizeof(text)));
}

static void code_node(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	const char *place = option->node ? strstr(option->node, "VALUE") : NULL;
	char text[64];

	if (!option->node)
		put(writer, "%s", _("// not in node:net or node:dgram; an add-on that calls setsockopt can"));
	else if (!place)
		put(writer, "%s;", option->node);
	else
		put(writer, "%.*s%s%s;", (int)(place - option->node), option->node,
		    is_interface(option->type) ? option->example : java_value(option, value, text, sizeof(text)),
		    place + strlen("VALUE"));
}

int code_line(const struct sockopt_option *option, enum code_language language, char *ret, size_t size)
{
	static void (*const writers[])(struct writer *, const struct sockopt_option *, const struct sockopt_value *) = {
		code_c,
		code_python,
		code_go,
		code_rust,
		code_java,
		code_node,
	};
	struct writer writer = { ret, size, 0 };
	struct sockopt_value value = { 0 };

	if (size)
		ret[0] = '\0';
	if ((option->access & SOCKOPT_SET) && !example_value(option, &value))
		value.length = 0;
	writers[language](&writer, option, &value);
	return (int)writer.length;
}
