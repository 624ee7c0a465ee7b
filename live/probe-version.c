/* SPDX-License-Identifier: MIT */
/* Which kernel this is, to compare with the versions of the catalogue. */

#include "probe-version.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

unsigned version_number(const char *text)
{
	unsigned major = 0, minor = 0, patch = 0;

	(void)!sscanf(text, "%u.%u.%u", &major, &minor, &patch);
	return major * 1000000 + minor * 1000 + (patch < 999 ? patch : 999);
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
