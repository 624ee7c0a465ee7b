/* SPDX-License-Identifier: MIT */
/*
 * What the BPF programs of an object are attached to by its number in the kernel's types: iterators and tracepoints.
 *
 * libbpf reads all types of the kernel for that, and looks each name up among them. Here they are noted in the one pass
 * that cuts the types out (kernel-types.h). One object at a time: libbpf hands no pointer to who looks here.
 */
#ifndef LIVE_KERNEL_TARGETS_H
#define LIVE_KERNEL_TARGETS_H

#include <stdint.h>

struct bpf_object;

struct kernel_target {
	uint32_t id;            /* 0: the kernel has none */
	unsigned int arguments; /* of a tracepoint */
};

/** Before an object is opened: from then on libbpf asks here. For all that follow. @return 0 or -errno */
int kernel_targets_register(void);

/** Between opening and loading: what the programs name. @return 0; -EINVAL: there are too many */
int kernel_targets_expect(struct bpf_object *object);

/** Of a type of the kernel's, by its kind (BTF_KIND_) and name: where to note it. @return NULL: nobody asked */
struct kernel_target *kernel_targets_find(uint32_t kind, const char *name);

/** @return how many arguments a tracepoint has; -ESRCH: this kernel has none; -EINVAL: nobody asked */
int kernel_targets_arguments(const char *tracepoint);

/** When it is loaded, or failed to be: libbpf looks for itself. */
void kernel_targets_forget(void);

#endif
