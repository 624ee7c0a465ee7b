/* SPDX-License-Identifier: MIT */
/* Text into a buffer of fixed size, counted as snprintf(3) counts. Private to lib/. */
#ifndef LIB_OUTPUT_H
#define LIB_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

struct output {
	char *text;
	size_t size;
	size_t length; /* what was needed so far */
};

void output_text(struct output *out, const char *text);
void output_span(struct output *out, const char *text, size_t length);
void output_char(struct output *out, char c);
void output_signed(struct output *out, int64_t number);
void output_unsigned(struct output *out, uint64_t number);
void output_hex(struct output *out, uint64_t number, unsigned int least_digits);

/** Ends the text with a NUL, cut if need be; returns the length that was needed. */
int output_end(struct output *out);

#endif
