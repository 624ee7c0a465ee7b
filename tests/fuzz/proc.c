/* SPDX-License-Identifier: MIT */
/* Any text as what /proc tells of a process: its cgroup, its maps. */
#include <process.h>
#include <stack-names.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest, *line;
	const char *path = process_cgroup(text);

	if (path && (path < text || path + strlen(path) > text + size))
		abort();
	free(text);

	text = fuzz_text(data, size);
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		struct mapping mapping;
		size_t length = strlen(line);

		if (!mapping_read(line, &mapping))
			continue;
		if (mapping.start >= mapping.end || mapping.path < line || mapping.path + strlen(mapping.path) > line + length)
			abort();
	}
	free(text);
	return 0;
}
