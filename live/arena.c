/* SPDX-License-Identifier: MIT */
/* A network namespace of our own. */

#include "arena.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tidy.h"

static int write_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int become_root_inside(uid_t uid, gid_t gid)
{
	char text[64];
	int r;

	snprintf(text, sizeof(text), "0 %u 1", uid);
	r = write_file("/proc/self/uid_map", text);
	if (r < 0)
		return r;
	write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", text);
}

static int bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return -errno;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/** With rights over a network namespace of its own, whatever rights we have here. */
static int enter_as_root_inside(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	int r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	r = become_root_inside(uid, gid);
	return r < 0 ? r : bring_up_loopback();
}

int arena_enter(void)
{
	autoclose int before = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	if (unshare(CLONE_NEWNET) < 0)
		return enter_as_root_inside();
	r = bring_up_loopback();
	/* CAP_SYS_ADMIN makes namespaces, CAP_NET_ADMIN alone brings interfaces up. */
	if (r == -EPERM)
		r = enter_as_root_inside();
	if (r < 0)
		setns(before, CLONE_NEWNET);
	return r;
}
