/* SPDX-License-Identifier: MIT */
/* One run of one variant: two processes on two hosts, and what came of it as the metrics of an experiment. */
#ifndef LAB_TRIAL_H
#define LAB_TRIAL_H

#include <experiment.h>
#include <load-spec.h>
#include <run-engine.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "load.h"

/** Where the two ends are. */
struct remote;

struct trial_place {
	int client_host, server_host;   /* network namespaces; -1: where we are */
	struct sockaddr_storage client; /* its address, for commands; family 0: it is not known */
	struct sockaddr_storage server; /* what the server binds and the client connects to; port 0: any */
	struct remote *remote;          /* where the server is, if that is another machine; NULL: here */
};

/** The load, the same in all runs. */
struct trial_load {
	struct load_spec spec;
	int64_t warm_up_ns; /* before what is measured */
	int64_t run_ns;
	int64_t path_ns;                 /* from end to end: how long one waits for what is late */
	const char *command;             /* of LOAD_COMMAND: the client's, with {server}, {port}, {client}; by sh */
	const char *serve;               /* the server's; NULL: none is started */
	const char *take;                /* METRIC_FIGURE: what this regex's first group matches; NULL: none */
	const char *preload;             /* the shared object of engine preload */
	const struct run_engine *engine; /* NULL: the first that can */
};

struct trial_result {
	double values[METRIC_COUNT]; /* NAN: it has none */
	bool is_limited;             /* by an end's own processor time, not by the link */
	uint64_t window;             /* of bulk: bytes that the server allowed under way at last; 0: not known */
	int error;                   /* errno, positive; 0: it succeeded */
	char what[LOAD_WHAT_MAX];    /* at what it failed */
	const char *why;             /* English, to be translated, where an errno does not say it; else NULL */
};

/** @return 0, or -errno of result */
int trial_run(const struct trial_load *load, const struct trial_place *place, const struct rules *client_rules,
	      const struct rules *server_rules, struct trial_result *ret);

/** The same of LOAD_COMMAND. */
int trial_run_command(const struct trial_load *load, const struct trial_place *place, const struct rules *client_rules,
		      const struct rules *server_rules, struct trial_result *ret);

/** What the first group of the expression matches in the text, as a number; NAN: nothing, or none that is finite. */
double trial_read_figure(const char *expression, const char *text);

/**
 * @brief Waits until what is sent from the client's host arrives at the server's: a device that has just come up loses
 * what it is given at first, and a connection would begin with a second of waiting. The thread is on the client's.
 * @return 0, -ETIMEDOUT or another -errno
 */
int trial_await_path(const struct trial_place *place);

/** Memory that a process shares with those that it forks, all 0; NULL: there is none. */
void *trial_share(size_t size);
void trial_unshare(void *memory, size_t size);

/** In a child that was forked to be one end: dies with its parent, and goes to its host. @return 0 or -errno */
int trial_settle(pid_t parent, int host);

#endif
