/* SPDX-License-Identifier: MIT */
/* What a command may print, for the expression of `measure --take` that the first byte chooses: a figure, or none. */
#include <math.h>
#include <trial.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const expressions[] = {
		"(.*)",
		"Requests/sec: *([0-9.]+)",
		"([-+]?[0-9]+([.][0-9]*)?(e[-+][0-9]+)?)",
		"x|([0-9a-fx]+)",
		"^a(b)?",
		"(",
		"no group",
	};
	char *text;
	double figure;

	if (!size)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	figure = trial_read_figure(expressions[data[0] % (sizeof(expressions) / sizeof(expressions[0]))], text);
	if (isinf(figure))
		abort();
	free(text);
	return 0;
}
