/* SPDX-License-Identifier: MIT */
/* The flags that a file is compiled with. */
#ifndef SOURCE_DATABASE_H
#define SOURCE_DATABASE_H

#include <stddef.h>

struct database_flags {
	char **list;
	int n;
};

/**
 * @brief Looks a file up in compile_commands.json.
 * @param folder where it is; NULL: the folder of the file, or the next one above that has it
 * @return 0 (also where there is none, or the file is not in it); -ENODATA: there is none in folder; -ENOMEM
 */
int database_find(const char *folder, const char *file, struct database_flags *ret);
void database_free(struct database_flags *flags);

#endif
