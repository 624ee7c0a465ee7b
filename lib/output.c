/* SPDX-License-Identifier: MIT */
/* Text into a buffer of fixed size. By hand, not snprintf(3): it is called for every value shown. */

#include "output.h"

#include <string.h>

void output_char(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->text[out->length] = c;
	out->length++;
}

void output_span(struct output *out, const char *text, size_t length)
{
	if (out->length + length < out->size)
		memcpy(out->text + out->length, text, length);
	else if (out->length + 1 < out->size)
		memcpy(out->text + out->length, text, out->size - out->length - 1);
	out->length += length;
}

void output_text(struct output *out, const char *text)
{
	output_span(out, text, strlen(text));
}

void output_unsigned(struct output *out, uint64_t number)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n)
		output_char(out, digits[--n]);
}

void output_signed(struct output *out, int64_t number)
{
	if (number < 0)
		output_char(out, '-');
	output_unsigned(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void output_hex(struct output *out, uint64_t number, unsigned int least_digits)
{
	unsigned int digits = least_digits ? least_digits : 1;

	while (digits < 16 && number >> (4 * digits))
		digits++;
	while (digits--)
		output_char(out, "0123456789abcdef"[number >> (4 * digits) & 15]);
}

int output_end(struct output *out)
{
	if (out->size)
		out->text[out->length < out->size ? out->length : out->size - 1] = '\0';
	return (int)out->length;
}
