/* SPDX-License-Identifier: MIT */
/* The processes of the machine, as /proc shows them to us. */

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"
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
	while (r == 0 && (errno = 0, entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && all_digits(entry->d_name))
			r = each(arg, (pid_t)strtol(entry->d_name, NULL, 10));
	/* A listing that broke off is not one of all. */
	return r ? r : -errno;
}

static ssize_t read_file(const char *path, char *ret, size_t size)
{
	ssize_t length;

	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, ret, size - 1);
	if (length < 0)
		return -errno;
	ret[length] = '\0';
	return length;
}

ssize_t process_file(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return read_file(path, ret, size);
}

const char *process_cgroup(char *text)
{
	char *rest = text, *line, *best = NULL;

	while ((line = strsep(&rest, "\n"))) {
		char *path = strchr(line, ':');

		path = path ? strchr(path + 1, ':') : NULL;
		if (!path)
			continue;
		if (strncmp(line, "0::", 3) == 0 && strcmp(path + 1, "/") != 0)
			return path + 1;
		if (!best || strcmp(best, "/") == 0)
			best = path + 1;
	}
	return best;
}

/** ret: NULL if there is none. @return 0 or -errno */
static int read_cgroup(const char *folder, char **ret)
{
	char path_of_it[64], text[4096];
	const char *path;
	ssize_t length;

	snprintf(path_of_it, sizeof(path_of_it), "%s/cgroup", folder);
	length = read_file(path_of_it, text, sizeof(text));
	*ret = NULL;
	if (length < 0)
		return length == -ENOENT || length == -ESRCH ? 0 : (int)length;
	path = process_cgroup(text);
	*ret = path ? strdup(path) : NULL;
	return path && !*ret ? -ENOMEM : 0;
}

/** A process that ended while we looked: -ESRCH, however the kernel says it. */
static int as_ended(int r)
{
	return r == -ENOENT ? -ESRCH : r;
}

static int read_folder(const char *folder, pid_t pid, struct process *ret)
{
	char path[64];
	char name[80];
	struct stat status;
	ssize_t length;

	snprintf(path, sizeof(path), "%s/comm", folder);
	length = read_file(path, name, sizeof(name));
	if (length < 0)
		return as_ended((int)length);
	if (length > 0 && name[length - 1] == '\n')
		name[length - 1] = '\0';

	*ret = (struct process){ .pid = pid };
	snprintf(ret->name, sizeof(ret->name), "%.31s", name);
	if (stat(folder, &status) < 0)
		return as_ended(-errno);
	ret->uid = status.st_uid;
	snprintf(path, sizeof(path), "%s/ns/net", folder);
	if (stat(path, &status) == 0)
		ret->netns = status.st_ino;
	else if (failure_is_machine(-errno))
		return -errno;
	return as_ended(read_cgroup(folder, &ret->cgroup));
}

int process_read(pid_t pid, struct process *ret)
{
	char folder[32];

	snprintf(folder, sizeof(folder), "/proc/%d", (int)pid);
	return read_folder(folder, pid, ret);
}

int process_read_self(struct process *ret)
{
	return read_folder("/proc/self", getpid(), ret);
}

int process_each_socket(pid_t pid, int (*each)(void *arg, int fd, uint64_t inode), void *arg)
{
	char path[64];
	struct dirent *entry;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	autoclosedir DIR *fds = opendir(path);
	if (!fds)
		return errno == EPERM ? -EACCES : as_ended(-errno);

	while (r == 0 && (errno = 0, entry = readdir(fds))) {
		static const char prefix[] = "socket:[";
		char link[64];
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);
		if (length < 0 && failure_is_permission(-errno))
			return -EACCES;
		if (length < 0 && failure_is_machine(-errno))
			return -errno;
		if (length < (ssize_t)sizeof(prefix) || strncmp(link, prefix, sizeof(prefix) - 1) != 0)
			continue;
		link[length] = '\0';
		r = each(arg, (int)strtol(entry->d_name, NULL, 10), strtoull(link + sizeof(prefix) - 1, NULL, 10));
	}
	return r ? r : as_ended(-errno);
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
