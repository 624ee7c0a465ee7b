/* SPDX-License-Identifier: MIT */
/*
 * Engines that see the socket calls of other processes.
 *
 *   bpf     any process, the kernel tells; CAP_BPF and CAP_PERFMON
 *   ptrace  the processes that we start ourselves; nothing
 */
#ifndef LIVE_TRACE_ENGINE_H
#define LIVE_TRACE_ENGINE_H

#include <sockopt.h>
#include <trace-bytes.h>

/** What is to be seen. */
struct trace_wish {
	bool all; /* every process but ours; else those of pids, and what they start */
	const pid_t *pids;
	size_t n_pids;
	const struct sockopt_option *const *options; /* set and get of these alone; none: of all */
	size_t n_options;
	bool failed; /* only calls that failed */
	bool life;   /* also socket, bind, listen, connect, accept, shutdown, close */
	bool stack;
	size_t buffer_bytes; /* of the ring between kernel and reader, a power of two; 0: 16 MiB */
};

typedef void trace_each(void *arg, const struct trace_record *record);

struct trace_engine {
	const char *name;
	bool sees_io_uring;
	bool sees_kept;
	bool has_kernel_clock; /* its times are not of our time namespace */
	bool ends_with_us;     /* traced processes cannot go on without us */
	/** Waits for records at most so long; hands over what is there. @return 0, -EINTR, or -errno that ends it */
	int (*poll)(struct trace_engine *engine, int timeout_ms, trace_each *each, void *arg);
	/** Records that were lost so far. */
	uint64_t (*lost)(struct trace_engine *engine);
	/** Processes that could not be followed. */
	uint64_t (*missed)(struct trace_engine *engine);
	/** Is none of the traced processes left? */
	bool (*is_over)(struct trace_engine *engine);
	/** Did the first of the traced processes, our child, end? */
	bool (*has_ended)(struct trace_engine *engine, pid_t child, int *ret_status);
	void (*close)(struct trace_engine *engine);
};

/**
 * @brief Loads and attaches the programs.
 * @param reterr_what what failed, in English, to be translated; untouched on success
 * @return 0, -EPERM (capabilities are missing), -EOPNOTSUPP (built without BPF, or not on this machine), else -errno
 */
int trace_bpf_open(const struct trace_wish *wish, struct trace_engine **ret, const char **reterr_what);

/**
 * @brief Takes hold of a child that waits at its gate, to be released with LAUNCH_PREPARED.
 * @return 0 or -errno
 */
int trace_ptrace_open(const struct trace_wish *wish, pid_t child, struct trace_engine **ret, const char **reterr_what);

/** What the child does to itself; arg: the wish. */
int trace_ptrace_prepare(void *wish);

#endif
