/* SPDX-License-Identifier: MIT */
/* JSON as a stream. */

#include "json.h"

#include <math.h>
#include <string.h>

#include "out.h"
#include "text.h"

/* One thread writes: stdio need not lock for each character. */
#define fputc putc_unlocked
#define fputs fputs_unlocked
#define fwrite fwrite_unlocked

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

/** Bytes that stand for themselves in a JSON string. */
static size_t plain_length(const char *text)
{
	size_t length = 0;

	while (text[length] >= ' ' && text[length] <= '~' && text[length] != '"' && text[length] != '\\')
		length++;
	return length;
}

/** Every character is kept, control characters too, escaped; what is no UTF-8 becomes U+FFFD. */
static void put_own(FILE *file, const char *text)
{
	fputc('"', file);
	while (*text) {
		size_t length = plain_length(text);

		if (length == 0)
			length = text_utf8_length(text);
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

static void put_number(FILE *file, bool is_negative, uint64_t number)
{
	char digits[21];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	if (is_negative)
		digits[--at] = '-';
	fwrite(digits + at, 1, sizeof(digits) - at, file);
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
	put_number(json->file, number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void json_unsigned(struct json *json, const char *name, uint64_t number)
{
	begin(json, name);
	put_number(json->file, false, number);
}

void json_double(struct json *json, const char *name, double number)
{
	begin(json, name);
	if (isfinite(number))
		fprintf(json->file, "%.10g", number);
	else
		fputs("null", json->file);
}

void json_identity(struct json *json, const char *name, uint64_t number)
{
	begin(json, name);
	fputc('"', json->file);
	put_number(json->file, false, number);
	fputc('"', json->file);
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

void json_value(struct json *json, const char *name, const struct sockopt_type *type, const void *bytes, size_t length)
{
	struct out out;

	out.file = json->file;
	out.used = 0;
	begin(json, name);
	out_json_value(&out, type, bytes, length);
	out_flush(&out);
}
