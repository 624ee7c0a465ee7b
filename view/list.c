/* SPDX-License-Identifier: MIT */
/* Words joined into a buffer of fixed size. */

#include "list.h"

#include <stdio.h>

void list_add(struct list *list, const char *separator, const char *word)
{
	size_t used = list->length < list->size ? list->length : list->size;
	int n = snprintf(list->size ? list->at + used : NULL, list->size - used, "%s%s", list->n ? separator : "", word);

	list->length += n > 0 ? (size_t)n : 0;
	list->n++;
}
