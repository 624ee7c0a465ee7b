/* SPDX-License-Identifier: MIT */
/* The unified cgroup hierarchy. */

#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mounts.h"
#include "tidy.h"

#define DEPTH_MAX 32

bool cgroup_is_root(const char *path)
{
	return strcmp(path, "/") == 0;
}

static int find_mount(char *ret)
{
	return mounts_cgroup2(ret, CGROUP_PATH_MAX) ? 0 : -ENODEV;
}

/** The path below the mount, if it is below it. */
static int relative(const char *mount, const char *absolute, char *ret_path)
{
	size_t length = strlen(mount);

	if (strncmp(absolute, mount, length) != 0 || (absolute[length] && absolute[length] != '/'))
		return -EXDEV;
	snprintf(ret_path, CGROUP_PATH_MAX, "%s", absolute[length] ? absolute + length : "/");
	return 0;
}

int cgroup_open(const char *path, char *ret_path, uint64_t *ret_id)
{
	char mount[CGROUP_PATH_MAX], below[2 * CGROUP_PATH_MAX], resolved[PATH_MAX];
	autoclose int fd = -1;
	struct stat status;
	int r = find_mount(mount);

	if (r < 0)
		return r;
	/* As in /proc/PID/cgroup, or as in the file system. */
	snprintf(below, sizeof(below), "%s/%s", mount, path);
	if (!realpath(strncmp(path, mount, strlen(mount)) == 0 ? path : below, resolved))
		return -errno;
	r = relative(mount, resolved, ret_path);
	if (r < 0)
		return r;
	fd = open(resolved, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (ret_id)
		*ret_id = status.st_ino;
	return take_fd(&fd);
}

int cgroup_of_pid(pid_t pid, char *ret_path)
{
	char path[64], line[CGROUP_PATH_MAX];
	autofclose FILE *file = NULL;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	else
		snprintf(path, sizeof(path), "/proc/self/cgroup");
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		snprintf(ret_path, CGROUP_PATH_MAX, "%s", line + 3);
		return 0;
	}
	return -ENODEV;
}

/* ---- units ---- */

struct search {
	const char *name;
	char found[CGROUP_PATH_MAX];
	unsigned n_found;
};

static void look_below(struct search *search, const char *folder, const char *path, unsigned depth)
{
	autoclosedir DIR *directory = opendir(folder);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char below[CGROUP_PATH_MAX], below_path[CGROUP_PATH_MAX];

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    (size_t)snprintf(below, sizeof(below), "%s/%s", folder, entry->d_name) >= sizeof(below) ||
		    (size_t)snprintf(below_path, sizeof(below_path), "%s/%s", path, entry->d_name) >= sizeof(below_path))
			continue;
		if (strcmp(entry->d_name, search->name) == 0) {
			if (search->n_found++ == 0)
				memcpy(search->found, below_path, strlen(below_path) + 1);
		} else if (depth < DEPTH_MAX) {
			look_below(search, below, below_path, depth + 1);
		}
	}
}

int cgroup_of_unit(const char *unit, char *ret_path)
{
	char mount[CGROUP_PATH_MAX], name[NAME_MAX + 16];
	struct search search = { .name = name };
	int r = find_mount(mount);

	if (r < 0)
		return r;
	if (!*unit || strchr(unit, '/') || strlen(unit) > NAME_MAX)
		return -ENOENT;
	snprintf(name, sizeof(name), "%s%s", unit, strchr(unit, '.') ? "" : ".service");
	look_below(&search, mount, "", 0);
	if (search.n_found != 1)
		return search.n_found ? -ENOTUNIQ : -ENOENT;
	memcpy(ret_path, search.found, strlen(search.found) + 1);
	return 0;
}

/* ---- cgroups of ours ---- */

static int absolute(const char *path, char *ret, size_t size)
{
	char mount[CGROUP_PATH_MAX];
	int r = find_mount(mount);

	if (r < 0)
		return r;
	return (size_t)snprintf(ret, size, "%s%s", mount, path) < size ? 0 : -ENAMETOOLONG;
}

/** @return 0, -errno, -EEXIST: cgroup_remove_left() found it before it was locked */
static int lock_made(const char *full, int fd)
{
	struct stat made, there;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EEXIST : -errno;
	if (fstat(fd, &made) < 0)
		return -errno;
	return stat(full, &there) < 0 || there.st_ino != made.st_ino ? -EEXIST : 0;
}

int cgroup_make(const char *parent, const char *name, char *ret_path)
{
	char path[CGROUP_PATH_MAX], full[2 * CGROUP_PATH_MAX];
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", cgroup_is_root(parent) ? "" : parent, name) >= sizeof(path))
		return -ENAMETOOLONG;
	r = absolute(path, full, sizeof(full));
	if (r < 0)
		return r;
	if (mkdir(full, 0755) < 0)
		return -errno;
	autoclose int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		r = errno == ENOENT ? -EEXIST : -errno;
	else
		r = lock_made(full, fd);
	if (r < 0) {
		if (r != -EEXIST)
			rmdir(full);
		return r;
	}
	memcpy(ret_path, path, strlen(path) + 1);
	return take_fd(&fd);
}

int cgroup_enter(int cgroup_fd)
{
	autoclose int fd = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) < 0)
		return -errno;
	return 0;
}

bool cgroup_is_empty(int cgroup_fd)
{
	autoclose int fd = openat(cgroup_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	/* Removed by somebody: nothing is in it. */
	if (n < 0)
		return true;
	text[n] = '\0';
	return strstr(text, "populated 0") != NULL;
}

static int remove_folder(const char *folder, unsigned depth)
{
	autoclosedir DIR *directory = opendir(folder);
	struct dirent *entry;

	while (directory && depth < DEPTH_MAX && (entry = readdir(directory))) {
		char below[2 * CGROUP_PATH_MAX];

		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    (size_t)snprintf(below, sizeof(below), "%s/%s", folder, entry->d_name) < sizeof(below))
			remove_folder(below, depth + 1);
	}
	return rmdir(folder) < 0 && errno != ENOENT ? -errno : 0;
}

int cgroup_remove(const char *path)
{
	char full[2 * CGROUP_PATH_MAX];
	int r = absolute(path, full, sizeof(full));

	if (r < 0)
		return r;
	return cgroup_is_root(path) ? -EBUSY : remove_folder(full, 0);
}

static bool has_number(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] &&
	       strspn(name + length, "0123456789-") == strlen(name + length);
}

void cgroup_remove_left(const char *parent, const char *prefix)
{
	char folder[2 * CGROUP_PATH_MAX], path[3 * CGROUP_PATH_MAX];
	struct dirent *entry;

	if (absolute(parent, folder, sizeof(folder)) < 0)
		return;
	autoclosedir DIR *directory = opendir(folder);
	while (directory && (entry = readdir(directory))) {
		struct stat status;

		if (entry->d_type != DT_DIR || !has_number(entry->d_name, prefix))
			continue;
		autoclose int fd = openat(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &status) < 0 || status.st_uid != geteuid() ||
		    flock(fd, LOCK_EX | LOCK_NB) < 0 || !cgroup_is_empty(fd))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		remove_folder(path, 0);
	}
}

bool cgroup_is_below(const char *path, const char *parent)
{
	size_t length = strlen(parent);

	if (cgroup_is_root(parent))
		return true;
	return strncmp(path, parent, length) == 0 && (path[length] == '\0' || path[length] == '/');
}
