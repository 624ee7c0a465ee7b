/* SPDX-License-Identifier: MIT */
/* The rows of the last socket of a kind, as they were written. */

#include "show-line.h"

#include <stdlib.h>
#include <string.h>

struct show_line *show_line_new(void)
{
	return calloc(1, sizeof(struct show_line));
}

void show_line_free(struct show_line *line)
{
	if (!line)
		return;
	free(line->texts[0].text);
	free(line->texts[1].text);
	free(line);
}

/** A text that lacks memory ends where it is: its later rows are not there when they are asked for. */
static bool append(struct line_text *text, const char *bytes, size_t length)
{
	if (text->used + length > text->room) {
		size_t room = (text->used + length) * 2;
		char *grown = realloc(text->text, room);

		if (!grown)
			return false;
		text->text = grown;
		text->room = room;
	}
	if (length)
		memcpy(text->text + text->used, bytes, length);
	text->used += length;
	return true;
}

static struct line_text *text_for(struct show_line *line, size_t index)
{
	struct line_text *text;

	if (index == 0) {
		line->now ^= 1;
		line->texts[line->now].used = line->texts[line->now].n = 0;
	}
	text = &line->texts[line->now];
	return text->n == index && index < SHOW_LINE_ROWS ? text : NULL;
}

void show_line_add(struct show_line *line, size_t index, const char *bytes, size_t length, char separator)
{
	struct line_text *text = text_for(line, index);

	if (!text || !bytes)
		return;
	if (append(text, bytes, length) && append(text, &separator, 1))
		text->ends[text->n++] = (uint32_t)text->used;
}

const char *show_line_repeat(struct show_line *line, size_t first, size_t end, size_t *ret_length)
{
	struct line_text *text = text_for(line, first);
	const struct line_text *last = &line->texts[line->now ^ 1];
	size_t at, base;

	if (!text || end > last->n || first >= end)
		return NULL;
	at = first ? last->ends[first - 1] : 0;
	*ret_length = last->ends[end - 1] - at;
	base = text->used;
	if (!append(text, last->text + at, *ret_length))
		return NULL;
	for (size_t i = first; i < end; i++)
		text->ends[text->n++] = (uint32_t)(base + last->ends[i] - at);
	return last->text + at;
}
