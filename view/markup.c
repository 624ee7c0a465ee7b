/* SPDX-License-Identifier: MIT */
#include "markup.h"

#include "text.h"

void markup_text(FILE *file, const char *text)
{
	char safe[4096];

	text_escape(text, safe, sizeof(safe));
	for (const char *at = safe; *at; at++)
		switch (*at) {
		case '&': fputs("&amp;", file); break;
		case '<': fputs("&lt;", file); break;
		case '>': fputs("&gt;", file); break;
		case '"': fputs("&quot;", file); break;
		default: fputc(*at, file);
		}
}
