/* SPDX-License-Identifier: MIT */
/* What all fuzz targets share. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** The input as a text that ends with a NUL, and nothing behind it: to be freed. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/** The input in memory of exactly its size, so that a byte too far is found: to be freed. */
static inline void *fuzz_bytes(const uint8_t *data, size_t size)
{
	void *bytes = malloc(size ? size : 1);

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	return bytes;
}

#endif
