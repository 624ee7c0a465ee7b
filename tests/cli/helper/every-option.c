/* SPDX-License-Identifier: MIT */
/*
 * Sets every settable option to the catalogue's example, on a socket of every kind.
 *
 *   every-option layout   prints the layout of every readable option, a JSON object a line
 *   every-option run      sets, prints a line { "set": N }, and then for each "dump" on its input what
 *                         getsockopt(2) gives it, a JSON object a socket, and a line "end"
 *
 * The bytes are read with getsockopt(2) itself. Only which options there are,
 * their examples and layouts come from the library.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sockopt.h>

#include "every-kind.h"

static unsigned char bytes[65536];

static void put_field(const struct sockopt_field *field, const char *separator)
{
	printf("%s{\"name\":\"%s\",\"scalar\":%d,\"unit\":%d,\"offset\":%u,\"size\":%u,\"count\":%u,\"bit\":%u,\"bits\":%u,"
	       "\"secret\":%s}",
	       separator, field->name ? field->name : "", (int)field->scalar, (int)field->unit, field->offset,
	       field->size, field->count, field->bit, field->bits, field->secret ? "true" : "false");
}

static void put_layout(const struct sockopt_option *option)
{
	const struct sockopt_type *type = option->get_type;

	printf("{\"name\":\"%s\",\"level\":%d,\"number\":%d,\"nature\":%d,\"doubled\":%s,\"form\":%d,\"program\":%s,"
	       "\"size\":%u,\"fields\":[",
	       option->name, option->level->number, option->number, (int)option->nature,
	       option->transform.kind == SOCKOPT_DOUBLED ? "true" : "false", (int)type->form,
	       type->short_form == SOCKOPT_SHORT_PROGRAM ? "true" : "false", type->size);
	for (size_t i = 0; i < type->n_fields; i++)
		put_field(&type->fields[i], i ? "," : "");
	printf("],\"tail\":");
	if (type->tail)
		put_field(type->tail, "");
	else
		printf("null");
	puts("}");
}

static bool is_plain(const struct sockopt_option *option)
{
	return (option->access & SOCKOPT_GET) && !option->input_from_caller && !option->is_of_netns &&
	       option->read_effect.kind == SOCKOPT_READ_HARMLESS;
}

static void put_layouts(void)
{
	for (size_t i = 0; i < sockopt_count(); i++)
		if (is_plain(sockopt_at(i)))
			put_layout(sockopt_at(i));
}

/** What the kernel reads there before it answers: the catalogue's inputs of a plain read. */
static void put_inputs(const struct sockopt_option *option)
{
	memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < option->n_inputs; i++)
		for (size_t k = 0; k < option->get_type->n_fields; k++) {
			const struct sockopt_field *field = &option->get_type->fields[k];

			if (strcmp(field->name, option->inputs[i].field) == 0)
				memcpy(bytes + field->offset, &option->inputs[i].value, field->size);
		}
}

static socklen_t room_for(const struct sockopt_option *option)
{
	const struct sockopt_type *type = option->get_type;

	if (option->get_length == SOCKOPT_GET_ELEMENTS)
		return (socklen_t)(sizeof(bytes) / type->size);
	if (option->get_length == SOCKOPT_GET_VARIABLE || type->form == SOCKOPT_FORM_ARRAY)
		return sizeof(bytes);
	return type->size;
}

static bool is_too_long(int fd, const struct sockopt_option *option, socklen_t length)
{
	return getsockopt(fd, option->level->number, option->number, bytes, &length) < 0 && errno == EINVAL;
}

static void put_text(const struct sockopt_option *option, size_t length)
{
	static char text[16384];

	sockopt_format(option, bytes, length, text, sizeof(text));
	putchar('"');
	for (const char *at = text; *at; at++)
		printf(*at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
	putchar('"');
}

static void put_option(int fd, const struct sockopt_option *option, const char *separator)
{
	socklen_t length = room_for(option);

	put_inputs(option);
	while (option->get_length == SOCKOPT_GET_AT_MOST && length > 1 && is_too_long(fd, option, length))
		length--;
	printf("%s{\"name\":\"%s\",\"level\":%d,", separator, option->name, option->level->number);
	if (getsockopt(fd, option->level->number, option->number, bytes, &length) < 0) {
		printf("\"error\":\"%s\"}", strerrorname_np(errno));
		return;
	}
	if (option->get_length == SOCKOPT_GET_ELEMENTS)
		length *= option->get_type->size;
	printf("\"hex\":\"");
	for (socklen_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	printf("\",\"text\":");
	put_text(option, length);
	putchar('}');
}

static void dump(int fd)
{
	struct sockopt_kind kind;
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	const char *separator = "";

	if (sockopt_kind_of(fd, &kind) < 0 || getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) < 0)
		return;
	printf("{\"cookie\":\"%" PRIu64 "\",\"fd\":%d,\"options\":[", cookie, fd);
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (!is_plain(option) || !sockopt_applies(option, &kind, SOCKOPT_GET))
			continue;
		put_option(fd, option, separator);
		separator = ",";
	}
	puts("]}");
}

/** @return whether the example could be set on at least one of the sockets */
static bool set_everywhere(const struct sockopt_option *option, const int *fds, size_t n)
{
	struct sockopt_value value;
	bool done = false;

	if (!(option->access & SOCKOPT_SET) || !option->example ||
	    sockopt_parse(option, option->example, &value, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct sockopt_kind kind;

		if (sockopt_kind_of(fds[i], &kind) == 0 && sockopt_applies(option, &kind, SOCKOPT_SET))
			done |= setsockopt(fds[i], option->level->number, option->number, value.bytes,
					   value.length) == 0;
	}
	return done;
}

static int run(void)
{
	int fds[EVERY_KIND_MAX];
	char line[64];
	size_t n, n_set = 0;
	int r = every_kind_enter();

	if (r < 0) {
		fprintf(stderr, "no network namespace: %s\n", strerror(-r));
		return 77;
	}
	n = every_kind_open(fds);
	for (size_t i = 0; i < sockopt_count(); i++)
		n_set += set_everywhere(sockopt_at(i), fds, n);
	printf("{\"sockets\":%zu,\"set\":%zu}\n", n, n_set);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (size_t i = 0; i < n; i++)
			dump(fds[i]);
		puts("end");
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "layout") == 0)
		put_layouts();
	else if (argc == 2 && strcmp(argv[1], "run") == 0)
		return run();
	else
		return 2;
	return 0;
}
