/* SPDX-License-Identifier: MIT */
#include "file-lines.h"

#include <check-code.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tidy.h>

#define SIZE_LIMIT (64U << 20)

static int read_all(FILE *file, struct file_lines *ret)
{
	size_t room = 65536, n;

	ret->text = malloc(room);
	while (ret->text && (n = fread(ret->text + ret->length, 1, room - ret->length - 1, file)) > 0) {
		ret->length += n;
		if (ret->length > SIZE_LIMIT)
			return -EFBIG;
		if (ret->length + 1 == room) {
			char *grown = realloc(ret->text, room *= 2);

			if (!grown)
				return -ENOMEM;
			ret->text = grown;
		}
	}
	if (!ret->text)
		return -ENOMEM;
	ret->text[ret->length] = '\0';
	return ferror(file) ? -EIO : 0;
}

static int split(struct file_lines *lines)
{
	size_t n = 1;

	for (size_t i = 0; i < lines->length; i++)
		n += lines->text[i] == '\n';
	lines->lines = malloc(n * sizeof(*lines->lines));
	if (!lines->lines)
		return -ENOMEM;
	for (char *line = lines->text; line; line = line ? line + 1 : NULL) {
		lines->lines[lines->n++] = line;
		line = memchr(line, '\n', lines->length - (size_t)(line - lines->text));
		if (line) {
			*line = '\0';
			if (line > lines->text && line[-1] == '\r')
				line[-1] = '\0';
		}
	}
	return 0;
}

int file_lines_read(const char *path, struct file_lines *ret)
{
	autofclose FILE *file = fopen(path, "re");
	int r;

	*ret = (struct file_lines){ 0 };
	if (!file)
		return -errno;
	r = read_all(file, ret);
	if (r == 0)
		r = split(ret);
	if (r < 0)
		file_lines_free(ret);
	return r;
}

void file_lines_free(struct file_lines *lines)
{
	free(lines->text);
	free(lines->lines);
	*lines = (struct file_lines){ 0 };
}

const char *file_line(const struct file_lines *lines, unsigned int n)
{
	return n >= 1 && n <= lines->n ? lines->lines[n - 1] : "";
}

bool file_ignores(const struct file_lines *lines, unsigned int n, const struct check *check)
{
	const char *above = file_line(lines, n - 1);

	if (check_is_ignored(check, file_line(lines, n)))
		return true;
	above += strspn(above, " \t");
	return (above[0] == '#' || strncmp(above, "//", 2) == 0 || strncmp(above, "/*", 2) == 0) &&
	       check_is_ignored(check, above);
}
