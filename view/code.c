/* SPDX-License-Identifier: MIT */
/* Ready lines of code. What they call is the plain interface of each language: nothing of ours. */

#include "code.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "code-parts.h"
#include "text.h"

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

/** The example as a value; false where it needs the system (an interface's name that is not there). */
static bool example_value(const struct sockopt_option *option, struct sockopt_value *ret)
{
	return option->example && sockopt_parse(option, option->example, ret, NULL) == 0;
}

static void put_escaped_bytes(struct writer *writer, const struct sockopt_value *value)
{
	for (socklen_t i = 0; i < value->length; i++)
		code_put(writer, "\\x%02x", value->bytes[i]);
}

/* ---- classic BPF: the call takes the address of the program, and its length ---- */

static void program_python(struct writer *writer, const struct names *names, const struct sockopt_value *value)
{
	code_put(writer, "code = ctypes.create_string_buffer(b\"");
	put_escaped_bytes(writer, value);
	code_put(writer, "\")\ns.setsockopt(%s, %s, struct.pack(\"HL\", %zu, ctypes.addressof(code)))%s", names->level,
		 names->option, code_instructions(value), names->comment);
}

static void program_go(struct writer *writer, const struct names *names, const struct sockopt_value *value)
{
	static const char *const parts[] = { "{Code: 0x", ", Jt: ", ", Jf: ", ", K: 0x", "}" };

	code_put(writer, "code := []unix.SockFilter{");
	code_put_instructions(writer, value, parts);
	code_put(writer,
		 "}\nerr := unix.SetsockoptSockFprog(fd, %s, %s, &unix.SockFprog{Len: %zu, Filter: &code[0]})%s", names->level,
		 names->option, code_instructions(value), names->comment);
}

static void program_rust(struct writer *writer, const struct names *names, const struct sockopt_value *value)
{
	static const char *const parts[] = { "libc::sock_filter { code: 0x", ", jt: ", ", jf: ", ", k: 0x", " }" };

	code_put(writer, "let mut code = [");
	code_put_instructions(writer, value, parts);
	code_put(writer,
		 "];\nlet value = libc::sock_fprog { len: %zu, filter: code.as_mut_ptr() };\n"
		 "unsafe { libc::setsockopt(fd, %s, %s, (&raw const value).cast(), size_of_val(&value) as u32) };%s",
		 code_instructions(value), names->level, names->option, names->comment);
}

static void code_python(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct names names;
	const struct sockopt_type *type = option->type;

	name_it(option, "python", "socket.", "#", &names);
	if (!(option->access & SOCKOPT_SET)) {
		type = option->get_type;
		if (code_is_int(type))
			code_put(writer, "value = s.getsockopt(%s, %s)%s", names.level, names.option, names.comment);
		else
			code_put(writer, "value = s.getsockopt(%s, %s, %u)%s", names.level, names.option,
				 type->form == SOCKOPT_FORM_ARRAY ? 1024U : type->size, names.comment);
	} else if (code_is_program(option)) {
		program_python(writer, &names, value);
	} else if (code_is_int(type) && code_number(option, value) <= INT32_MAX) { /* more is no int to Python */
		code_put(writer, "s.setsockopt(%s, %s, %" PRId64 ")%s", names.level, names.option,
			 code_number(option, value), names.comment);
	} else if (code_is_string(type)) {
		code_put(writer, "s.setsockopt(%s, %s, b\"%s\\0\")%s", names.level, names.option, option->example, names.comment);
	} else {
		code_put(writer, "s.setsockopt(%s, %s, b\"", names.level, names.option);
		put_escaped_bytes(writer, value);
		code_put(writer, "\")%s", names.comment);
	}
}

