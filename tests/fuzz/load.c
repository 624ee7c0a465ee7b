/* SPDX-License-Identifier: MIT */
/* Any text as a load: read, written, and read again as the same. */
#include <load-spec.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), written[LOAD_SPEC_TEXT_MAX], again[LOAD_SPEC_TEXT_MAX];
	struct load_spec spec, same;
	struct spec_error error;

	if (load_spec_parse(text, &spec, &error) < 0) {
		if (error.at > strlen(text) || error.length > strlen(text) - error.at || !error.what || !error.hint)
			abort();
	} else if (spec.kind != LOAD_COMMAND) {
		load_spec_format(&spec, written, sizeof(written));
		if (load_spec_parse(written, &same, &error) < 0 ||
		    strcmp(written, load_spec_format(&same, again, sizeof(again))) != 0)
			abort();
	}
	free(text);
	return 0;
}
