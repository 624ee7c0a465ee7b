/* SPDX-License-Identifier: MIT */
/* The unified cgroup hierarchy (version 2), wherever it is mounted. Paths begin with '/' and are relative to it. */
#ifndef LIVE_CGROUP_H
#define LIVE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_PATH_MAX 4096

/** Is this the root of the hierarchy, in which every process is? */
bool cgroup_is_root(const char *path);

/**
 * @brief Opens the folder of a cgroup.
 * @param path with or without the mount before it
 * @param ret_path CGROUP_PATH_MAX bytes: without the mount
 * @param ret_id what the kernel calls it by; may be NULL
 * @return a descriptor, -ENOENT, -ENOTDIR, -EXDEV (outside of the hierarchy), -ENODEV (there is no hierarchy)
 */
int cgroup_open(const char *path, char *ret_path, uint64_t *ret_id);

/** The cgroup of a process; 0: ours. @return 0, -ESRCH, -ENODEV (it has none of version 2) */
int cgroup_of_pid(pid_t pid, char *ret_path);

/**
 * @brief The cgroup of a systemd unit, by the folder's name (".service" is added to a name without a dot).
 * @return 0, -ENOENT, -ENOTUNIQ (several have this name), -ENODEV
 */
int cgroup_of_unit(const char *unit, char *ret_path);

/**
 * @brief Makes a cgroup of ours below another one.
 *
 * It is locked (flock(2)) for as long as the descriptor, or one that was inherited, is open: so that it can be told
 * from one whose maker was killed.
 *
 * @param ret_path CGROUP_PATH_MAX bytes
 * @return a descriptor, or -errno of mkdir(2): -EEXIST
 */
int cgroup_make(const char *parent, const char *name, char *ret_path);

/** Removes what cgroup_make() made here by names of this prefix and a number, and nobody has locked or is in. */
void cgroup_remove_left(const char *parent, const char *prefix);

/** Moves the calling process. @return 0 or -errno: -EACCES, -EPERM, -EBUSY (processes may not stand there) */
int cgroup_enter(int cgroup_fd);

/** Is no process in it, nor below it? */
bool cgroup_is_empty(int cgroup_fd);

/** Removes it with the empty cgroups below it. @return 0 or -errno: -EBUSY */
int cgroup_remove(const char *path);

/** Is a path the same as, or below another one? */
bool cgroup_is_below(const char *path, const char *parent);

#endif
