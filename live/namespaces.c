/* SPDX-License-Identifier: MIT */
/* The network namespaces that processes live in. */

#include "namespaces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "failure.h"
#include "process.h"
#include "tidy.h"

struct walk {
	int (*each)(void *arg, uint64_t netns);
	void *arg;
	uint64_t *met;
	size_t n, room;
	int own;
	bool *hidden;
};

/** @return 1 if it is new, 0, or -ENOMEM */
static int meet(struct walk *walk, uint64_t netns)
{
	for (size_t i = 0; i < walk->n; i++)
		if (walk->met[i] == netns)
			return 0;
	if (walk->n == walk->room) {
		size_t room = walk->room ? walk->room * 2 : 16;
		uint64_t *grown = realloc(walk->met, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		walk->met = grown;
		walk->room = room;
	}
	walk->met[walk->n++] = netns;
	return 1;
}

/** A namespace that was not entered. @return 0: the others are looked at all the same */
static int visit_failed(struct walk *walk, int r)
{
	if (failure_is_machine(r))
		return r;
	if (failure_is_permission(r))
		*walk->hidden = true;
	return 0;
}

static int visit(void *arg, pid_t pid)
{
	struct walk *walk = arg;
	struct stat status;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	if (stat(path, &status) < 0) {
		*walk->hidden |= failure_is_permission(-errno);
		return failure_is_machine(-errno) ? -errno : 0;
	}
	r = meet(walk, status.st_ino);
	if (r <= 0)
		return r;
	autoclose int theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (theirs < 0 || fstat(theirs, &status) < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return visit_failed(walk, -errno);
	r = walk->each(walk->arg, status.st_ino);
	namespaces_return(walk->own);
	return r;
}

int namespaces_each(int (*each)(void *arg, uint64_t netns), void *arg, bool *ret_hidden)
{
	struct walk walk = { .each = each, .arg = arg, .hidden = ret_hidden };
	struct stat status;
	int r;

	autoclose int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || fstat(own, &status) < 0)
		return -errno;
	walk.own = own;
	r = meet(&walk, status.st_ino);
	if (r > 0)
		r = each(arg, status.st_ino);
	if (r == 0)
		r = process_each(visit, &walk);
	free(walk.met);
	return r;
}

static uint64_t inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_ino : 0;
}

uint64_t namespaces_own(void)
{
	return inode_of("/proc/self/ns/net");
}

struct namespaces_names {
	struct name {
		uint64_t netns;
		char text[NAME_MAX + 1];
	} * list;
	size_t n;
};

struct namespaces_names *namespaces_names_new(void)
{
	autoclosedir DIR *folder = opendir("/run/netns");
	struct namespaces_names *names = calloc(1, sizeof(*names));
	const struct dirent *entry;

	while (folder && names && (entry = readdir(folder))) {
		struct name *grown, name;
		char path[NAME_MAX + 32];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name.text, sizeof(name.text), "%s", entry->d_name);
		snprintf(path, sizeof(path), "/run/netns/%s", name.text);
		name.netns = inode_of(path);
		grown = realloc(names->list, (names->n + 1) * sizeof(*grown));
		if (!grown)
			break;
		names->list = grown;
		names->list[names->n++] = name;
	}
	return names;
}

const char *namespaces_name(const struct namespaces_names *names, uint64_t netns)
{
	for (size_t i = 0; names && i < names->n; i++)
		if (names->list[i].netns == netns)
			return names->list[i].text;
	return NULL;
}

void namespaces_names_free(struct namespaces_names *names)
{
	if (!names)
		return;
	free(names->list);
	free(names);
}

pid_t namespaces_holder(const struct facts *facts)
{
	char path[64];

	for (size_t i = 0; facts->netns && i < facts->n_holders; i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)facts->holders[i].pid);
		if (inode_of(path) == facts->netns)
			return facts->holders[i].pid;
	}
	return 0;
}

int namespaces_enter(pid_t pid, int *ret_back)
{
	char path[64];

	autoclose int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	autoclose int theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (theirs < 0)
		return -errno;
	if (setns(theirs, CLONE_NEWNET) < 0)
		return -errno;
	*ret_back = take_fd(&own);
	return 0;
}

void namespaces_return(int own)
{
	/* It needs memory. */
	for (int tries = 0; setns(own, CLONE_NEWNET) < 0; tries++)
		if (tries == 9)
			abort(); /* we would look at another namespace than we say */
}

void namespaces_leave(int back)
{
	namespaces_return(back);
	close(back);
}

void namespaces_interface(unsigned int index, char ret[static 16])
{
	if (!if_indextoname(index, ret))
		snprintf(ret, 16, "%u", index);
}

/** The number behind a word of /proc/net/sockstat or sockstat6; -1 if it is not there. */
static long read_inuse(const char *path, const char *format)
{
	autofclose FILE *file = fopen(path, "re");
	char line[256];
	long number = -1;

	while (file && number < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, format, strlen(format)) == 0)
			number = strtol(line + strlen(format), NULL, 10);
	return number;
}

long namespaces_tcp_sockets(void)
{
	long ipv4 = read_inuse("/proc/thread-self/net/sockstat", "TCP: inuse ");
	long ipv6 = read_inuse("/proc/thread-self/net/sockstat6", "TCP6: inuse ");

	return ipv4 < 0 ? -1 : ipv4 + (ipv6 > 0 ? ipv6 : 0);
}
