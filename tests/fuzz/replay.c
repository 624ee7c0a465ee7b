/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target on the files of a folder, without libFuzzer: the seeds, and inputs that once crashed it. */
#include <dirent.h>
#include <stdio.h>

#include "fuzz.h"

static int replay(const char *folder, const char *name)
{
	static uint8_t data[1 << 20];
	char path[4096];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* Every shorter input, too: what was cut is what parsers stumble over. */
	for (size_t cut = 0; cut <= size; cut += size < 4096 ? 1 : size / 4096)
		LLVMFuzzerTestOneInput(data, cut);
	return LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	unsigned int n = 0;
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;

	if (!folder) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.' && replay(argv[1], entry->d_name) == 0)
			n++;
	closedir(folder);
	printf("%u inputs\n", n);
	return n ? 0 : 1;
}
