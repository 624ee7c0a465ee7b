/* SPDX-License-Identifier: MIT */
/* Which kernel this is, to compare with the versions of the catalogue. */

#include "probe-version.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

unsigned version_number(const char *text)
{
	unsigned long parts[3] = { 0 };

	for (size_t i = 0; i < 3; i++) {
		char *end;

		parts[i] = strtoul(text, &end, 10);
		if (end == text || *end != '.')
			break;
		text = end + 1;
	}
	return (unsigned)(parts[0] * 1000000 + parts[1] * 1000 + (parts[2] < 999 ? parts[2] : 999));
}

static const struct utsname *running(void)
{
	static struct utsname system;

	if (system.release[0] == '\0')
		(void)uname(&system);
	return &system;
}

unsigned version_running(void)
{
	const char *debian = strstr(running()->version, "Debian "); /* "#1 SMP Debian 6.1.176-1 (2026-01-01)" */

	return version_number(debian ? debian + strlen("Debian ") : running()->release);
}

const char *version_text(void)
{
	return running()->release;
}
