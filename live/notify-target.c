/* SPDX-License-Identifier: MIT */
/* Into the process that makes a call: its descriptors, its memory, its rights. */

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "notify.h"
#include "process.h"
#include "tidy.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

/** Of a thread where the kernel can (its descriptors may be its own), else of its process. */
static int open_pidfd(pid_t tid)
{
	int fd = pidfd_open(tid, PIDFD_THREAD);

	if (fd >= 0 || errno != EINVAL)
		return fd < 0 ? -errno : fd;
	fd = pidfd_open(process_group(tid), 0);
	return fd < 0 ? -errno : fd;
}

int notify_open_target(const struct notify *notify, struct notify_call *call)
{
	if (call->pidfd >= 0)
		return 0;
	call->pidfd = open_pidfd(call->tid);
	if (call->pidfd < 0)
		return call->pidfd == -ESRCH ? -ENOENT : call->pidfd;
	/* Only now it is certain that the number was still that of the caller. */
	return notify_is_valid(notify, call) ? 0 : -ENOENT;
}

int notify_borrow(const struct notify *notify, const struct notify_call *call, int their_fd, int *ret_fd)
{
	struct stat status;
	autoclose int fd = pidfd_getfd(call->pidfd, their_fd, 0);

	if (fd < 0)
		return notify_is_valid(notify, call) ? -errno : -ENOENT;
	if (fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	*ret_fd = take_fd(&fd);
	return 0;
}

int notify_read(const struct notify *notify, const struct notify_call *call, uint64_t address, void *ret, size_t size)
{
	struct iovec to = { ret, size };
	struct iovec from = { (void *)(uintptr_t)address, size };
	ssize_t n = process_vm_readv(call->tid, &to, 1, &from, 1, 0);

	/* The number could be another's while it was read. */
	if (!notify_is_valid(notify, call))
		return -ENOENT;
	return n == (ssize_t)size ? 0 : -EFAULT;
}

int notify_write(const struct notify *notify, const struct notify_call *call, uint64_t address, const void *bytes,
		 size_t size)
{
	char path[48];

	/* The open file is the memory of the caller for good, whoever has its number later: look first, then write. */
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)call->tid);
	autoclose int memory = open(path, O_RDWR | O_CLOEXEC);
	if (memory < 0 || !notify_is_valid(notify, call))
		return -ENOENT;
	return pwrite(memory, bytes, size, (off_t)address) == (ssize_t)size ? 0 : -EFAULT;
}

/* ---- rights ---- */

/** What decides on a socket's making: who it belongs to, what it may, where it is made. */
struct rights {
	unsigned uid, gid; /* effective, which is also that of files */
	char capabilities[32];
	char cgroup[1024];
	ino_t network, user;
};

static struct rights own;
static bool is_switched;

static int read_namespace(pid_t tid, const char *name, ino_t *ret)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)tid, name);
	if (stat(path, &status) < 0)
		return -errno;
	*ret = status.st_ino;
	return 0;
}

/** The second number of a line such as "Uid: real effective saved file". */
static bool take_effective(const char *text, const char *name, unsigned *ret)
{
	const char *line = strstr(text, name);
	char *end;

	if (!line)
		return false;
	(void)strtoul(line + strlen(name), &end, 10);
	*ret = (unsigned)strtoul(end, &end, 10);
	return true;
}

static int read_rights(pid_t tid, struct rights *ret)
{
	char text[4096];
	const char *capabilities;
	ssize_t length;
	int r;

	memset(ret, 0, sizeof(*ret));
	length = process_file(tid, "status", text, sizeof(text));
	if (length < 0)
		return (int)length;
	capabilities = strstr(text, "\nCapEff:");
	if (!capabilities || !take_effective(text, "\nUid:", &ret->uid) || !take_effective(text, "\nGid:", &ret->gid))
		return -EPERM;
	snprintf(ret->capabilities, sizeof(ret->capabilities), "%.25s", capabilities + 1);
	r = read_namespace(tid, "net", &ret->network);
	if (r == 0)
		r = read_namespace(tid, "user", &ret->user);
	if (r < 0)
		return r;
	length = process_file(tid, "cgroup", ret->cgroup, sizeof(ret->cgroup));
	return length < 0 ? (int)length : 0;
}

void notify_init_rights(void)
{
	if (read_rights(getpid(), &own) < 0)
		memset(&own, 0, sizeof(own));
}

/** Of this thread alone: setresuid(3) would change all. */
static int switch_to(unsigned uid, unsigned gid)
{
	if (syscall(SYS_setresgid, -1, gid, -1) < 0)
		return -errno;
	if (syscall(SYS_setresuid, -1, uid, -1) == 0)
		return 0;
	syscall(SYS_setresgid, -1, own.gid, -1);
	return -EPERM;
}

int notify_enter_rights(const struct notify *notify, const struct notify_call *call)
{
	struct rights theirs;
	char cgroup[sizeof(own.cgroup)];

	if (read_rights(call->tid, &theirs) < 0 || !notify_is_valid(notify, call) ||
	    process_file(getpid(), "cgroup", cgroup, sizeof(cgroup)) < 0)
		return -EPERM;
	if (theirs.network != own.network || theirs.user != own.user || strcmp(theirs.cgroup, cgroup) != 0)
		return -EPERM;
	if (theirs.uid == own.uid && theirs.gid == own.gid && strcmp(theirs.capabilities, own.capabilities) == 0)
		return 0;
	/* Without uid 0 our capabilities are gone until we are back: nothing is done that the caller may not do. */
	if (own.uid != 0 || theirs.uid == 0 || switch_to(theirs.uid, theirs.gid) < 0)
		return -EPERM;
	is_switched = true;
	return 0;
}

void notify_leave_rights(void)
{
	if (!is_switched)
		return;
	is_switched = false;
	if (syscall(SYS_setresuid, -1, own.uid, -1) < 0 || syscall(SYS_setresgid, -1, own.gid, -1) < 0)
		abort(); /* another process takes over, with all its rights */
}
