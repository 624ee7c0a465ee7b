/* SPDX-License-Identifier: MIT */
/* The kernel-side programs of the BPF engine. */

#include "bpf-sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

#include "bpf-load.h"
#include "tidy.h"
#include "ticks.h"

struct bpf_sockets {
	struct sockets_bpf *skeleton;
	struct bpf_link *links[BPF_N_TABLES];
};

/* Marked for translation: a command says it. */
#define N_(text) text

/** reads_values: that which reads the values of sockets that nobody holds, too. */
static struct bpf_program *program_of(const struct sockets_bpf *skeleton, enum bpf_table table, bool reads_values)
{
	switch (table) {
	case BPF_TABLE_TCP: return reads_values ? skeleton->progs.tcp_values : skeleton->progs.tell_tcp;
	case BPF_TABLE_UDP: return reads_values ? skeleton->progs.udp_values : skeleton->progs.tell_udp;
	case BPF_TABLE_UNIX: return reads_values ? skeleton->progs.unix_values : skeleton->progs.tell_unix;
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
	constants->own_descriptors = wish->own;
	constants->hz = ticks_per_second();
	for (unsigned int i = 0; i < BPF_N_TABLES; i++) {
		enum bpf_table table = (enum bpf_table)i;

		bpf_program__set_autoload(program_of(skeleton, table, !wish->unheld_values), false);
		bpf_program__set_autoload(program_of(skeleton, table, wish->unheld_values), wish->tables >> i & 1);
	}
}

static int attach(struct bpf_sockets *programs, const struct bpf_wish *wish)
{
	for (unsigned int i = 0; i < BPF_N_TABLES; i++) {
		if (!(wish->tables >> i & 1))
			continue;
		programs->links[i] = bpf_program__attach_iter(
			program_of(programs->skeleton, (enum bpf_table)i, wish->unheld_values), NULL);
		if (!programs->links[i])
			return -errno;
	}
	return 0;
}

struct loading {
	struct bpf_sockets *programs;
	const struct bpf_wish *wish;
};

static struct bpf_object *open_skeleton(void *context, const struct bpf_object_open_opts *opts)
{
	const struct loading *loading = context;

	loading->programs->skeleton = sockets_bpf__open_opts(opts);
	if (!loading->programs->skeleton)
		return NULL;
	fill(loading->programs->skeleton, loading->wish);
	return loading->programs->skeleton->obj;
}

static int load_skeleton(void *context)
{
	return sockets_bpf__load(((const struct loading *)context)->programs->skeleton);
}

static void close_skeleton(void *context)
{
	struct bpf_sockets *programs = ((const struct loading *)context)->programs;

	sockets_bpf__destroy(programs->skeleton);
	programs->skeleton = NULL;
}

int bpf_sockets_load(const struct bpf_wish *wish, struct bpf_sockets **ret, struct bpf_refusal *ret_refusal)
{
	static const struct bpf_loader loader = { open_skeleton, load_skeleton, close_skeleton };
	struct bpf_sockets *programs;
	int r;

	if (!wish->filter || wish->filter->length == 0)
		return bpf_refuse(ret_refusal, N_("it was given no filter"), EINVAL);
	r = bpf_privileges_raise(false, ret_refusal);
	if (r < 0)
		return r;
	programs = calloc(1, sizeof(*programs));
	if (!programs)
		return bpf_refuse(ret_refusal, N_("memory is short"), ENOMEM);
	r = bpf_load(&loader, &(struct loading){ programs, wish });
	if (r == 0)
		r = attach(programs, wish);
	/* All that loading alone needs is given up; what is left in the permitted set is for another look. */
	bpf_privileges_lower(wish->is_last);
	if (r < 0) {
		bpf_sockets_free(programs);
		return bpf_refuse(ret_refusal, N_("this kernel does not take its programs, which need Linux 5.11 or later"), -r);
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
	struct bpf_refusal refusal;
	int fd;

	if (!programs->links[table])
		return -ENOENT;
	fd = bpf_iter_create(bpf_link__fd(programs->links[table]));
	/* Before 5.19 every call of bpf(2) needed them. */
	if (fd < 0 && errno == EPERM && bpf_privileges_raise(false, &refusal) == 0) {
		fd = bpf_iter_create(bpf_link__fd(programs->links[table]));
		bpf_privileges_lower(false);
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

long bpf_sockets_census(const struct bpf_sockets *programs, uint64_t netns)
{
	const struct sockets_bpf__bss *data = programs->skeleton->bss;

	/* Where maps cannot be mapped (before 5.5) there is none. */
	if (!data || data->census.is_incomplete)
		return -1;
	for (size_t i = 0; i < data->census.n && i < CENSUS_MAX; i++)
		if (data->census.netns[i] == netns)
			return data->census.sockets[i];
	return data->census.n < CENSUS_MAX ? 0 : -1;
}
