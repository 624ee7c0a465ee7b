/* SPDX-License-Identifier: MIT */
/* The processes of the machine, as /proc shows them to us. */

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tidy.h"

static bool all_digits(const char *text)
{
	for (; *text; text++)
		if (*text < '0' || *text > '9')
			return false;
	return true;
}

int process_each(int (*each)(void *arg, pid_t pid), void *arg)
{
	autoclosedir DIR *proc = opendir("/proc");
	struct dirent *entry;
	int r = 0;

	if (!proc)
		return -errno;
	while (r == 0 && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && all_digits(entry->d_name))
			r = each(arg, (pid_t)strtol(entry->d_name, NULL, 10));
	return r;
}

ssize_t process_file(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, ret, size - 1);
	if (length < 0)
		return -errno;
	ret[length] = '\0';
	return length;
}

/** The path in the unified hierarchy ("0::/..."), or else in the first one that is not the root. */
static char *read_cgroup(pid_t pid)
{
	char text[4096];
	char *rest = text, *line, *best = NULL;

	if (process_file(pid, "cgroup", text, sizeof(text)) < 0)
		return NULL;
	while ((line = strsep(&rest, "\n"))) {
		char *path = strchr(line, ':');

		path = path ? strchr(path + 1, ':') : NULL;
		if (!path)
			continue;
		if (strncmp(line, "0::", 3) == 0 && strcmp(path + 1, "/") != 0)
			return strdup(path + 1);
		if (!best || strcmp(best, "/") == 0)
			best = path + 1;
	}
	return best ? strdup(best) : NULL;
}

int process_read(pid_t pid, struct process *ret)
{
	char path[64];
	char name[80];
	struct stat status;
	ssize_t length = process_file(pid, "comm", name, sizeof(name));

	if (length == -EMFILE || length == -ENFILE)
		return (int)length;
	if (length < 0)
		return -ESRCH;
	if (length > 0 && name[length - 1] == '\n')
		name[length - 1] = '\0';

	*ret = (struct process){ .pid = pid };
	snprintf(ret->name, sizeof(ret->name), "%.31s", name);
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	if (stat(path, &status) < 0)
		return -ESRCH;
	ret->uid = status.st_uid;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	if (stat(path, &status) == 0)
		ret->netns = status.st_ino;
	ret->cgroup = read_cgroup(pid);
	return 0;
}

int process_each_socket(pid_t pid, int (*each)(void *arg, int fd, uint64_t inode), void *arg)
{
	char path[64];
	struct dirent *entry;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	autoclosedir DIR *fds = opendir(path);
	if (!fds)
		return errno == EACCES || errno == EPERM ? -EACCES : errno == ENOENT ? -ESRCH :
										       -errno;

	errno = 0;
	while (r == 0 && (entry = readdir(fds))) {
		static const char prefix[] = "socket:[";
		char link[64];
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);
		if (length < 0 && errno == EACCES)
			return -EACCES;
		if (length < (ssize_t)sizeof(prefix) || strncmp(link, prefix, sizeof(prefix) - 1) != 0)
			continue;
		link[length] = '\0';
		r = each(arg, (int)strtol(entry->d_name, NULL, 10), strtoull(link + sizeof(prefix) - 1, NULL, 10));
	}
	return r;
}

pid_t process_group(pid_t tid)
{
	char text[4096];
	const char *line;

	if (process_file(tid, "status", text, sizeof(text)) < 0)
		return tid;
	line = strstr(text, "\nTgid:");
	return line ? (pid_t)strtol(line + strlen("\nTgid:"), NULL, 10) : tid;
}
