/* SPDX-License-Identifier: MIT */
/* Any text of others, made harmless: for the screen and in JSON. */
#include <json.h>
#include <stdio.h>
#include <text.h>

#include "fuzz.h"

/** No control character, and nothing left that would be escaped again. */
static void check_safe(const char *safe)
{
	for (const unsigned char *at = (const unsigned char *)safe; *at; at++)
		if (*at < ' ' || *at == 0x7f)
			abort();
	if (text_escape(safe, NULL, 0) != strlen(safe))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t needed = text_escape(text, NULL, 0);
	char *safe = malloc(needed + 1);
	char *written = NULL;
	size_t length = 0;
	struct json json = { .file = open_memstream(&written, &length) };

	if (!safe || !json.file)
		abort();
	if (text_escape(text, safe, needed + 1) != needed || strlen(safe) != needed)
		abort();
	check_safe(safe);
	for (size_t room = 1; room < 12; room++) {
		if (text_escape(text, safe, room < needed + 1 ? room : needed + 1) != needed)
			abort();
		check_safe(safe);
	}
	text_width(text);
	json_string(&json, NULL, text);
	text_fill(json.file, safe, 2, 40);
	fclose(json.file);
	free(written);
	free(safe);
	free(text);
	return 0;
}
