/* SPDX-License-Identifier: MIT */
/* Language, widths, and texts of others made harmless. */

#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "paths.h"

static const char *language = "en";

void text_init(void)
{
	const char *messages;
	const char *domain_folder = getenv("SOCKOPT_LOCALEDIR");

	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	messages = setlocale(LC_MESSAGES, NULL);
	bindtextdomain("sockopt", domain_folder ? domain_folder : SOCKOPT_LOCALE_FOLDER);
	bind_textdomain_codeset("sockopt", "UTF-8");
	textdomain("sockopt");
	if (messages && strncmp(messages, "es", 2) == 0)
		language = "es";
}

bool text_set_language(const char *wanted)
{
	if (strcmp(wanted, "en") != 0 && strcmp(wanted, "es") != 0)
		return false;
	language = wanted[0] == 'e' && wanted[1] == 's' ? "es" : "en";
	/* LANGUAGE overrides the messages of any locale but C: take one that every glibc has. */
	if (strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0 || strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") == 0)
		setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", language, 1);
	return true;
}

const char *text_language(void)
{
	return language;
}

bool text_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void put_indent(FILE *file, size_t indent)
{
	fprintf(file, "%*s", (int)indent, "");
}

static void fill_paragraph(FILE *file, const char *text, size_t length, size_t indent, size_t width)
{
	size_t column = 0;

	while (length) {
		size_t word = 0, columns = 0;

		while (word < length && text[word] != ' ' && text[word] != '\n') {
			columns += ((unsigned char)text[word] & 0xc0) != 0x80;
			word++;
		}
		if (column && column + 1 + columns > width) {
			fputc('\n', file);
			column = 0;
		}
		if (column == 0) {
			put_indent(file, indent);
			column = indent;
		} else {
			fputc(' ', file);
			column++;
		}
		fwrite(text, 1, word, file);
		column += columns;
		while (word < length && (text[word] == ' ' || text[word] == '\n'))
			word++;
		text += word;
		length -= word;
	}
	fputc('\n', file);
}

void text_fill(FILE *file, const char *text, size_t indent, size_t width)
{
	const char *end;

	for (;;) {
		end = strstr(text, "\n\n");
		fill_paragraph(file, text, end ? (size_t)(end - text) : strlen(text), indent, width);
		if (!end)
			return;
		fputc('\n', file);
		text = end + 2;
	}
}

size_t text_screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	size_t width = 80;

	if (columns && atoi(columns) > 0)
		width = (size_t)atoi(columns);
	else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		width = size.ws_col;
	return width < 40 ? 40 : width > 110 ? 110 : width;
}

/** The bytes of one valid, printable UTF-8 character; 0 if it is none. */
static size_t character_length(const unsigned char *at)
{
	size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xc2 && at[0] < 0xe0 ? 2 : (at[0] & 0xf0) == 0xe0 ? 3 :
			(at[0] >= 0xf0 && at[0] < 0xf5) ? 4 : 0;

	if (length == 1)
		return at[0] >= ' ' && at[0] != 0x7f;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* C1 controls, overlong forms, surrogates, and what is past Unicode */
	if ((length == 2 && at[0] == 0xc2 && at[1] < 0xa0) || (length == 3 && at[0] == 0xe0 && at[1] < 0xa0) ||
	    (length == 3 && at[0] == 0xed && at[1] >= 0xa0) || (length == 4 && at[0] == 0xf0 && at[1] < 0x90) ||
	    (length == 4 && at[0] == 0xf4 && at[1] >= 0x90))
		return 0;
	/* marks that turn the direction of the line around */
	if (length == 3 && at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) ||
					     (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)))
		return 0;
	return length;
}

size_t text_escape(const char *text, char *ret, size_t size)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t needed = 0;

	while (*at) {
		char escaped[5];
		size_t length = character_length(at);
		const char *piece = (const char *)at;
		size_t taken = length ? length : 1;

		if (length == 0) {
			snprintf(escaped, sizeof(escaped), "\\x%02x", *at);
			piece = escaped;
			length = 4;
		}
		if (needed + length < size)
			memcpy(ret + needed, piece, length);
		else if (size && needed < size)
			ret[needed] = '\0', size = needed + 1;
		needed += length;
		at += taken;
	}
	if (needed < size)
		ret[needed] = '\0';
	return needed;
}
