/* SPDX-License-Identifier: MIT */
/* Numbers and words of /proc/sys, of the network namespace that the calling thread is in. */

#include "sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tidy.h"

/** Reads the whole value; ret_index: the number in brackets behind the name, 0 if there is none. */
static int read_value(const char *name, char *ret, size_t size, unsigned long *ret_index)
{
	char path[160] = "/proc/sys/";
	size_t length = strcspn(name, "[");
	size_t base = strlen(path);
	ssize_t n;

	if (base + length >= sizeof(path))
		return -ENOENT;
	for (size_t i = 0; i < length; i++)
		path[base + i] = name[i] == '.' ? '/' : name[i];
	path[base + length] = '\0';
	*ret_index = name[length] == '[' ? strtoul(name + length + 1, NULL, 10) : 0;

	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, ret, size - 1);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return 0;
}

int sysctl_word(const char *name, char *ret, size_t size)
{
	char text[512];
	char *rest = text, *word = NULL;
	unsigned long index;
	int r = read_value(name, text, sizeof(text), &index);

	if (r < 0)
		return r;
	for (unsigned long i = 0; i <= index; i++) {
		do
			word = strsep(&rest, " \t\n");
		while (word && *word == '\0');
		if (!word)
			return -EINVAL;
	}
	if (!word || strlen(word) >= size)
		return -EMSGSIZE;
	memcpy(ret, word, strlen(word) + 1);
	return 0;
}

int sysctl_number(const char *name, int64_t *ret)
{
	char word[64];
	char *end;
	long long number;
	int r = sysctl_word(name, word, sizeof(word));

	if (r < 0)
		return r;
	number = strtoll(word, &end, 10);
	if (*end || end == word)
		return -EINVAL;
	*ret = number;
	return 0;
}
