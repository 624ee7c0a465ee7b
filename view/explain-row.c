/* SPDX-License-Identifier: MIT */
/* A row of an entry: what it is about, and what is so. */

#include "explain-row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "color.h"
#include "list.h"
#include "text.h"

void explain_filled(FILE *file, const char *text, size_t indent)
{
	char *lines = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&lines, &length);

	if (!memory)
		return;
	text_fill(memory, text, indent, text_screen_width() - 1);
	fclose(memory);
	fputs(length > indent ? lines + indent : "\n", file);
	free(lines);
}

static void put_label(FILE *file, const char *label)
{
	size_t width = text_width(label);

	fprintf(file, "  %s%s%s%*s ", color_out(COLOR_DIM), label, color_out(COLOR_OFF),
		(int)(width < EXPLAIN_LABEL_WIDTH ? EXPLAIN_LABEL_WIDTH - width : 0), "");
}

void explain_row(FILE *file, const char *label, const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	put_label(file, label);
	explain_filled(file, text, EXPLAIN_LABEL_WIDTH + 3);
}

void explain_item(FILE *file, const char *label, const char *text)
{
	put_label(file, label);
	explain_filled(file, text, EXPLAIN_LABEL_WIDTH + 5);
}

void explain_heading(FILE *file, const struct sockopt_option *option)
{
	fprintf(file, "%s%s%s  %s%s %d, %s %d%s\n", color_out(COLOR_HEADING), option->name, color_out(COLOR_OFF),
		color_out(COLOR_DIM), option->level->name, option->level->number, _("option"), option->number,
		color_out(COLOR_OFF));
}

void explain_symbols(FILE *file, const struct sockopt_field *field)
{
	char text[2048];
	struct list list = { text, sizeof(text), 0, 0 };

	if (!field->symbols)
		return;
	for (size_t i = 0; i < field->symbols->count; i++) {
		char word[96];

		snprintf(word, sizeof(word), "%s (%" PRId64 ")", field->symbols->list[i].name, field->symbols->list[i].value);
		list_add(&list, ", ", word);
	}
	explain_row(file, field->look == SOCKOPT_LOOK_FLAGS ? _("flags") : _("values"), "%s", text);
}

const char *explain_unit(enum sockopt_unit unit)
{
	static const char *const words[] = {
		[SOCKOPT_UNIT_S] = N_("seconds"),
		[SOCKOPT_UNIT_MS] = N_("milliseconds"),
		[SOCKOPT_UNIT_US] = N_("microseconds"),
		[SOCKOPT_UNIT_NS] = N_("nanoseconds"),
		[SOCKOPT_UNIT_BYTES] = N_("bytes"),
		[SOCKOPT_UNIT_BYTES_PER_SECOND] = N_("bytes a second"),
		[SOCKOPT_UNIT_SEGMENTS] = N_("segments"),
		[SOCKOPT_UNIT_PACKETS] = N_("packets"),
		[SOCKOPT_UNIT_HOPS] = N_("hops"),
		[SOCKOPT_UNIT_PROBES] = N_("probes"),
		[SOCKOPT_UNIT_RETRIES] = N_("retries"),
		[SOCKOPT_UNIT_IFINDEX] = N_("interface index"),
		[SOCKOPT_UNIT_IFINDEX_BE] = N_("interface index, network byte order"),
		[SOCKOPT_UNIT_PORT] = N_("port"),
		[SOCKOPT_UNIT_FD] = N_("file descriptor"),
		[SOCKOPT_UNIT_CPU] = N_("CPU"),
		[SOCKOPT_UNIT_PID] = N_("pid"),
		[SOCKOPT_UNIT_INSTRUCTIONS] = N_("instructions"),
		[SOCKOPT_UNIT_CONNECTIONS] = N_("connections"),
		[SOCKOPT_UNIT_TOS] = N_("DSCP and ECN"),
		[SOCKOPT_UNIT_MARK] = N_("mark"),
		[SOCKOPT_UNIT_PERCENT] = N_("percent"),
		[SOCKOPT_UNIT_PORT_RANGE] = N_("two ports: low | high << 16"),
	};

	return unit < sizeof(words) / sizeof(words[0]) ? words[unit] : NULL;
}

const char *explain_unit_key(enum sockopt_unit unit)
{
	static const char *const keys[] = {
		[SOCKOPT_UNIT_NONE] = "",
		[SOCKOPT_UNIT_S] = "s",
		[SOCKOPT_UNIT_MS] = "ms",
		[SOCKOPT_UNIT_US] = "us",
		[SOCKOPT_UNIT_NS] = "ns",
		[SOCKOPT_UNIT_BYTES] = "bytes",
		[SOCKOPT_UNIT_BYTES_PER_SECOND] = "bytes/s",
		[SOCKOPT_UNIT_SEGMENTS] = "segments",
		[SOCKOPT_UNIT_PACKETS] = "packets",
		[SOCKOPT_UNIT_HOPS] = "hops",
		[SOCKOPT_UNIT_PROBES] = "probes",
		[SOCKOPT_UNIT_RETRIES] = "retries",
		[SOCKOPT_UNIT_IFINDEX] = "ifindex",
		[SOCKOPT_UNIT_IFINDEX_BE] = "ifindex-be",
		[SOCKOPT_UNIT_PORT] = "port",
		[SOCKOPT_UNIT_FD] = "fd",
		[SOCKOPT_UNIT_CPU] = "cpu",
		[SOCKOPT_UNIT_PID] = "pid",
		[SOCKOPT_UNIT_INSTRUCTIONS] = "instructions",
		[SOCKOPT_UNIT_CONNECTIONS] = "connections",
		[SOCKOPT_UNIT_TOS] = "tos",
		[SOCKOPT_UNIT_MARK] = "mark",
		[SOCKOPT_UNIT_PERCENT] = "percent",
		[SOCKOPT_UNIT_PORT_RANGE] = "port-range",
	};

	return keys[unit];
}
