/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * policy.bpf.c for rules that ask for names of processes, cgroups or network namespaces: those alone need the kernel's
 * structs, and libbpf some time to find them.
 */
#define WITH_KERNEL_TYPES
#include "policy.bpf.c"
