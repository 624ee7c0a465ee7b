/* SPDX-License-Identifier: MIT */
/* A file of text, line by line, and what its comments say of checks. */
#ifndef CMD_FILE_LINES_H
#define CMD_FILE_LINES_H

#include <check.h>
#include <stddef.h>

struct file_lines {
	char *text; /* NULs where lines end */
	size_t length;
	const char **lines;
	size_t n;
};

/** @return 0 or a negative errno; -EFBIG: more than 64 MiB */
int file_lines_read(const char *path, struct file_lines *ret);
void file_lines_free(struct file_lines *lines);

/** Line number n, from 1; "" if there is none. */
const char *file_line(const struct file_lines *lines, unsigned int n);

/** Is a check not wanted there, by a comment in the line or in one of its own above? */
bool file_ignores(const struct file_lines *lines, unsigned int n, const struct check *check);

#endif
