/* SPDX-License-Identifier: MIT */
/* The network namespace in which the facts are probed. */

#include "probe-world.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>

#include "sysctl.h"

enum { EXAMPLE_FD = 3, /* of the catalogue's examples that take a descriptor */
       KEPT_FD = 10 }; /* those kept here begin above it */

/** The namespaces that this process was in at first, and is in now; -1: not kept. */
static int first_namespace = -1, own_namespace = -1;

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -errno : 0;
}

static int raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/** Becomes root of a user namespace: only the own ids are mapped. */
static int enter_user_namespace(void)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();
	int r;

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	r = write_file("/proc/self/uid_map", map);
	if (r == 0)
		r = write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return r == 0 ? write_file("/proc/self/gid_map", map) : r;
}

static int enter_network_namespace(void)
{
	int r;

	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	r = raise_loopback();
	/* Ping sockets are for the groups named here alone. Without them they are named as not to be had. */
	if (r == 0)
		(void)write_file("/proc/sys/net/ipv4/ping_group_range", "0 0");
	/* A router may have any address as an anycast one. */
	if (r == 0)
		(void)write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	return r;
}

static bool is_own;

static int keep_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), kept;

	if (fd < 0)
		return -1;
	kept = fcntl(fd, F_DUPFD_CLOEXEC, KEPT_FD);
	close(fd);
	return kept;
}

int world_enter(void)
{
	int r;

	first_namespace = keep_namespace();
	r = enter_network_namespace();
	if (r == -EPERM) {
		r = enter_user_namespace();
		if (r == 0)
			r = enter_network_namespace();
	}
	is_own = r == 0;
	own_namespace = keep_namespace();
	return r;
}

int world_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol), error = errno;

	/* LLC, for one, is in the machine's first namespace alone: there is nothing to disturb by opening a socket. */
	if (fd >= 0 || error != EAFNOSUPPORT || !is_own || first_namespace < 0 || own_namespace < 0 ||
	    setns(first_namespace, CLONE_NEWNET) < 0) {
		errno = error;
		return fd;
	}
	fd = socket(family, type, protocol);
	error = errno;
	if (setns(own_namespace, CLONE_NEWNET) < 0)
		abort(); /* what follows is for nobody else's namespace */
	errno = error;
	return fd;
}

bool world_may_set(const struct sockopt_option *option)
{
	return is_own || (option->nature == SOCKOPT_SETTING && option->danger.kind == SOCKOPT_SAFE &&
			  !option->privilege.capabilities);
}

bool world_is_others(void)
{
	return !is_own;
}

int world_enter_another(int *ret_back)
{
	int back = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (back < 0)
		return -errno;
	if (unshare(CLONE_NEWNET) < 0) {
		int r = -errno;

		close(back);
		return r;
	}
	*ret_back = back;
	return 0;
}

void world_return(int back)
{
	(void)!setns(back, CLONE_NEWNET);
	close(back);
}

int world_enter_inner(void)
{
	int r = enter_user_namespace();

	return r == 0 ? enter_network_namespace() : r;
}

bool world_is_initial(void)
{
	unsigned long long numbers[3] = { 1, 1, 0 };
	char line[128] = "", *at = line;
	FILE *map = fopen("/proc/self/uid_map", "re");

	if (!map)
		return true; /* a kernel without user namespaces */
	if (!fgets(line, sizeof(line), map))
		*line = '\0';
	fclose(map);
	for (size_t i = 0; i < 3; i++)
		numbers[i] = strtoull(at, &at, 10);
	/* inside, outside, how many: all, as they are */
	return numbers[0] == 0 && numbers[1] == 0 && numbers[2] == UINT32_MAX;
}

int world_load_program(void)
{
	const struct bpf_insn all[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attributes = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER };
	int fd, r;

	attributes.insns = (uintptr_t)all;
	attributes.insn_cnt = sizeof(all) / sizeof(all[0]);
	attributes.license = (uintptr_t) "";
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	if (fd < 0)
		return -errno;
	r = fd == EXAMPLE_FD || dup2(fd, EXAMPLE_FD) == EXAMPLE_FD ? 0 : -errno;
	if (fd != EXAMPLE_FD)
		close(fd);
	return r;
}

/** What a sysctl of the whole machine was, before the own namespace hid it. */
static struct {
	const char *name;
	char text[64];
} remembered[16];
static size_t n_remembered;

void world_remember(const char *name)
{
	if (n_remembered < sizeof(remembered) / sizeof(remembered[0]) &&
	    sysctl_word(name, remembered[n_remembered].text, sizeof(remembered[0].text)) == 0)
		remembered[n_remembered++].name = name;
}

int world_sysctl(const char *name, char *ret, size_t size)
{
	int r = sysctl_word(name, ret, size);

	for (size_t i = 0; r == -ENOENT && i < n_remembered; i++)
		if (strcmp(remembered[i].name, name) == 0) {
			snprintf(ret, size, "%s", remembered[i].text);
			return 0;
		}
	return r;
}

int world_sysctl_number(const char *name, int64_t *ret)
{
	char word[64];
	char *end;
	int r = world_sysctl(name, word, sizeof(word));

	if (r < 0)
		return r;
	*ret = strtoll(word, &end, 10);
	return *end ? -EINVAL : 0;
}
