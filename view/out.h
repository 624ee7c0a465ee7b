/* SPDX-License-Identifier: MIT */
/*
 * A stream for the views of which there may be 100,000 lines: what printf(3) does, it does without reading a format.
 * Nothing else may write to the file between the first call and out_flush().
 */
#ifndef VIEW_OUT_H
#define VIEW_OUT_H

#include <sockopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct out {
	FILE *file;
	size_t used;
	unsigned int flushes;
	char buffer[1 << 16];
};

/** Hands what is buffered to the file; whether it took it, ferror(3) tells. */
void out_flush(struct out *out);

/** Room for so many bytes at once: at most a quarter of the buffer. */
static inline char *out_room(struct out *out, size_t size)
{
	if (out->used + size > sizeof(out->buffer))
		out_flush(out);
	return out->buffer + out->used;
}

/** Bytes as they are, however many. */
void out_bytes(struct out *out, const char *bytes, size_t length);

static inline void out_text(struct out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

static inline void out_char(struct out *out, char c)
{
	*out_room(out, 1) = c;
	out->used++;
}

void out_unsigned(struct out *out, uint64_t number);
void out_signed(struct out *out, int64_t number);

/** A text, and spaces up to a width in columns; a longer one is not cut. */
void out_padded(struct out *out, const char *text, size_t width);

/** An IPv4 address in dots, or an IPv6 address as inet_ntop(3) writes it. */
void out_ip(struct out *out, int family, const unsigned char *ip);

/** A foreign text as a JSON string, quotes included: made harmless as json_string() makes it. */
void out_json_string(struct out *out, const char *text);

/** The value of an option as the kernel gave it: number, string, object, list, or bytes as hex. */
void out_json_value(struct out *out, const struct sockopt_type *type, const void *bytes, size_t length);

#endif
