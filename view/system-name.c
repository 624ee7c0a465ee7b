/* SPDX-License-Identifier: MIT */
/* The other systems as they write themselves. */

#include "system-name.h"

#include <stddef.h>
#include <strings.h>

const char *system_name(const char *key)
{
	static const char *const names[] = { "FreeBSD", "OpenBSD", "NetBSD", "macOS", "illumos", "Windows", "lwIP" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(names[i], key) == 0)
			return names[i];
	return key;
}
