/* SPDX-License-Identifier: MIT */
/* A trace: what is asked for on the command line, whom it is of, and what becomes of each call. */
#ifndef CMD_TRACE_H
#define CMD_TRACE_H

#include <selector.h>
#include <stack-names.h>
#include <trace-engine.h>
#include <trace-view.h>

#include "option-list.h"

enum trace_engine_word { TRACE_AUTO,
			 TRACE_BPF,
			 TRACE_PTRACE };

struct trace_args {
	const char *selector;
	char *options;
	char *pids;
	const char *save;
	const char *read;
	const char *output;
	enum trace_engine_word engine;
	bool failed;
	bool life;
	bool summary;
	bool json;
	bool stack;
	char **program; /* NULL: none */
};

/** The processes that are to be traced, and the sockets of a selector. */
struct trace_who {
	bool all;
	struct selector *selector;
	pid_t *pids;
	size_t n_pids;
	uint64_t *inodes; /* of the sockets that the selector picks now, sorted */
	size_t n_inodes;
};

/** Finds them, or says what is wrong. @return EXIT_DONE, or what the program ends with */
int trace_find_who(const struct trace_args *args, struct trace_who *ret);
void trace_free_who(struct trace_who *who);

/** Does the trace show this call? The kernel's side picks processes and options; this is the whole of it. */
bool trace_shows(const struct trace_args *args, const struct option_list *options, const struct trace_who *who,
		 const struct call *call);

/** Where calls go. */
struct trace_sink {
	const struct trace_args *args;
	const struct option_list *options;
	const struct trace_who *who;
	struct trace_view *view;   /* NULL: nothing is printed */
	FILE *file;                /* what the view writes to; NULL */
	FILE *capture;             /* NULL: nothing is saved */
	struct stack_names *names; /* of addresses in stacks; NULL: none are wanted */
	int64_t clock_offset;
	uint64_t calls;
	uint64_t lost;
	bool has_run;   /* a program was run */
	int run_status; /* its wait status */
	int run_error;  /* why it could not be run, positive; 0: it was */
};

void trace_sink_record(struct trace_sink *sink, const struct trace_record *record, int64_t clock_offset);
void trace_sink_lost(struct trace_sink *sink, uint64_t n);

/** Traces live. @return the exit status */
int trace_live(struct trace_sink *sink);

/** Shows a capture. @return the exit status */
int trace_capture(struct trace_sink *sink);

#endif
