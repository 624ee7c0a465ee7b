/* SPDX-License-Identifier: MIT */
/* The processes of the machine, as /proc shows them to us. */
#ifndef LIVE_PROCESS_H
#define LIVE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid;
	uid_t uid;
	char name[32];  /* comm; the kernel cuts it at 15, or 63 for kernel threads */
	char *cgroup;   /* path; owned by the table that holds the process */
	uint64_t netns; /* inode of its network namespace, 0 if not readable */
};

/**
 * @brief Calls each for every process, in the order of /proc.
 * @return 0, a non-zero result of each, or -errno if /proc cannot be read
 */
int process_each(int (*each)(void *arg, pid_t pid), void *arg);

/** Reads a small file of /proc/PID as a string: what has no room is cut. @return its length, or -errno */
ssize_t process_file(pid_t pid, const char *name, char *ret, size_t size);

/**
 * @brief The path of /proc/PID/cgroup: in the unified hierarchy ("0::/..."), or else in the first that is not the root.
 * @return a part of text, which is cut into lines; NULL: there is none
 */
const char *process_cgroup(char *text);

/** Fills in what /proc/PID says. @return 0, -ESRCH if it is gone, -EMFILE, -ENFILE */
int process_read(pid_t pid, struct process *ret);

/** The same of ourselves: in a pid namespace, /proc may be that of another, where our number is somebody else's. */
int process_read_self(struct process *ret);

/** The process that a thread belongs to; the thread's own number if it is gone. */
pid_t process_group(pid_t tid);

/**
 * @brief Calls each for every socket that a process has open.
 * @return 0, a non-zero result of each, -ESRCH (gone), -EACCES (its descriptors cannot be seen by us)
 */
int process_each_socket(pid_t pid, int (*each)(void *arg, int fd, uint64_t inode), void *arg);

#endif
