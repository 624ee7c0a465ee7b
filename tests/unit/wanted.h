/* SPDX-License-Identifier: MIT */
/* Texts that are too long to stand in a test. */
#ifndef UNIT_WANTED_H
#define UNIT_WANTED_H

#include "test.h"

/** Compares with a file of plot/; SOCKOPT_TEST_WRITE=1 writes it instead, for a person to look at. */
static inline void assert_file(const char *name, const char *got)
{
	const char *folder = getenv("SOCKOPT_TEST_FOLDER");
	static char wanted[1 << 16];
	char path[4096];
	FILE *file;
	size_t length;

	if (!folder)
		SKIP_BECAUSE("SOCKOPT_TEST_FOLDER does not say where the wanted texts are");
	snprintf(path, sizeof(path), "%s/plot/%s", folder, name);
	file = fopen(path, getenv("SOCKOPT_TEST_WRITE") ? "w" : "r");
	assert_non_null(file);
	if (getenv("SOCKOPT_TEST_WRITE")) {
		fputs(got, file);
		fclose(file);
		return;
	}
	length = fread(wanted, 1, sizeof(wanted) - 1, file);
	wanted[length] = '\0';
	fclose(file);
	assert_string_equal(got, wanted);
}

#endif
