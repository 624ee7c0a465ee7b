/* SPDX-License-Identifier: MIT */
/* The rows of the last socket of a kind, as they were written. Private to the views of show. */
#ifndef VIEW_SHOW_LINE_H
#define VIEW_SHOW_LINE_H

#include "show.h"

/** Two texts in turn: the one that was shown last, and the one that is being made from it. */
struct show_line {
	struct line_text {
		char *text;
		size_t used, room;
		uint32_t ends[SHOW_LINE_ROWS]; /* of each row */
		size_t n;
	} texts[2];
	unsigned int now;
};

/**
 * Row number index is these bytes, and a separator; the first row of a socket begins a new text. bytes: NULL: it is not
 * kept, and no row behind it.
 */
void show_line_add(struct show_line *line, size_t index, const char *bytes, size_t length, char separator);

/**
 * @brief Rows first to end of the last text, taken over into the new one.
 * @return where they stand, with separators between and behind them; NULL: they are not there
 */
const char *show_line_repeat(struct show_line *line, size_t first, size_t end, size_t *ret_length);

#endif
