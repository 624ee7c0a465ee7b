/* SPDX-License-Identifier: MIT */
#include "kernel-targets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define N_TARGETS 16
#define N_PLACES (sizeof(places) / sizeof(places[0]))

static struct {
	char name[48]; /* "bpf_iter_tcp", a function; "btf_trace_sys_exit", a type */
	struct kernel_target is;
} targets[N_TARGETS];

/** How their sections begin, and what the kernel calls what they are attached to. */
static const struct {
	const char *section, *prefix;
	enum bpf_attach_type type;
	uint32_t kind;
} places[] = {
	{ "iter/", "bpf_iter_", BPF_TRACE_ITER, BTF_KIND_FUNC },
	{ "tp_btf/", "btf_trace_", BPF_TRACE_RAW_TP, BTF_KIND_TYPEDEF },
};

/** @param name without its prefix @return NULL: none of an object that is being loaded */
static struct kernel_target *find(size_t place, const char *name)
{
	size_t prefix = strlen(places[place].prefix);

	for (size_t i = 0; i < N_TARGETS; i++) {
		if (strncmp(targets[i].name, places[place].prefix, prefix) != 0)
			continue;
		if (strcmp(targets[i].name + prefix, name) == 0)
			return &targets[i].is;
	}
	return NULL;
}

struct kernel_target *kernel_targets_find(uint32_t kind, const char *name)
{
	for (size_t i = 0; i < N_PLACES; i++) {
		size_t prefix = strlen(places[i].prefix);

		if (places[i].kind == kind && strncmp(name, places[i].prefix, prefix) == 0)
			return find(i, name + prefix);
	}
	return NULL;
}

/** @param place an index of places */
static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *opts, long place)
{
	const char *name = bpf_program__section_name(program) + strlen(places[place].section);
	const struct kernel_target *target = find((size_t)place, name);
	int id = target ? (int)target->id : 0;

	opts->attach_prog_fd = 0;
	/* Of an object whose types were not cut out: among all of them. */
	if (id == 0)
		id = libbpf_find_vmlinux_btf_id(name, places[place].type);
	if (id < 0)
		return id;
	opts->attach_btf_id = (__u32)id;
	return 0;
}

static int attach(const struct bpf_program *program, long place, struct bpf_link **ret)
{
	if (places[place].type == BPF_TRACE_ITER)
		*ret = bpf_program__attach_iter(program, NULL);
	else
		*ret = bpf_program__attach_trace(program);
	return *ret ? 0 : -errno;
}

/** For good: libbpf 1.1 goes on using the list of its handlers when the last one was taken out and the list freed. */
int kernel_targets_register(void)
{
	static int handlers[N_PLACES];

	for (size_t i = 0; i < N_PLACES; i++) {
		struct libbpf_prog_handler_opts opts = {
			.sz = sizeof(opts),
			.cookie = (long)i,
			.prog_prepare_load_fn = prepare,
			.prog_attach_fn = attach,
		};
		const enum bpf_prog_type type = BPF_PROG_TYPE_TRACING;

		if (handlers[i] <= 0)
			handlers[i] = libbpf_register_prog_handler(places[i].section, type, places[i].type, &opts);
		if (handlers[i] < 0)
			return handlers[i];
	}
	return 0;
}

int kernel_targets_expect(struct bpf_object *object)
{
	struct bpf_program *program;
	size_t n = 0;

	memset(targets, 0, sizeof(targets));
	bpf_object__for_each_program(program, object)
	{
		const char *section = bpf_program__section_name(program);

		for (size_t i = 0; i < N_PLACES; i++) {
			size_t skipped = strlen(places[i].section);
			int r;

			if (strncmp(section, places[i].section, skipped) != 0)
				continue;
			if (n == N_TARGETS ||
			    (size_t)snprintf(targets[n].name, sizeof(targets[n].name), "%s%s", places[i].prefix,
					     section + skipped) >= sizeof(targets[n].name))
				return -EINVAL;
			n++;
			/* Any number: that of a program to attach to keeps libbpf from reading the kernel's types. */
			r = bpf_program__set_attach_target(program, 1, NULL);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int kernel_targets_arguments(const char *tracepoint)
{
	for (size_t i = 0; i < N_PLACES; i++) {
		const struct kernel_target *target = places[i].type == BPF_TRACE_RAW_TP ? find(i, tracepoint) : NULL;

		if (target)
			return target->id ? (int)target->arguments : -ESRCH;
	}
	return -EINVAL;
}

void kernel_targets_forget(void)
{
	memset(targets, 0, sizeof(targets));
}
