/* SPDX-License-Identifier: MIT */
/* What `check` was asked for. */
#ifndef CMD_CHECK_ARGS_H
#define CMD_CHECK_ARGS_H

#include <check.h>
#include <sockets.h>

struct check_args {
	const char *selector;
	const struct check *explained;
	enum check_severity severity;
	enum live_engine engine;
	bool *ignored; /* a check each */
	bool list;
	bool each;
	bool json;
	const char *read; /* a capture of trace; NULL */
	char **program;   /* to be run and judged; NULL */
};

/** Is the check one of those that were asked for? */
bool check_is_wanted(const struct check_args *args, const struct check *check);

/** Judges a run: of args->program, or that of the capture args->read. @return the exit status */
int check_run(const struct check_args *args);

#endif
