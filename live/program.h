/* SPDX-License-Identifier: MIT */
/* The file of a program that is about to be executed: where it is, and what it is. */
#ifndef LIVE_PROGRAM_H
#define LIVE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/**
 * @brief The file that execvp(3) would take for this name.
 * @return 0, -ENOENT, -EACCES (there is one, and it cannot be executed), -ENAMETOOLONG
 */
int program_find(const char *name, char *ret, size_t size);

struct program {
	char loader[256];   /* of is_dynamic: the dynamic loader's path */
	bool is_dynamic;    /* ELF with a dynamic loader, or a script whose interpreter has one */
	bool is_other_abi;  /* ELF of another word size than ours */
	bool is_privileged; /* setuid, setgid, or with capabilities of its own */
};

/** Looks into the file; of a script at its interpreter. @return 0 or -errno */
int program_look(const char *path, struct program *ret);

#endif
