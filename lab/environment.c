/* SPDX-License-Identifier: MIT */
/* On what an experiment ran. */

#include "environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tidy.h>

/** The processor's name; other architectures than x86 often have none. */
static void read_processor(char *ret, size_t size)
{
	autofclose FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	*ret = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		const char *colon = strchr(line, ':');

		if (!colon || strncmp(line, "model name", 10) != 0)
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		snprintf(ret, size, "%.*s", (int)strcspn(colon, "\n"), colon);
		return;
	}
}

void environment_read(struct environment *room, struct experiment_environment *ret)
{
	time_t now = time(NULL);
	struct tm parts;

	*room = (struct environment){ 0 };
	uname(&room->system);
	snprintf(room->kernel, sizeof(room->kernel), "%s %s", room->system.sysname, room->system.release);
	read_processor(room->processor, sizeof(room->processor));
	if (gmtime_r(&now, &parts))
		strftime(room->begun, sizeof(room->begun), "%Y-%m-%dT%H:%M:%SZ", &parts);
	ret->kernel = room->kernel;
	ret->machine = room->system.machine;
	ret->processor = *room->processor ? room->processor : NULL;
	ret->begun = room->begun;
	ret->n_processors = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	if (getloadavg(&ret->load_average, 1) != 1)
		ret->load_average = 0;
}

int environment_read_sysctl(const char *assignment, char *ret_path, size_t size, const char **ret_value)
{
	static const char folder[] = "/proc/sys/";
	size_t base = sizeof(folder) - 1, length = strcspn(assignment, "=");

	/* What is not of the network would be the whole system's. */
	if (!assignment[length] || strncmp(assignment, "net.", 4) != 0 || base + length >= size)
		return -EINVAL;
	memcpy(ret_path, folder, base);
	for (size_t i = 0; i < length; i++) {
		if (assignment[i] == '/' || (i && assignment[i] == '.' && assignment[i - 1] == '.'))
			return -EINVAL;
		ret_path[base + i] = assignment[i] == '.' ? '/' : assignment[i];
	}
	ret_path[base + length] = '\0';
	*ret_value = assignment + length + 1;
	return 0;
}

int environment_set_sysctl(const char *assignment)
{
	char path[256];
	const char *value;
	int r = environment_read_sysctl(assignment, path, sizeof(path), &value);

	if (r < 0)
		return r;
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

void environment_forget_paths(void)
{
	/*
	 * Since Linux 3.6 slow start threshold and round trip of a peer outlive the connection (tcp_metrics.c). Where
	 * it cannot be set, the order of the runs still spreads that over all variants.
	 */
	environment_set_sysctl("net.ipv4.tcp_no_metrics_save=1");
}
