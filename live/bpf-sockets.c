/* SPDX-License-Identifier: MIT */
/* The kernel-side programs of the BPF engine. */

#include "bpf-sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <record.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <sockets.skel.h>
#pragma GCC diagnostic pop

#include "privilege.h"
#include "tidy.h"
#include "ticks.h"

struct bpf_sockets {
	struct sockets_bpf *skeleton;
	struct bpf_link *links[BPF_N_TABLES];
};

static int be_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static int refuse(struct bpf_refusal *refusal, const char *what, int error)
{
	*refusal = (struct bpf_refusal){ what, error };
	return -EOPNOTSUPP;
}

/* Marked for translation: a command says it. */
#define N_(text) text

static struct bpf_program *program_of(const struct sockets_bpf *skeleton, enum bpf_table table)
{
	switch (table) {
	case BPF_TABLE_TCP: return skeleton->progs.tell_tcp;
	case BPF_TABLE_UDP: return skeleton->progs.tell_udp;
	case BPF_TABLE_UNIX: return skeleton->progs.tell_unix;
	default: return skeleton->progs.tell_descriptors;
	}
}

static void fill(struct sockets_bpf *skeleton, const struct bpf_wish *wish)
{
	struct sockets_bpf__rodata *constants = skeleton->rodata;

	memcpy((void *)(uintptr_t)constants->filter, wish->filter->instructions, sizeof(wish->filter->instructions));
	constants->filter_length = (uint32_t)wish->filter->length;
	constants->filter_has_options = wish->filter->has_options;
	constants->holders_decide = wish->holders_decide;
	constants->wanted_blocks = wish->blocks;
	constants->hz = ticks_per_second();
	for (unsigned int i = 0; i < BPF_N_TABLES; i++)
		bpf_program__set_autoload(program_of(skeleton, (enum bpf_table)i), wish->tables >> i & 1);
}

static int attach(struct bpf_sockets *programs, uint32_t tables)
{
	for (unsigned int i = 0; i < BPF_N_TABLES; i++) {
		if (!(tables >> i & 1))
			continue;
		programs->links[i] = bpf_program__attach_iter(program_of(programs->skeleton, (enum bpf_table)i), NULL);
		if (!programs->links[i])
			return -errno;
	}
	return 0;
}

int bpf_sockets_load(const struct bpf_wish *wish, struct bpf_sockets **ret, struct bpf_refusal *ret_refusal)
{
	struct bpf_sockets *programs;
	int r;

	if (!wish->filter || wish->filter->length == 0)
		return refuse(ret_refusal, N_("it was given no filter"), EINVAL);
	privilege_set_bpf(CAP_EFFECTIVE, CAP_SET);
	if (!privilege_for_bpf())
		return refuse(ret_refusal, N_("it needs CAP_BPF and CAP_PERFMON"), EPERM);
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return refuse(ret_refusal, N_("this kernel tells no types of its own (/sys/kernel/btf/vmlinux)"), errno);
	libbpf_set_print(be_silent);
	programs = calloc(1, sizeof(*programs));
	if (!programs)
		return refuse(ret_refusal, N_("memory is short"), ENOMEM);
	programs->skeleton = sockets_bpf__open();
	if (!programs->skeleton) {
		r = errno;
		free(programs);
		return refuse(ret_refusal, N_("its programs cannot be opened"), r);
	}
	fill(programs->skeleton, wish);
	r = sockets_bpf__load(programs->skeleton);
	if (r == 0)
		r = attach(programs, wish->tables);
	/* All that loading alone needs is given up; what is left in the permitted set is for another look. */
	privilege_set_bpf(CAP_EFFECTIVE, CAP_CLEAR);
	if (wish->is_last)
		privilege_set_bpf(CAP_PERMITTED, CAP_CLEAR);
	if (r < 0) {
		bpf_sockets_free(programs);
		return refuse(ret_refusal, N_("this kernel does not take its programs"), -r);
	}
	*ret = programs;
	return 0;
}

void bpf_sockets_free(struct bpf_sockets *programs)
{
	if (!programs)
		return;
	for (size_t i = 0; i < BPF_N_TABLES; i++)
		bpf_link__destroy(programs->links[i]);
	sockets_bpf__destroy(programs->skeleton);
	free(programs);
}

int bpf_sockets_open(struct bpf_sockets *programs, enum bpf_table table)
{
	int fd;

	if (!programs->links[table])
		return -ENOENT;
	fd = bpf_iter_create(bpf_link__fd(programs->links[table]));
	/* Before 5.19 every call of bpf(2) needed them. */
	if (fd < 0 && errno == EPERM) {
		privilege_set_bpf(CAP_EFFECTIVE, CAP_SET);
		fd = bpf_iter_create(bpf_link__fd(programs->links[table]));
		privilege_set_bpf(CAP_EFFECTIVE, CAP_CLEAR);
	}
	return fd < 0 ? -errno : fd;
}

ssize_t bpf_sockets_read(int fd, void *buffer)
{
	ssize_t n;

	do
		n = read(fd, buffer, BPF_BUFFER_SIZE);
	while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n < 0 ? -errno : n;
}
