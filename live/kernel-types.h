/* SPDX-License-Identifier: MIT */
/*
 * The few types of the running kernel that a program names, cut out of the many that the kernel tells.
 *
 * libbpf looks for each struct of a program among all types of the kernel, some 130,000, and makes an index of them
 * first: two thirds of the time that loading takes. Given these few it is soon done.
 */
#ifndef LIVE_KERNEL_TYPES_H
#define LIVE_KERNEL_TYPES_H

#include <stddef.h>

struct bpf_object;

struct kernel_types {
	int fd;        /* of the types, in memory; -1: libbpf reads all of them itself */
	char path[32]; /* "": none; for btf_custom_path when the object is opened */
};

#define KERNEL_TYPES_NONE \
	{                 \
		.fd = -1  \
	}

/**
 * @brief Before an object is opened: from then on iterators and tracepoints are loaded by what is cut out.
 * @return 0 or -errno
 */
int kernel_types_begin(struct kernel_types *ret);

/** Between opening and loading. @return 0; or -errno: the object is to be opened again without */
int kernel_types_cut(const struct kernel_types *types, struct bpf_object *object);

/** The same, out of these bytes: aligned, and of any content. */
int kernel_types_cut_from(const void *all, size_t size, const struct kernel_types *types, struct bpf_object *object);

/** After loading, and if something failed. */
void kernel_types_end(struct kernel_types *types);

#endif
