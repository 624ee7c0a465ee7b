/* SPDX-License-Identifier: MIT */
/* What all commands share: how they are listed, and how they end. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <argp.h>
#include <selector.h>
#include <stdbool.h>

enum exit_status {
	EXIT_DONE = 0,
	EXIT_NOTHING = 1, /* nothing matched; something was found (check) */
	EXIT_WRONG_USE = 2,
	EXIT_PARTLY = 3,    /* some of it failed, each failure named */
	EXIT_FORBIDDEN = 4, /* not permitted */
};

/** What a shell may complete as the command's arguments. */
enum command_arguments {
	ARGUMENTS_NONE,
	ARGUMENTS_OPTION, /* names of options and levels */
	ARGUMENTS_SELECTOR,
	ARGUMENTS_TRACE,       /* a selector, or -- and a program */
	ARGUMENTS_CHECK,       /* a selector, files of source, or -- and a program */
	ARGUMENTS_ASSIGNMENTS, /* a selector, then OPTION=VALUE */
	ARGUMENTS_ID,          /* of the journal */
	ARGUMENTS_DEMO,
	ARGUMENTS_SHELL,
	ARGUMENTS_RUN, /* OPTION=VALUE..., then a program */
	ARGUMENTS_FILES,
	ARGUMENTS_POLICY,  /* a name, or remove and a name */
	ARGUMENTS_CALC,    /* a subject, then its words */
	ARGUMENTS_MEASURE, /* OPTION=VALUE,VALUE... */
};

struct command {
	const char *name;
	const char *summary; /* marked for translation */
	int (*run)(int argc, char **argv);
	const struct argp *argp;
	enum command_arguments arguments;
	bool hidden;
};

extern const struct command cmd_explain, cmd_show, cmd_set, cmd_undo, cmd_log, cmd_demo, cmd_calc,
	cmd_check, cmd_completion;
extern const struct command cmd_run, cmd_apply, cmd_policy;
extern const struct command cmd_trace, cmd_probe, cmd_measure, cmd_tune;

/** All commands, NULL at the end. */
extern const struct command *const commands[];

/** --color, --lang, --verbose: every command has them, as the children of its argp. */
extern const struct argp common_argp;
extern const struct argp_child common_children[];

/** What else --lang may take in a command (explain: languages of code); NULL: en and es only. */
extern bool (*common_take_language)(const char *word);

/**
 * @brief argp_parse(3) with translated texts, and examples after the options.
 * @return 0; a wrong command line ends the program with EXIT_WRONG_USE
 */
int command_parse(const struct command *command, int argc, char **argv, void *input);

/**
 * @brief Takes what follows the first -- off the command line: a program with its own options, whatever they look like.
 * @return NULL: there is no --
 */
char **command_program(int *argc, char **argv);

/** As argp_error(3): the user's words are made harmless before they are printed. */
void command_wrong_use(const struct argp_state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Reads a selector, or says what is wrong with it and ends with EXIT_WRONG_USE. NULL text: NULL. */
struct selector *command_selector(const char *text);

/** From now on a reader who goes away (head) does not end the command: what it has begun to change is changed. */
void command_outlive_reader(void);

/** malloc(3) that ends the program when there is none. */
void *xalive(void *pointer); /* what may be NULL for want of memory alone */
void *xmalloc(size_t size);
void *xrealloc(void *pointer, size_t size);
char *xstrdup(const char *text);

/** change_view_new() on the standard output, in the same way. */
struct change_view *command_change_view(bool json);

#endif
