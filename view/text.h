/* SPDX-License-Identifier: MIT */
/* The program's words in the user's language: gettext(3), and the language for the catalogue's texts. */
#ifndef VIEW_TEXT_H
#define VIEW_TEXT_H

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define _(text) gettext(text)
#define N_(text) text

/** Reads the locale; call once, first. */
void text_init(void);

/** Overrides the language of messages and catalogue: "en" or "es". @return false for another one */
bool text_set_language(const char *language);

/** "es" or "en": for sockopt_text() and sockopt_message(). */
const char *text_language(void);

/** Can the terminal or file take UTF-8? */
bool text_is_utf8(void);

/** Columns that a text takes on the screen. */
size_t text_width(const char *text);

/** Prints a paragraph filled to a width, each line after an indent. Lines break at spaces. */
void text_fill(FILE *file, const char *text, size_t indent, size_t width);

/** The same behind what stands in the line already, which ends in this column: a space comes first. */
void text_fill_after(FILE *file, const char *text, size_t column, size_t indent, size_t width);

/** The width of the terminal that stdout is, or 80; at most 110, where lines stay readable. */
size_t text_screen_width(void);

/** The bytes of the character at the beginning of a text, 0 if they are no UTF-8. */
size_t text_utf8_length(const char *at);

/**
 * @brief A foreign text (a process name, a path) made harmless: control characters and bytes that are no
 * UTF-8 become \xNN.
 * @return the length that was needed
 */
size_t text_escape(const char *text, char *ret, size_t size);

#endif
