/* SPDX-License-Identifier: MIT */
/* Engine bpf: a program at the end of every system call, and a ring that it writes records into. */

#include "trace-engine.h"

#include <errno.h>

/* Marked for translation: a command says it. */
#define N_(text) text

#ifndef HAVE_BPF_TRACE

int trace_bpf_open(const struct trace_wish *wish, struct trace_engine **ret, const char **reterr_what)
{
	(void)wish;
	(void)ret;
	*reterr_what = N_("this sockopt was built without BPF for this machine");
	return -EOPNOTSUPP;
}

#else

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Made by bpftool, to the taste of others. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#include <trace.skel.h>
#pragma GCC diagnostic pop

#include "bpf-load.h"
#include "bpf-privileges.h"
#include "kernel-targets.h"
#include "privilege.h"
#include "records.h"
#include "ticks.h"
#include "trace-record.h"

#define BUFFER_BYTES (16U << 20)
#define PROCESSES_MAX 65536
/* A record that waits is shown after this time at most, though nothing woke us. */
#define LATENCY_MS 50

struct bpf_engine {
	struct trace_engine engine;
	struct trace_bpf *programs;
	struct ring_buffer *ring;
	bool all;
	trace_each *each;
	void *arg;
};

static int on_record(void *context, void *bytes, size_t size)
{
	struct bpf_engine *bpf = context;

	if (trace_record_is_sound(bytes, size))
		bpf->each(bpf->arg, bytes);
	return 0;
}

static int bpf_poll(struct trace_engine *engine, int timeout_ms, trace_each *each, void *arg)
{
	struct bpf_engine *bpf = (struct bpf_engine *)engine;
	int r;

	bpf->each = each;
	bpf->arg = arg;
	r = ring_buffer__poll(bpf->ring, timeout_ms < LATENCY_MS ? timeout_ms : LATENCY_MS);
	/* Most records wake nobody. */
	if (r == 0)
		r = ring_buffer__consume(bpf->ring);
	return r < 0 ? r : 0;
}

static uint64_t bpf_lost(struct trace_engine *engine)
{
	struct bpf_engine *bpf = (struct bpf_engine *)engine;

	return __atomic_load_n(&bpf->programs->bss->lost, __ATOMIC_RELAXED);
}

static uint64_t bpf_missed(struct trace_engine *engine)
{
	struct bpf_engine *bpf = (struct bpf_engine *)engine;

	return __atomic_load_n(&bpf->programs->bss->lost_processes, __ATOMIC_RELAXED);
}

static bool bpf_is_over(struct trace_engine *engine)
{
	struct bpf_engine *bpf = (struct bpf_engine *)engine;

	return !bpf->all && __atomic_load_n(&bpf->programs->bss->alive, __ATOMIC_RELAXED) <= 0;
}

static bool bpf_has_ended(struct trace_engine *engine, pid_t child, int *ret_status)
{
	(void)engine;
	return waitpid(child, ret_status, WNOHANG) == child;
}

static void bpf_close(struct trace_engine *engine)
{
	struct bpf_engine *bpf = (struct bpf_engine *)engine;

	ring_buffer__free(bpf->ring);
	trace_bpf__destroy(bpf->programs);
	free(bpf);
}

/** Asks the kernel's side in which of its numbers a process is known to us. */
static int find_level(struct trace_bpf *programs)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);

	return bpf_prog_test_run_opts(bpf_program__fd(programs->progs.find_level), &options);
}

static uint64_t key_of(const struct sockopt_option *option)
{
	return (uint64_t)(uint32_t)option->level->number << 32 | (uint32_t)option->number;
}

/** Linux 6.18 tells of a completion by its entry, 6.12 by the entry's members; 6.1 tells of no submission. */
static bool choose_uring(struct trace_bpf *programs)
{
	bool submits = kernel_targets_arguments("io_uring_submit_req") == 1;
	int completes = submits ? kernel_targets_arguments("io_uring_complete") : 0;
	bool is_new = completes == 3, is_old = completes == 7;

	bpf_program__set_autoload(programs->progs.note_uring, is_new || is_old);
	bpf_program__set_autoload(programs->progs.tell_uring, is_new);
	bpf_program__set_autoload(programs->progs.tell_uring_of_old, is_old);
	return is_new || is_old;
}

