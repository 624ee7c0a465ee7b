/* SPDX-License-Identifier: MIT */
/* Any text as a link: read, written, and read again as the same. */
#include <link-spec.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), written[LINK_SPEC_TEXT_MAX], again[LINK_SPEC_TEXT_MAX];
	struct link_spec spec, same;
	struct spec_error error;

	if (link_spec_parse(text, &spec, &error) < 0) {
		if (error.at > strlen(text) || error.length > strlen(text) - error.at || !error.what)
			abort();
	} else {
		link_spec_format(&spec, written, sizeof(written));
		if (link_spec_parse(written, &same, &error) < 0 || memcmp(&spec, &same, offsetof(struct link_spec, mtu) + sizeof(spec.mtu)) != 0 ||
		    strcmp(written, link_spec_format(&same, again, sizeof(again))) != 0)
			abort();
		if (link_spec_queue_bytes(&spec) <= 0 || link_spec_bytes_under_way(&spec) < 0)
			abort();
	}
	free(text);
	return 0;
}
