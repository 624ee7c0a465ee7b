/* SPDX-License-Identifier: MIT */
/* What the kernel counts while a load runs. */

#include "counts.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#include <tidy.h>

int64_t counts_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/** ns that it ran, ns that it waited, how often. @return false: a kernel without CONFIG_SCHED_INFO does not tell */
bool counts_read_schedule(FILE *file, struct counts_processor *ret)
{
	char line[128] = "", *end = line;

	if (!file || !fgets(line, sizeof(line), file))
		return false;
	ret->ran_ns = strtoull(line, &end, 10);
	ret->waited_ns = strtoull(end, NULL, 10);
	return true;
}

void counts_processor(struct counts_processor *ret)
{
	autofclose FILE *file = fopen("/proc/thread-self/schedstat", "re");
	struct timespec ran;

	if (counts_read_schedule(file, ret))
		return;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	ret->ran_ns = (uint64_t)ran.tv_sec * 1000000000 + (uint64_t)ran.tv_nsec;
	ret->waited_ns = 0;
}

/** The column of a heading in a line of words. @return -1: there is none */
static int column_of(const char *line, const char *heading)
{
	size_t length = strlen(heading);
	int column = 0;

	for (const char *at = line; *at; column++) {
		size_t word = strcspn(at, " \n");

		if (word == length && strncmp(at, heading, length) == 0)
			return column;
		at += word;
		at += strspn(at, " \n");
	}
	return -1;
}

uint64_t counts_read_retransmits(FILE *file)
{
	char headings[1024], values[1024];

	while (file && fgets(headings, sizeof(headings), file) && fgets(values, sizeof(values), file)) {
		int column = strncmp(headings, "Tcp: ", 5) == 0 ? column_of(headings, "RetransSegs") : -1;
		const char *at = values;

		if (column < 0)
			continue;
		for (; column > 0 && *at; column--) {
			at += strcspn(at, " \n");
			at += strspn(at, " \n");
		}
		return strtoull(at, NULL, 10);
	}
	return 0;
}

uint64_t counts_retransmits(void)
{
	autofclose FILE *file = fopen("/proc/thread-self/net/snmp", "re");

	return counts_read_retransmits(file);
}

void counts_read_devices(FILE *file, uint64_t *ret_received, uint64_t *ret_sent)
{
	char line[512];

	*ret_received = *ret_sent = 0;
	while (file && fgets(line, sizeof(line), file)) {
		char *at = strchr(line, ':');

		if (!at || strncmp(line + strspn(line, " "), "lo:", 3) == 0)
			continue;
		/* name: bytes packets errs drop fifo frame compressed multicast, and the same of what was sent */
		*ret_received += strtoull(at + 1, &at, 10);
		for (int i = 0; i < 7; i++)
			strtoull(at, &at, 10);
		*ret_sent += strtoull(at, NULL, 10);
	}
}

void counts_devices(uint64_t *ret_received, uint64_t *ret_sent)
{
	autofclose FILE *file = fopen("/proc/thread-self/net/dev", "re");

	counts_read_devices(file, ret_received, ret_sent);
}

uint64_t counts_memory(int fd)
{
	uint32_t memory[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(memory);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0)
		return 0;
	return (uint64_t)memory[SK_MEMINFO_RMEM_ALLOC] + memory[SK_MEMINFO_WMEM_QUEUED] +
	       memory[SK_MEMINFO_FWD_ALLOC] + memory[SK_MEMINFO_BACKLOG];
}

bool counts_path(int fd, struct counts_path *ret)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0 || info.tcpi_rtt == 0 ||
	    length < offsetof(struct tcp_info, tcpi_rttvar))
		return false;
	*ret = (struct counts_path){ (uint64_t)info.tcpi_rtt * 1000, info.tcpi_snd_wnd };
	return true;
}
