/* SPDX-License-Identifier: MIT */
/* The texts of checks. */

#include "check-text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "color.h"
#include "quantity.h"
#include "text.h"

#define LABEL_WIDTH 9

static const char *number_text(const struct check_number *number, enum check_dimension dimension,
			       enum check_text_form form, char *ret, size_t size)
{
	if (!number->known)
		snprintf(ret, size, "?");
	else if (dimension == CHECK_TIME)
		quantity_us(number->number, ret, size);
	else if (dimension == CHECK_BYTES && form == CHECK_TEXT_PROSE)
		quantity_bytes(number->number, ret, size);
	else
		snprintf(ret, size, "%" PRId64, number->number);
	return ret;
}

/** {option} or {level}; of a check by itself prose keeps the hole, as it does the others. */
static const char *option_text(const struct check_finding *finding, bool wants_option, enum check_text_form form)
{
	const struct sockopt_option *option = finding ? finding->option : NULL;

	if (option)
		return wants_option ? option->name : option->level->name;
	if (!finding && form == CHECK_TEXT_PROSE)
		return wants_option ? "{option}" : "{level}";
	return wants_option ? "OPTION" : "LEVEL";
}

/** What stands for the hole that begins at text; its length in the text. */
static size_t hole_text(const struct check *check, const char *text, const struct check_finding *finding,
			enum check_text_form form, const char *socket, const char **ret, char *buffer, size_t size)
{
	size_t index = (size_t)(text[1] - '0');

	if (strncmp(text, "{socket}", 8) == 0) {
		*ret = socket ? socket : "PID:FD";
		return 8;
	}
	if (strncmp(text, "{option}", 8) == 0 || strncmp(text, "{level}", 7) == 0) {
		bool wants_option = text[1] == 'o';

		*ret = option_text(finding, wants_option, form);
		return wants_option ? 8 : 7;
	}
	if (!isdigit((unsigned char)text[1]) || text[2] != '}' || index >= check->n_holes) {
		*ret = "{";
		return 1;
	}
	if (finding)
		*ret = number_text(&finding->numbers[index], check->holes[index].dimension, form, buffer, size);
	else {
		snprintf(buffer, size, "{%s}", check->holes[index].source);
		*ret = buffer;
	}
	return 3;
}

size_t check_text_fill(const struct check *check, const char *text, const struct check_finding *finding,
		       enum check_text_form form, const char *socket, char *ret, size_t size)
{
	size_t needed = 0;

	while (*text) {
		char buffer[256], plain[2] = { *text, '\0' };
		const char *piece = plain;
		size_t taken = 1, length;

		if (*text == '{')
			taken = hole_text(check, text, finding, form, socket, &piece, buffer, sizeof(buffer));
		length = strlen(piece);

		if (needed < size)
			snprintf(ret + needed, size - needed, "%s", piece);
		needed += length;
		text += taken;
	}
	if (size && needed == 0)
		ret[0] = '\0';
	return needed;
}

void check_text_labelled(FILE *file, size_t indent, const char *label, const char *text)
{
	size_t width = text_width(label), column = indent + LABEL_WIDTH + 1, length = 0;
	char *lines = NULL;
	FILE *memory = open_memstream(&lines, &length);

	if (!memory)
		return;
	text_fill(memory, text, column, text_screen_width() - 1);
	fclose(memory);
	fprintf(file, "%*s%s%s%s%*s", (int)indent, "", color_out(COLOR_DIM), label, color_out(COLOR_OFF),
		(int)(width < LABEL_WIDTH ? LABEL_WIDTH - width + 1 : 1), "");
	fputs(length > column ? lines + column : "\n", file);
	free(lines);
}

const char *check_text_severity(enum check_severity severity)
{
	static const char *const words[] = { N_("note"), N_("warning"), N_("error") };

	return _(words[severity]);
}

const char *check_text_color(enum check_severity severity)
{
	return color_out(severity == CHECK_NOTE ? COLOR_NAME : severity == CHECK_WARNING ? COLOR_CHANGED :
											   COLOR_BAD);
}
