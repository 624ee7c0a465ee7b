/* SPDX-License-Identifier: MIT */
/* The functions of a file that is mapped as code: who made the file may not be who reads it. */
#ifndef LIVE_SYMBOLS_H
#define LIVE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
	uint64_t address, size; /* in the file */
	char *name;
};

/** Sorted by address. */
struct symbols {
	struct symbol *list;
	size_t n, room;
};

/** Reads what an ELF file tells of its functions; nothing of what is none. */
void symbols_read(int fd, struct symbols *ret);
void symbols_free(struct symbols *symbols);

/** The function that a place in the file belongs to, or NULL. symbols may be NULL. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t offset);

#endif
