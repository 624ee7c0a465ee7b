/* SPDX-License-Identifier: MIT */
/* Any text as /proc/net/dev, /proc/net/snmp and a thread's schedstat. */
#include <counts.h>
#include <stdio.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counts_processor processor = { 0 };
	uint64_t received, sent;
	FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	if (!file)
		return 0;
	counts_read_retransmits(file);
	rewind(file);
	counts_read_devices(file, &received, &sent);
	rewind(file);
	/* What is false has touched nothing. */
	if (!counts_read_schedule(file, &processor) && (processor.ran_ns || processor.waited_ns))
		abort();
	fclose(file);
	return 0;
}
