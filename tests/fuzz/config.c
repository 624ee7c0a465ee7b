/* SPDX-License-Identifier: MIT */
/* Any text as a configuration file of each kind: read, and its sockets judged. */
#include <check-config.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int judge(void *context, const struct config_socket *socket)
{
	const struct check_machine machine = { .context = NULL };
	const size_t *n = context;

	if (socket->n_settings > CONFIG_SETTINGS)
		abort();
	for (size_t i = 0; i < socket->n_settings; i++) {
		const struct config_setting *setting = &socket->settings[i];
		struct check_finding finding;

		if ((setting->what == CONFIG_OPTION && !setting->option) || setting->line < 1 || setting->line > *n)
			abort();
		for (size_t k = 0; k < check_count; k++)
			check_config_finds(&check_table[k], NULL, socket, setting, &machine, &finding);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	const char **lines = malloc((size + 2) * sizeof(*lines));
	size_t n = 0;

	if (!lines)
		abort();
	while (rest)
		lines[n++] = strsep(&rest, "\n");
	if (config_guess(lines, n) > CONFIG_N_KINDS)
		abort();
	for (int kind = 0; kind < CONFIG_N_KINDS; kind++)
		config_read((enum config_kind)kind, lines, n, judge, &n);
	free(lines);
	free(text);
	return 0;
}