static void code_go(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct names names;
	const struct sockopt_type *type = option->type;

	name_it(option, "go", "unix.", "//", &names);
	if (!(option->access & SOCKOPT_SET)) {
		bool number = code_is_int(option->get_type);

		code_put(writer, "value, err := unix.Getsockopt%s(fd, %s, %s)%s", number ? "Int" : "String", names.level,
			 names.option, names.comment);
	} else if (code_is_program(option)) {
		program_go(writer, &names, value);
	} else if (code_is_int(type)) {
		code_put(writer, "err := unix.SetsockoptInt(fd, %s, %s, %" PRId64 ")%s", names.level, names.option,
			 code_number(option, value), names.comment);
	} else if (type->short_form == SOCKOPT_SHORT_LINGER) {
		code_put(writer, "err := unix.SetsockoptLinger(fd, %s, %s, &unix.Linger{Onoff: %" PRId64 ", Linger: %" PRId64 "})%s",
			 names.level, names.option, sockopt_field_number(&type->fields[0], value->bytes, 0),
			 sockopt_field_number(&type->fields[1], value->bytes, 0), names.comment);
	} else if (type->short_form == SOCKOPT_SHORT_TIMEVAL) {
		code_put(writer, "err := unix.SetsockoptTimeval(fd, %s, %s, &unix.Timeval{Sec: %" PRId64 ", Usec: %" PRId64 "})%s",
			 names.level, names.option, sockopt_field_number(&type->fields[0], value->bytes, 0),
			 sockopt_field_number(&type->fields[1], value->bytes, 0), names.comment);
	} else if (code_is_string(type)) {
		code_put(writer, "err := unix.SetsockoptString(fd, %s, %s, \"%s\")%s", names.level, names.option,
			 option->example, names.comment);
	} else {
		code_put(writer, "err := unix.SetsockoptString(fd, %s, %s, \"", names.level, names.option);
		put_escaped_bytes(writer, value);
		code_put(writer, "\")%s", names.comment);
	}
}

static void code_rust(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct names names;
	const struct sockopt_type *type = option->type;

	name_it(option, "rust", "libc::", "//", &names);
	if (!(option->access & SOCKOPT_SET)) {
		code_put(writer,
			 "let mut value = [0u8; %u];\n"
			 "let mut length = value.len() as libc::socklen_t;\n"
			 "unsafe { libc::getsockopt(fd, %s, %s, value.as_mut_ptr().cast(), &mut length) };%s",
			 option->get_type->form == SOCKOPT_FORM_ARRAY ? 1024U : option->get_type->size, names.level,
			 names.option, names.comment);
	} else if (code_is_program(option)) {
		program_rust(writer, &names, value);
	} else if (code_is_int(type)) {
		code_put(writer,
			 "let value: %s = %" PRId64 ";\n"
			 "unsafe { libc::setsockopt(fd, %s, %s, (&raw const value).cast(), 4) };%s",
			 code_number(option, value) > INT32_MAX ? "u32" : "libc::c_int", code_number(option, value), names.level, names.option, names.comment);
	} else {
		code_put(writer, "let value: [u8; %u] = [", (unsigned int)value->length);
		code_put_bytes(writer, value);
		code_put(writer, "];\nunsafe { libc::setsockopt(fd, %s, %s, value.as_ptr().cast(), %u) };%s", names.level,
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
	return code_is_int(type) && type->fields[0].unit == SOCKOPT_UNIT_IFINDEX;
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
	else if (code_is_int(type) && type->fields[0].look == SOCKOPT_LOOK_BOOL)
		snprintf(ret, size, "%s", code_number(option, value) ? "true" : "false");
	else if (code_is_int(type))
		snprintf(ret, size, "%" PRId64, code_number(option, value));
	else if (!first_address(type, value, ret, size))
		snprintf(ret, size, "value");
	return ret;
}

static void code_java(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	char text[128];

	if (!option->java)
		code_put(writer, "%s", _("// not in java.net; a native call (java.lang.foreign) of setsockopt can"));
	else if (!(option->access & SOCKOPT_SET))
		code_put(writer, "var value = channel.getOption(%s);", option->java);
	else if (is_interface(option->type) ||
		 (option->type->form == SOCKOPT_FORM_STRUCT && option->type->short_form != SOCKOPT_SHORT_LINGER))
		code_put(writer, "channel.setOption(%s, %s);", option->java, java_interface(option, value, text, sizeof(text)));
	else
		code_put(writer, "channel.setOption(%s, %s);", option->java, java_value(option, value, text, sizeof(text)));
}

static void code_node(struct writer *writer, const struct sockopt_option *option, const struct sockopt_value *value)
{
	const char *place = option->node ? strstr(option->node, "VALUE") : NULL;
	char text[64];

	if (!option->node)
		code_put(writer, "%s", _("// not in node:net or node:dgram; an add-on that calls setsockopt can"));
	else if (!place)
		code_put(writer, "%s;", option->node);
	else
		code_put(writer, "%.*s%s%s;", (int)(place - option->node), option->node,
			 is_interface(option->type) ? option->example : java_value(option, value, text, sizeof(text)),
			 place + strlen("VALUE"));
}

int code_line(const struct sockopt_option *option, enum code_language language, char *ret, size_t size)
{
	static void (*const writers[])(struct writer *, const struct sockopt_option *, const struct sockopt_value *) = {
		code_put_c,
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
