/* SPDX-License-Identifier: MIT */
/* The file of a program that is about to be executed. */

#include "program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tidy.h"

#define OUR_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define INTERPRETERS_MAX 4 /* as in the kernel's search for the one of a script */

static int try_file(const char *folder, size_t length, const char *name, char *ret, size_t size)
{
	struct stat status;
	int n;

	if (length == 0)
		n = snprintf(ret, size, "%s", name);
	else
		n = snprintf(ret, size, "%.*s/%s", (int)length, folder, name);
	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	if (stat(ret, &status) < 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	return eaccess(ret, X_OK) < 0 ? -errno : 0;
}

int program_find(const char *name, char *ret, size_t size)
{
	const char *path = getenv("PATH");
	int result = -ENOENT;

	if (!*name)
		return -ENOENT;
	if (strchr(name, '/'))
		return try_file("", 0, name, ret, size);
	for (path = path ? path : "/bin:/usr/bin"; path; path = strchr(path, ':') ? strchr(path, ':') + 1 : NULL) {
		int r = try_file(path, strcspn(path, ":"), name, ret, size);

		if (r == 0)
			return 0;
		if (r == -EACCES)
			result = r;
	}
	return result;
}

/** The dynamic loader that a segment of the ELF file names. */
static bool read_loader(int fd, const ElfW(Ehdr) * header, char *ret, size_t size)
{
	for (unsigned i = 0; i < header->e_phnum && header->e_phentsize == sizeof(ElfW(Phdr)); i++) {
		ElfW(Phdr) segment;
		off_t at = (off_t)(header->e_phoff + i * sizeof(segment));
		ssize_t n;

		if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment) || segment.p_type != PT_INTERP)
			continue;
		n = pread(fd, ret, segment.p_filesz < size - 1 ? segment.p_filesz : size - 1, (off_t)segment.p_offset);
		ret[n > 0 ? n : 0] = '\0';
		return true;
	}
	return false;
}

/** The interpreter's path in "#!/bin/sh -e\n". */
static bool take_interpreter(char *line, char *ret, size_t size)
{
	char *word = line + 2 + strspn(line + 2, " \t");

	word[strcspn(word, " \t\n")] = '\0';
	return *word && (size_t)snprintf(ret, size, "%s", word) < size;
}

int program_look(const char *path, struct program *ret)
{
	char file[4096];
	struct program found = { 0 };

	if ((size_t)snprintf(file, sizeof(file), "%s", path) >= sizeof(file))
		return -ENAMETOOLONG;
	for (int i = 0; i < INTERPRETERS_MAX; i++) {
		char begin[512] = { 0 };
		ElfW(Ehdr) header;
		struct stat status;
		autoclose int fd = open(file, O_RDONLY | O_CLOEXEC);

		/* What cannot be read can be executed all the same, and what it is then is not known. */
		if (fd < 0 || fstat(fd, &status) < 0 || pread(fd, begin, sizeof(begin) - 1, 0) < 0)
			return -errno;
		if (begin[0] == '#' && begin[1] == '!' && take_interpreter(begin, file, sizeof(file)))
			continue;
		found.is_privileged = (status.st_mode & (S_ISUID | S_ISGID)) != 0 ||
				      fgetxattr(fd, "security.capability", begin, 0) > 0;
		memcpy(&header, begin, sizeof(header));
		if (memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) {
			found.is_other_abi = header.e_ident[EI_CLASS] != OUR_CLASS;
			found.is_dynamic = !found.is_other_abi &&
					   read_loader(fd, &header, found.loader, sizeof(found.loader));
		}
		*ret = found;
		return 0;
	}
	return -ELOOP;
}
