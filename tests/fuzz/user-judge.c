/* SPDX-License-Identifier: MIT */
/* The kernel's judge, compiled for user space. */

#include "user-judge.h"

/* It defines for itself what no header tells a BPF program. */
#undef AF_INET
#undef AF_INET6
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __noinline __attribute__((noinline))

/* Its code is of the kernel's taste; and what the loader fills in before it becomes constant is filled in below. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#define const
/* that of bpf/, not of live/: see meson.build */
#include <judge.h>
#undef const
#pragma GCC diagnostic pop

enum user_judgement user_judge(const struct filter_program *program, const struct socket_record *record,
			       const struct all_values *values, const __u64 known[FACT_N_FACTS], enum user_holder held_by,
			       bool decide)
{
	for (size_t i = 0; i < FILTER_MAX; i++)
		filter[i] = program->instructions[i];
	filter_length = (__u32)program->length;
	holders_decide = decide;
	for (size_t i = 0; i < FACT_N_FACTS; i++)
		facts[i] = known[i];
	holder = held_by;
	return (enum user_judgement)filter_judge((struct socket_record *)(uintptr_t)record,
						 (struct all_values *)(uintptr_t)values);
}
