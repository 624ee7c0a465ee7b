/* SPDX-License-Identifier: MIT */
/* Any text as /proc/net/igmp: what is stored is within the room, and of an interface. */
#include <groups.h>
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct group groups[4];
	char *text = fuzz_text(data, size);
	size_t n = groups_read(text, groups, 4);

	if (n > 4)
		abort();
	for (size_t i = 0; i < n; i++)
		if (groups[i].ifindex == 0)
			abort();
	free(text);
	return 0;
}
