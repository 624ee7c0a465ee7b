/* SPDX-License-Identifier: MIT */
/* Words joined into a buffer of fixed size. */
#ifndef VIEW_LIST_H
#define VIEW_LIST_H

#include <stddef.h>

struct list {
	char *at;
	size_t size;
	size_t length; /* what was needed so far */
	size_t n;
};

/** Adds a word, after the separator unless it is the first. */
void list_add(struct list *list, const char *separator, const char *word);

#endif