static void fill_constants(struct trace_bpf *programs, const struct trace_wish *wish)
{
	static const int numbers[TRACE_N_KINDS] = {
		[TRACE_SET] = SYS_setsockopt,
		[TRACE_GET] = SYS_getsockopt,
		[TRACE_SOCKET] = SYS_socket,
		[TRACE_SOCKETPAIR] = SYS_socketpair,
		[TRACE_BIND] = SYS_bind,
		[TRACE_LISTEN] = SYS_listen,
		[TRACE_CONNECT] = SYS_connect,
		[TRACE_ACCEPT] = SYS_accept,
		[TRACE_SHUTDOWN] = SYS_shutdown,
		[TRACE_CLOSE] = SYS_close,
	};
	size_t n = 0, room = sizeof(programs->rodata->program_options) / sizeof(programs->rodata->program_options[0]);
	size_t buffer = wish->buffer_bytes ? wish->buffer_bytes : BUFFER_BYTES;

	for (size_t i = 0; i < TRACE_N_KINDS; i++)
		programs->rodata->numbers[i] = numbers[i];
	programs->rodata->number_accept4 = SYS_accept4;
	programs->rodata->own_pid = (uint32_t)getpid();
	programs->rodata->only_processes = !wish->all;
	programs->rodata->only_options = wish->n_options > 0;
	programs->rodata->only_failed = wish->failed;
	programs->rodata->with_life = wish->life;
	programs->rodata->with_stack = wish->stack;
	programs->rodata->hz = ticks_per_second();
	/* With stacks each is looked at while the process is there to tell the names. */
	programs->rodata->wake_at = wish->stack ? 0 : buffer / 8;
	for (size_t i = 0; i < sockopt_count() && n < room; i++)
		if (sockopt_at(i)->access & SOCKOPT_SET && sockopt_at(i)->type->short_form == SOCKOPT_SHORT_PROGRAM)
			programs->rodata->program_options[n++] = key_of(sockopt_at(i));
	bpf_map__set_max_entries(programs->maps.ring, (uint32_t)buffer);
	bpf_program__set_autoload(programs->progs.tell_close, wish->life && !wish->failed);
	bpf_program__set_autoload(programs->progs.follow_fork, !wish->all);
	bpf_program__set_autoload(programs->progs.forget_process, !wish->all);
}

/** What a socket must be to have the structs of a block of values. */
static uint32_t needs_of(uint8_t block)
{
	switch (block) {
	case VALUES_IP: return TRACE_NEEDS_IP;
	case VALUES_IPV6: return TRACE_NEEDS_IPV6;
	case VALUES_RAW: return TRACE_NEEDS_RAW;
	case VALUES_TCP: return IPPROTO_TCP;
	case VALUES_UDP: return IPPROTO_UDP;
	case VALUES_UDPLITE: return IPPROTO_UDPLITE;
	default: return TRACE_NEEDS_NOTHING;
	}
}

/** Where the options that can be set are read back from. */
static int fill_places(struct trace_bpf *programs)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		const struct values_place *at = option->access & SOCKOPT_SET ? record_place(option) : NULL;
		struct trace_place place;
		uint64_t key = key_of(option);
		int r;

		if (!at || at->size == 0 || at->size > TRACE_KEPT_MAX)
			continue;
		place = (struct trace_place){ at->slot - 1U, needs_of(at->block) };
		r = bpf_map_update_elem(bpf_map__fd(programs->maps.places), &key, &place, BPF_ANY);
		if (r < 0)
			return r;
	}
	return 0;
}

