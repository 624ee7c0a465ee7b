/* SPDX-License-Identifier: MIT */
/* Finds what comes with the program: installed, or in the folder where it was built. */
#include "companion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

const char *companion_path(const char *variable, const char *installed, const char *built, char *buffer, size_t size)
{
	const char *named = secure_getenv(variable);
	char program[4096];
	ssize_t n;
	int length;

	if (named)
		return named;
	/* A program with more rights than its caller must not load what its caller put beside it. */
	if (access(installed, R_OK) == 0 || getauxval(AT_SECURE))
		return installed;
	n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (n < 0)
		return installed;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	length = snprintf(buffer, size, "%s/%s", program, built);
	return length > 0 && (size_t)length < size && access(buffer, R_OK) == 0 ? buffer : installed;
}
