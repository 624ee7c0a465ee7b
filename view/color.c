/* SPDX-License-Identifier: MIT */
/* Colours by what they mean. */

#include "color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool out_is_on, err_is_on;

bool color_parse(const char *word, enum color_when *ret)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (unsigned int i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0) {
			*ret = (enum color_when)i;
			return true;
		}
	return false;
}

void color_init(enum color_when when)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	bool wanted = !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0;

	out_is_on = when == COLOR_ALWAYS || (when == COLOR_AUTO && wanted && isatty(STDOUT_FILENO));
	err_is_on = when == COLOR_ALWAYS || (when == COLOR_AUTO && wanted && isatty(STDERR_FILENO));
}

static const char *const sequences[COLOR_N_COLORS] = {
	[COLOR_OFF] = "\033[0m",
	[COLOR_NAME] = "\033[36m",
	[COLOR_VALUE] = "\033[1m",
	[COLOR_CHANGED] = "\033[33m",
	[COLOR_BAD] = "\033[31m",
	[COLOR_DIM] = "\033[2m",
	[COLOR_HEADING] = "\033[1m",
};

const char *color_out(enum color color)
{
	return out_is_on ? sequences[color] : "";
}

const char *color_err(enum color color)
{
	return err_is_on ? sequences[color] : "";
}