/** All are there before the first program is attached: nobody else is ever told of. */
static int fill_tables(struct trace_bpf *programs, const struct trace_wish *wish)
{
	const uint8_t yes = 1;

	for (size_t i = 0; i < wish->n_pids; i++) {
		uint32_t pid = (uint32_t)wish->pids[i];
		int r = bpf_map_update_elem(bpf_map__fd(programs->maps.processes), &pid, &yes, BPF_NOEXIST);

		if (r < 0 && r != -EEXIST)
			return r;
		programs->bss->alive += r == 0;
	}
	for (size_t i = 0; i < wish->n_options; i++) {
		uint64_t key = key_of(wish->options[i]);
		int r = bpf_map_update_elem(bpf_map__fd(programs->maps.options), &key, &yes, BPF_ANY);

		if (r < 0)
			return r;
	}
	return fill_places(programs);
}

struct loading {
	struct bpf_engine *bpf;
	const struct trace_wish *wish;
};

static struct bpf_object *open_skeleton(void *context, const struct bpf_object_open_opts *opts)
{
	const struct loading *loading = context;

	loading->bpf->programs = trace_bpf__open_opts(opts);
	if (!loading->bpf->programs)
		return NULL;
	fill_constants(loading->bpf->programs, loading->wish);
	return loading->bpf->programs->obj;
}

static int load_skeleton(void *context)
{
	struct bpf_engine *bpf = ((const struct loading *)context)->bpf;

	bpf->engine.has_kernel_clock = true;
	bpf->engine.sees_io_uring = choose_uring(bpf->programs);
	return trace_bpf__load(bpf->programs);
}

static void close_skeleton(void *context)
{
	struct bpf_engine *bpf = ((const struct loading *)context)->bpf;

	trace_bpf__destroy(bpf->programs);
	bpf->programs = NULL;
}

static int start(struct bpf_engine *bpf, const struct trace_wish *wish, const char **reterr_what)
{
	static const struct bpf_loader loader = { open_skeleton, load_skeleton, close_skeleton };
	int r = bpf_load(&loader, &(struct loading){ bpf, wish });

	/* Where maps cannot be mapped (before 5.5) there are no counters to read. */
	if (r == 0 && !bpf->programs->bss)
		r = -EOPNOTSUPP;
	if (r < 0) {
		*reterr_what = N_("this kernel does not take its programs, which need Linux 5.11 or later");
		return r;
	}
	*reterr_what = N_("its programs cannot be attached");
	bpf_program__set_autoattach(bpf->programs->progs.find_level, false);
	r = find_level(bpf->programs);
	if (r == 0)
		r = fill_tables(bpf->programs, wish);
	if (r == 0)
		r = trace_bpf__attach(bpf->programs);
	if (r < 0)
		return r;
	bpf->ring = ring_buffer__new(bpf_map__fd(bpf->programs->maps.ring), on_record, bpf, NULL);
	return bpf->ring ? 0 : -errno;
}

int trace_bpf_open(const struct trace_wish *wish, struct trace_engine **ret, const char **reterr_what)
{
	struct bpf_engine *bpf;
	const char *what = NULL;
	int r;

	if (wish->n_pids > PROCESSES_MAX / 2) {
		*reterr_what = N_("there are too many processes");
		return -E2BIG;
	}
	bpf = calloc(1, sizeof(*bpf));
	if (!bpf)
		return -ENOMEM;
	*bpf = (struct bpf_engine){
		.engine = {
			.name = "bpf",
			.sees_kept = true,
			.poll = bpf_poll,
			.lost = bpf_lost,
			.missed = bpf_missed,
			.is_over = bpf_is_over,
			.has_ended = bpf_has_ended,
			.close = bpf_close,
		},
		.all = wish->all,
	};
	privilege_set_bpf(CAP_EFFECTIVE, CAP_SET);
	if (!privilege_for_bpf()) {
		free(bpf);
		*reterr_what = N_("it needs CAP_BPF and CAP_PERFMON");
		return -EPERM;
	}
	bpf_stay_silent();
	r = start(bpf, wish, &what);
	/* What comes is read from memory that is mapped. */
	privilege_set_bpf(CAP_EFFECTIVE, CAP_CLEAR);
	privilege_set_bpf(CAP_PERMITTED, CAP_CLEAR);
	if (r < 0) {
		bpf_close(&bpf->engine);
		*reterr_what = what;
		return r;
	}
	*ret = &bpf->engine;
	return 0;
}

#endif
