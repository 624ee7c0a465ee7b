/* SPDX-License-Identifier: MIT */
/* Memory, or the program's end. */

#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <text.h>

#include "cmd.h"

void *xalive(void *pointer)
{
	if (!pointer) {
		log_error(_("out of memory"));
		exit(EXIT_PARTLY);
	}
	return pointer;
}

void *xmalloc(size_t size)
{
	return xalive(calloc(1, size ? size : 1));
}

void *xrealloc(void *pointer, size_t size)
{
	return xalive(realloc(pointer, size ? size : 1));
}

char *xstrdup(const char *text)
{
	return xalive(strdup(text));
}
