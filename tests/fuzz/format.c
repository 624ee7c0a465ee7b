/* SPDX-License-Identifier: MIT */
/* Any bytes as the value of any option: as text and as JSON. */
#include <json.h>
#include <sockopt.h>
#include <stdio.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char shown[1 << 16], cut[16];
	const struct sockopt_option *option;
	struct json json = { 0 };
	char *written = NULL;
	size_t length = 0;
	void *bytes;
	int needed;

	if (size < 2)
		return 0;
	option = sockopt_at(((size_t)data[0] << 8 | data[1]) % sockopt_count());
	bytes = fuzz_bytes(data + 2, size - 2);

	needed = sockopt_format(option, bytes, size - 2, shown, sizeof(shown));
	if (needed < 0 || ((size_t)needed < sizeof(shown) && strlen(shown) != (size_t)needed))
		abort();
	for (const unsigned char *at = (const unsigned char *)shown; *at; at++)
		if (*at < ' ' || *at >= 0x7f)
			abort();
	if (sockopt_format(option, bytes, size - 2, cut, sizeof(cut)) != needed || strncmp(cut, shown, sizeof(cut) - 1) != 0)
		abort();

	json.file = open_memstream(&written, &length);
	if (!json.file)
		abort();
	json_value(&json, NULL, option->get_type, bytes, size - 2);
	fclose(json.file);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)written[i] < ' ')
			abort();
	free(written);
	free(bytes);
	return 0;
}
