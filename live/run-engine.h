/* SPDX-License-Identifier: MIT */
/*
 * Engines of `sockopt run`: ways to make rules hold for a program from its first call on.
 *
 * The process that is to become the program calls begin() and then execs: it keeps its pid, its parent, its
 * terminal and its signals. What serves it meanwhile is another process, which begin() leaves behind.
 */
#ifndef LIVE_RUN_ENGINE_H
#define LIVE_RUN_ENGINE_H

#include <rule.h>

#include "change.h"

enum run_event_kind {
	RUN_ASSIGNED, /* an assignment was made, or failed: change->error */
	RUN_REPLACED, /* the program's setsockopt(2) was made with the rule's value */
	RUN_REFUSED,  /* the program's setsockopt(2) was refused */
	RUN_LOGGED,   /* the program's setsockopt(2), which a rule wants to see */
};

/** One thing that a rule did. Pointers are valid during the call. */
struct run_event {
	enum run_event_kind kind;
	enum sockopt_moment moment; /* of RUN_ASSIGNED */
	struct rule_hit hit;
	const struct facts *facts;   /* the socket; its holder is who made the call */
	const struct change *change; /* before, asked, after, result, error */
	bool has_asked;              /* of the others, asked is what the program asked for; false: it is too long */
};

/** What an engine cannot see or do for the program. Said once a run. */
enum run_note {
	RUN_NOTE_IO_URING,    /* the program makes sockets by io_uring, past this engine */
	RUN_NOTE_OTHER_ABI,   /* by a system call table, or a call, that this engine does not serve */
	RUN_NOTE_UNREAD,      /* a socket could not be looked at: no rule was applied to it */
	RUN_NOTE_NOT_REACHED, /* a process that may not be looked into; pid says which */
	RUN_NOTE_SOCKET_LATE, /* a process with other rights makes sockets: moment socket does not hold for it */
	RUN_NOTE_STATIC,      /* a program without a dynamic loader, past this engine */
	RUN_NOTE_RESTARTED,   /* the serving process died, and another took over */
	RUN_NOTE_LOST,        /* more was done than could be told */
	RUN_N_NOTES,
};

/** Who is told. The calls come from the process that serves the program, one at a time. */
struct run_sink {
	void (*event)(void *context, const struct run_event *event);
	void (*note)(void *context, enum run_note note, pid_t pid);
	/** The program's first process has ended: the last moment to write to where it wrote. */
	void (*end)(void *context);
	void *context;
};

struct run_job {
	const struct rules *rules;
	const char *program; /* path of the file that will be executed */
	const char *preload; /* path of the shared object of engine preload */
	bool wants_events;   /* false: only failed assignments are told; before and after are not read */
	int keep_fd;         /* a descriptor that the sink writes to, or -1 */
	struct run_sink sink;
};

/** Why an engine cannot be used. Texts are English, to be translated. */
struct run_obstacle {
	int error;        /* errno, positive; 0: what says it all */
	const char *what; /* "this kernel has no ..."; may have one %s: for word */
	const char *hint; /* what would help, or NULL */
	char word[64];
	const struct rule *rule;          /* that it cannot serve; NULL: it is not one rule */
	const struct rule_action *action; /* NULL: its selector */
};

struct run_engine {
	const char *name;
	/** @brief Can these rules be served here? @return 0, or -errno and fills *ret_obstacle */
	int (*probe)(const struct run_job *job, struct run_obstacle *ret_obstacle);
	/**
	 * @brief Last step before exec. From its success on the calling process, and what it starts, is served.
	 * @return 0, or -errno and fills *ret_obstacle: nothing was begun
	 */
	int (*begin)(const struct run_job *job, struct run_obstacle *ret_obstacle);
};

extern const struct run_engine run_engine_bpf, run_engine_notify, run_engine_preload;

/** All engines, the best first; NULL at the end. */
extern const struct run_engine *const run_engines[];

#endif
