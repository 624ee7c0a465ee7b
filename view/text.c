/* SPDX-License-Identifier: MIT */
/* Language, widths, and texts of others made harmless. */

#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
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
	/* A translation is a format string: not from whoever starts a sockopt that has privileges of its own. */
	const char *domain_folder = secure_getenv("SOCKOPT_LOCALEDIR");

	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	messages = setlocale(LC_MESSAGES, NULL);
	bindtextdomain("sockopt", domain_folder ? domain_folder : SOCKOPT_LOCALE_FOLDER);
	bind_textdomain_codeset("sockopt", "UTF-8");
	textdomain("sockopt");
	/* TRANSLATORS: the code of the language you translate to, such as es. */
	if ((messages && strncmp(messages, "es", 2) == 0) || strcmp(_("en"), "es") == 0)
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

static void fill_paragraph(FILE *file, const char *text, size_t length, size_t column, size_t indent, size_t width)
{
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
		fill_paragraph(file, text, end ? (size_t)(end - text) : strlen(text), 0, indent, width);
		if (!end)
			return;
		fputc('\n', file);
		text = end + 2;
	}
}

void text_fill_after(FILE *file, const char *text, size_t column, size_t indent, size_t width)
{
	fill_paragraph(file, text, strlen(text), column, indent, width);
}

size_t text_screen_width(void)
{
	const char *given = getenv("COLUMNS");
	unsigned long columns = given ? strtoul(given, NULL, 10) : 0;
	struct winsize size;
	size_t width = 80;

	if (columns > 0)
		width = columns;
	else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		width = size.ws_col;
	return width < 40 ? 40 : width > 110 ? 110 :
					       width;
}

/** What a byte begins: a character of so many bytes; 0: none. */
static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/** What a terminal must not see: C0 and C1 controls, and the marks that turn the direction of a line around. */
static bool is_harmful(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} harmful[] = {
		{ 0, 0x1f },
		{ 0x7f, 0x9f },
		{ 0x202a, 0x202e },
		{ 0x2066, 0x2069 },
	};

	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (code >= harmful[i].first && code <= harmful[i].last)
			return true;
	return false;
}

/** Decodes one character; returns its bytes, 0 if they are no UTF-8. */
static size_t decode(const unsigned char *at, uint32_t *ret_code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = sequence_length(at[0]);
	uint32_t code = length == 1 ? at[0] : at[0] & (0xffU >> (length + 1));

	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3fU);
	}
	*ret_code = code;
	return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0 : length;
}

size_t text_utf8_length(const char *at)
{
	uint32_t code;

	return decode((const unsigned char *)at, &code);
}

/** The bytes of one valid, harmless UTF-8 character; 0 if it is none. */
static size_t character_length(const unsigned char *at)
{
	uint32_t code = 0;
	size_t length = decode(at, &code);

	return is_harmful(code) ? 0 : length;
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
