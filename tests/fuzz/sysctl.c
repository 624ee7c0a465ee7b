/* SPDX-License-Identifier: MIT */
/* Any text as `measure --sysctl`: no name leads out of /proc/sys/net. */
#include <environment.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), path[64];
	const char *value;

	if (environment_read_sysctl(text, path, sizeof(path), &value) == 0 &&
	    (strncmp(path, "/proc/sys/net/", 14) != 0 || strstr(path, "..") || strstr(path, "//") || value < text ||
	     value[-1] != '=' || strlen(path) > sizeof(path) - 1))
		abort();
	free(text);
	return 0;
}
