/* SPDX-License-Identifier: MIT */
/* A stream for many lines. */

#include "out.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "text.h"

void out_flush(struct out *out)
{
	if (out->used)
		fwrite(out->buffer, 1, out->used, out->file);
	out->used = 0;
	out->flushes++;
}

void out_bytes(struct out *out, const char *bytes, size_t length)
{
	if (length > sizeof(out->buffer) / 4) {
		out_flush(out);
		fwrite(bytes, 1, length, out->file);
		return;
	}
	memcpy(out_room(out, length), bytes, length);
	out->used += length;
}

void out_unsigned(struct out *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	out_bytes(out, digits + at, sizeof(digits) - at);
}

void out_signed(struct out *out, int64_t number)
{
	if (number < 0)
		out_char(out, '-');
	out_unsigned(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void out_padded(struct out *out, const char *text, size_t width)
{
	size_t have = text_width(text);

	out_text(out, text);
	for (; have < width; have++)
		out_char(out, ' ');
}

void out_ip(struct out *out, int family, const unsigned char *ip)
{
	char text[INET6_ADDRSTRLEN];

	if (family != AF_INET) {
		out_text(out, inet_ntop(family, ip, text, sizeof(text)));
		return;
	}
	for (size_t i = 0; i < 4; i++) {
		if (i)
			out_char(out, '.');
		out_unsigned(out, ip[i]);
	}
}

/** Nothing in it that JSON or a terminal would take for something else. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return false;
	return true;
}

void out_json_string(struct out *out, const char *text)
{
	char safe[4096];

	out_char(out, '"');
	if (is_plain(text)) {
		out_text(out, text);
	} else {
		/* What is no UTF-8 becomes \xNN first, so that the output always is. */
		text_escape(text, safe, sizeof(safe));
		for (const char *at = safe; *at; at++) {
			if (*at == '"' || *at == '\\')
				out_char(out, '\\');
			out_char(out, *at);
		}
	}
	out_char(out, '"');
}
