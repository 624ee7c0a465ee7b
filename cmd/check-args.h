/* SPDX-License-Identifier: MIT */
/* What `check` was asked for. */
#ifndef CMD_CHECK_ARGS_H
#define CMD_CHECK_ARGS_H

#include <check.h>
#include <config.h>
#include <place-view.h>
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
	const char *read;   /* a capture of trace; NULL */
	char **program;     /* to be run and judged, or the compiler's flags for files; NULL */
	const char **files; /* C source to be judged */
	size_t n_files;
	const char *database;  /* the folder of compile_commands.json; NULL: it is looked for */
	const char *config;    /* a configuration file to be judged; NULL */
	enum config_kind kind; /* CONFIG_N_KINDS: by its content */
	bool sarif;
};

static inline enum place_form check_form(const struct check_args *args)
{
	return args->sarif ? PLACE_SARIF : args->json ? PLACE_JSON :
							PLACE_TEXT;
}

/** Is the check one of those that were asked for? */
bool check_is_wanted(const struct check_args *args, const struct check *check);

/** Judges a run: of args->program, or that of the capture args->read. @return the exit status */
int check_run(const struct check_args *args);

/** Judges the C source in args->files. @return the exit status */
int check_source(const struct check_args *args);

/** Judges the configuration file args->config. @return the exit status */
int check_config(const struct check_args *args);

#endif
