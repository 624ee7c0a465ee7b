/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * policy.bpf.c for rules that ask for names of processes, cgroups or network namespaces: those alone need the kernel's
 * structs, and libbpf some time to find them. And for kernels that tell a sockops program no process in another way.
 */
#define WITH_KERNEL_TYPES
#include "policy.bpf.c"
