/* SPDX-License-Identifier: MIT */
/* The texts of checks, with the numbers of a finding (or their names) in the place of braces. */
#ifndef VIEW_CHECK_TEXT_H
#define VIEW_CHECK_TEXT_H

#include <check.h>
#include <stdio.h>

enum check_text_form {
	CHECK_TEXT_PROSE,   /* 416 KiB */
	CHECK_TEXT_COMMAND, /* 425984: as a command line takes it */
};

/**
 * @brief Fills the holes of a text.
 * @param finding NULL: the expressions stand for their numbers
 * @param socket in the place of {socket}; NULL: PID:FD
 * @return the length that was needed, as snprintf(3)
 */
size_t check_text_fill(const struct check *check, const char *text, const struct check_finding *finding,
		       enum check_text_form form, const char *socket, char *ret, size_t size);

/** "label   text", the text filled under itself, the whole indented. */
void check_text_labelled(FILE *file, size_t indent, const char *label, const char *text);

/** The word for a severity in the user's language, and its colour. */
const char *check_text_severity(enum check_severity severity);
const char *check_text_color(enum check_severity severity);

#endif
