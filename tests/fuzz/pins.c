/* SPDX-License-Identifier: MIT */
/* Any bytes as what is pinned beside a policy. */
#include <policy-pin.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_listing listing = { 0 };
	void *bytes = fuzz_bytes(data, size);
	size_t sum = 0;

	if (policy_pinned_read(bytes, size, &listing) == 0) {
		sum += strlen(listing.head.cgroup);
		for (unsigned i = 0; i < listing.head.n_lines; i++)
			sum += strlen(listing.lines[i].source) + strlen(listing.lines[i].rule) + strlen(listing.lines[i].action);
		if (sum > size)
			abort();
	} else if (listing.lines) {
		abort();
	}
	free(listing.lines);
	free(bytes);
	return 0;
}
