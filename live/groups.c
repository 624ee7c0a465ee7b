/* SPDX-License-Identifier: MIT */
/* Multicast groups. A socket does not list its own; but it says of a group that one names whether it is in it. */

#include "groups.h"

#include <calc.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "namespaces.h"
#include "tidy.h"

#define GROUPS_MAX 512
#define TEXT_MAX 32768

/** The groups follow their interface: "2\teth0 : ...", then lines that begin with tabs, "\t\t\t\tFB0000E0 ...". */
size_t groups_read(const char *text, struct group *ret, size_t max)
{
	unsigned long ifindex = 0;
	size_t n = 0;

	while (*text) {
		const char *next = strchr(text, '\n');
		const char *word = text + strspn(text, "\t ");
		char *end;
		unsigned long number = strtoul(word, &end, word == text ? 10 : 16);

		if (end != word && word == text)
			ifindex = number;
		/* The address is printed as the number that its bytes in network order are on this machine. */
		else if (end != word && ifindex && ifindex <= INT32_MAX && number <= UINT32_MAX && n < max)
			ret[n++] = (struct group){ (unsigned int)ifindex, { (in_addr_t)number } };
		if (!next)
			break;
		text = next + 1;
	}
	return n;
}

static int read_list(pid_t pid, struct group *ret, size_t max, size_t *ret_n)
{
	char text[TEXT_MAX], path[64];
	size_t used = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/net/igmp", (int)pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		n = read(fd, text + used, TEXT_MAX - 1 - used);
		if (n < 0)
			return -errno;
		used += (size_t)n;
	} while (n > 0 && used < TEXT_MAX - 1);
	text[used] = '\0';
	*ret_n = groups_read(text, ret, max);
	return 0;
}

/** @return 1, 0, or -errno */
static int is_in(int fd, const struct sockopt_option *option, const struct group *group)
{
	struct group_filter filter = { .gf_interface = group->ifindex };
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = group->address };
	socklen_t length = sizeof(filter);

	memcpy(&filter.gf_group, &address, sizeof(address));
	if (getsockopt(fd, option->level->number, option->number, &filter, &length) == 0)
		return 1;
	return errno == EADDRNOTAVAIL ? 0 : -errno;
}

int groups_count(struct live_socket *socket, int64_t *ret_joined, int64_t *ret_others)
{
	const struct sockopt_option *option = calc_option(SOCKOPT_ROLE_MULTICAST_FILTER);
	struct group groups[GROUPS_MAX];
	int64_t joined = 0, others = 0;
	pid_t pid = namespaces_holder(&socket->facts);
	int fd = live_descriptor(socket), r;
	size_t n = 0;

	if (fd < 0)
		return fd;
	if (!pid || !option)
		return -EPERM;
	r = read_list(pid, groups, GROUPS_MAX, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (groups[i].address.s_addr == htonl(INADDR_ALLHOSTS_GROUP))
			continue;
		r = is_in(fd, option, &groups[i]);
		joined += r == 1;
		others += r == 0;
	}
	if (r < 0)
		return r;
	*ret_joined = joined;
	*ret_others = others;
	return 0;
}
