/* SPDX-License-Identifier: MIT */
/* Where file systems of the kernel are mounted. */

#include "mounts.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>

bool mounts_cgroup2(char *ret, size_t size)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	bool found = false;

	if (!file)
		return false;
	while (!found && (entry = getmntent(file)))
		if (strcmp(entry->mnt_type, "cgroup2") == 0 && strlen(entry->mnt_dir) < size) {
			snprintf(ret, size, "%s", entry->mnt_dir);
			found = true;
		}
	endmntent(file);
	return found;
}
