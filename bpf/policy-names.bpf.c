/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * policy.bpf.c for rules that name processes: that alone needs the kernel's structs, and libbpf some time to find
 * them.
 */
#define WITH_PROCESS_NAMES
#include "policy.bpf.c"
