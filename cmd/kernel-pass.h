/* SPDX-License-Identifier: MIT */
/* What one pass of the kernel is asked, and for whom. */
#ifndef CMD_KERNEL_PASS_H
#define CMD_KERNEL_PASS_H

#include <bpf-change.h>

struct kernel_pass {
	struct bpf_change *changes;
	size_t *whose; /* of each: an index of the caller's */
	size_t n, room;
};

/** Adds a change to a pass that begins as { 0 }. */
void kernel_pass_add(struct kernel_pass *pass, size_t whose, struct bpf_change change);

/** Frees what kernel_pass_add() made. */
void kernel_pass_free(struct kernel_pass *pass);

#endif
