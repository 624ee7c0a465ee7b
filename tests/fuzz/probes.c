/* SPDX-License-Identifier: MIT */
/* Any two files as what `probe --json` printed, compared: nothing of them reaches the terminal raw. The first byte says
 * whether as JSON; a byte 0 parts the files. */
#include <cmd.h>
#include <fcntl.h>
#include <probe-diff.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/** @param path at least 32 bytes */
static int put(const uint8_t *data, size_t size, char *path)
{
	int fd = memfd_create("probe", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static void check_harmless(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *silence;
	FILE *out = stdout, *err = stderr;
	char first[32], second[32], *written = NULL;
	const uint8_t *cut;
	size_t length = 0;
	int a, b, status;

	if (size < 2)
		return 0;
	if (!silence)
		silence = fopen("/dev/null", "we");
	cut = memchr(data + 1, 0, size - 1);
	/* One file alone is compared with itself. */
	a = put(data + 1, cut ? (size_t)(cut - data) - 1 : size - 1, first);
	b = cut ? put(cut + 1, size - (size_t)(cut - data) - 1, second) : put(data + 1, size - 1, second);
	stdout = open_memstream(&written, &length);
	stderr = silence;
	if (!stdout || !stderr)
		abort();
	status = probe_diff(first, second, data[0] & 1);
	fclose(stdout);
	stdout = out;
	stderr = err;
	if (status < 0 || status > 2 || (!cut && status == 1))
		abort();
	check_harmless(written, length);
	free(written);
	close(a);
	close(b);
	return 0;
}
