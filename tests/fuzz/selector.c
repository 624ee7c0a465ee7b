/* SPDX-License-Identifier: MIT */
/* Any text as a selector: read, asked of a socket, freed. */
#include <errno.h>
#include <netinet/in.h>
#include <selector.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int get_any(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	(void)context;
	(void)option;
	ret->length = 8;
	memset(ret->bytes, 1, sizeof(ret->bytes));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct facts_holder holder = { .pid = 1234, .fd = 5, .process = "nginx", .cgroup = "/" };
	struct facts facts = {
		.kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
		.state = FACTS_ESTABLISHED,
		.local = { .family = AF_INET, .port = 80 },
		.peer = { .family = AF_INET6, .port = 51000 },
		.interface = "lo",
		.holders = &holder,
		.n_holders = 1,
		.get = get_any,
	};
	char *text = fuzz_text(data, size);
	struct selector *selector;
	struct selector_error error;
	pid_t pids[4];
	int r = selector_parse(text, &selector, &error);

	if (r < 0) {
		/* The error is within the text, and its word can be shown. */
		if (r != -ENOMEM && (error.at > strlen(text) || error.length > strlen(text) - error.at || !error.what))
			abort();
		if (error.value.problem != SOCKOPT_NO_PROBLEM) {
			char message[512];

			sockopt_message(&error.value, "es", message, sizeof(message));
			sockopt_hint(&error.value, "en", message, sizeof(message));
		}
	} else {
		selector_matches(selector, &facts);
		facts.kind = (struct sockopt_kind){ AF_UNIX, SOCK_DGRAM, 0 };
		facts.get = NULL;
		selector_matches(selector, &facts);
		selector_is_all(selector);
		if (selector_pids(selector, pids, 4) > 4)
			abort();
		selector_free(selector);
	}
	free(text);
	return 0;
}
