/* SPDX-License-Identifier: MIT */
/* Colours by what they mean. Off in pipes, with NO_COLOR, and on a dumb terminal. */
#ifndef VIEW_COLOR_H
#define VIEW_COLOR_H

#include <stdbool.h>

enum color {
	COLOR_OFF,
	COLOR_NAME, /* of an option */
	COLOR_VALUE,
	COLOR_CHANGED, /* not the default; a change */
	COLOR_BAD,
	COLOR_DIM,
	COLOR_HEADING,
	COLOR_N_COLORS,
};

enum color_when { COLOR_AUTO,
		  COLOR_ALWAYS,
		  COLOR_NEVER };

/** auto, always, never: --color. @return false for another word */
bool color_parse(const char *word, enum color_when *ret);

void color_init(enum color_when when);

/** The escape sequence for stdout, or "". */
const char *color_out(enum color color);

/** The same for stderr. */
const char *color_err(enum color color);

#endif
