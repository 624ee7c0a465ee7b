/* SPDX-License-Identifier: MIT */
/* The kernel-side programs of the BPF engine: loaded for one look, and read through descriptors. */
#ifndef LIVE_BPF_SOCKETS_H
#define LIVE_BPF_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf-privileges.h"
#include "filter.h"

struct bpf_sockets;

/** The tables of sockets that can be walked. */
enum bpf_table {
	BPF_TABLE_DESCRIPTORS, /* of all processes, in all namespaces */
	BPF_TABLE_TCP,         /* of the network namespace of the thread that opens it */
	BPF_TABLE_UDP,
	BPF_TABLE_UNIX,
	BPF_N_TABLES,
};

struct bpf_wish {
	const struct filter_program *filter;
	uint32_t blocks;     /* bit VALUES_x: that block of values is wanted */
	bool holders_decide; /* conditions on holders rule a socket out */
	uint32_t tables;     /* bit BPF_TABLE_x: it will be opened */
	bool unheld_values;  /* also of the tables, which then tell of whole sockets alone */
	uint64_t own;        /* bit FD: a socket that this process was started with; others of it are not told of */
	bool is_last;        /* nothing will be loaded later: the capabilities for it are given up for good */
};

/**
 * @brief Loads the programs. Without a filter nothing is loaded.
 * @return 0, or -EOPNOTSUPP, and why in ret_refusal
 */
int bpf_sockets_load(const struct bpf_wish *wish, struct bpf_sockets **ret, struct bpf_refusal *ret_refusal);
void bpf_sockets_free(struct bpf_sockets *programs);

/** Begins to walk a table; the descriptor is read with bpf_sockets_read(). @return it, or -errno */
int bpf_sockets_open(struct bpf_sockets *programs, enum bpf_table table);

/**
 * @brief The next records.
 * @param buffer aligned to 8, of BPF_BUFFER_SIZE bytes
 * @return how many bytes, 0: that was all, or -errno
 */
ssize_t bpf_sockets_read(int fd, void *buffer);

/**
 * @brief To how many TCP sockets of a network namespace, those apart that are closed, do descriptors lead?
 *
 * Known when BPF_TABLE_DESCRIPTORS was read to its end; the filter does not matter.
 * @return -1 if they were not all counted
 */
long bpf_sockets_census(const struct bpf_sockets *programs, uint64_t netns);

/** The kernel fills no more than this at once. */
#define BPF_BUFFER_SIZE 65536

#endif
