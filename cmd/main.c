/* SPDX-License-Identifier: MIT */
/* sockopt - every option of every socket: explain, show, set, undo */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <change-view.h>
#include <color.h>
#include <log.h>
#include <nearest-word.h>
#include <paths.h>
#include <text.h>

#include "cmd.h"

const struct command *const commands[] = {
	&cmd_explain,
	&cmd_show,
	&cmd_set,
	&cmd_undo,
	&cmd_run,
	&cmd_apply,
	&cmd_policy,
	&cmd_log,
	&cmd_trace,
	&cmd_check,
	&cmd_calc,
	&cmd_measure,
	&cmd_tune,
	&cmd_probe,
	&cmd_demo,
	&cmd_completion,
	NULL,
};

static const struct argp_option common_options[] = {
	{ "color", 'C' + 256, N_("WHEN"), 0, N_("Colours: auto (the default), always, never"), 90 },
	{ "lang", 'L' + 256, N_("LANGUAGE"), 0, N_("Language of the texts: en or es (the default is the locale's)"), 90 },
	{ "verbose", 'v', NULL, 0, N_("Say more about what is done"), 90 },
	{ 0 },
};

bool (*common_take_language)(const char *word);

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	enum color_when when;

	switch (key) {
	case 'C' + 256:
		if (!color_parse(arg, &when))
			command_wrong_use(state, _("'%s' is not a word for colours: auto, always, never"), arg);
		color_init(when);
		return 0;
	case 'L' + 256:
		if (!text_set_language(arg) && !(common_take_language && common_take_language(arg)))
			command_wrong_use(state, _("'%s' is not a language of sockopt: en, es"), arg);
		return 0;
	case 'v':
		log_set_verbose(true);
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

const struct argp common_argp = { .options = common_options, .parser = parse_common };
const struct argp_child common_children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };

void command_wrong_use(const struct argp_state *state, const char *format, ...)
{
	char text[1024], harmless[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_escape(text, harmless, sizeof(harmless));
	argp_error(state, "%s", harmless);
}

/** --lang is obeyed wherever it stands: argp prints --help as soon as it meets it. */
static void take_language(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--lang=", 7) == 0)
			text_set_language(argv[i] + 7);
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			text_set_language(argv[i + 1]);
	}
}

/** What looks like an option and has other bytes than text would be printed raw by argp. */
static void refuse_harmful(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char harmless[2048];

		text_escape(argv[i], harmless, sizeof(harmless));
		if (argv[i][0] == '-' && strcmp(argv[i], harmless) != 0) {
			log_error(_("'%s' is not an option"), harmless);
			exit(argp_err_exit_status);
		}
	}
}

int command_parse(const struct command *command, int argc, char **argv, void *input)
{
	char name[64];

	take_language(argc, argv);
	refuse_harmful(argc, argv);

	snprintf(name, sizeof(name), "sockopt %s", command->name);
	argv[0] = name;
	/* What is said by options and by arguments (rules of apply) counts in the order in which it was said. */
	return argp_parse(command->argp, argc, argv, ARGP_IN_ORDER, NULL, input) ? EXIT_WRONG_USE : 0;
}

char **command_program(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			*argc = i;
			argv[i] = NULL;
			return &argv[i + 1];
		}
	return NULL;
}

struct selector *command_selector(const char *text)
{
	struct selector *selector;
	struct selector_error error;

	if (!text)
		return NULL;
	if (selector_parse(text, &selector, &error) == 0)
		return selector;

	if (error.value.problem == SOCKOPT_BAD_VALUE) {
		log_sockopt_error(NULL, &error.value);
	} else {
		char word[80];
		struct sockopt_error near = error.value;

		snprintf(word, sizeof(word), "%.*s", (int)error.length, text + (error.at <= strlen(text) ? error.at : 0));
		if (error.length)
			log_error(_("selector: '%s' %s"), word, error.what ? _(error.what) : "");
		else
			log_error(_("selector: %s"), error.what ? _(error.what) : "");
		if (error.meant[0]) {
			log_hint(_("perhaps %s"), error.meant);
		} else if (near.problem == SOCKOPT_NO_SUCH_OPTION && near.near[0]) {
			char hint[200];

			sockopt_hint(&near, text_language(), hint, sizeof(hint));
			log_hint("%s", hint);
		} else if (error.hint) {
			log_hint("%s", _(error.hint));
		}
	}
	exit(EXIT_WRONG_USE);
}

struct change_view *command_change_view(bool json)
{
	return xalive(change_view_new(stdout, json));
}

static void put_usage(FILE *file)
{
	fprintf(file, _("Usage: sockopt COMMAND [ARGUMENT...]\n"));
}

static void help(void)
{
	put_usage(stdout);
	printf("%s\n\n", _("Shows, sets, explains every option of every socket, in any program, without restarting it."));
	for (const struct command *const *command = commands; *command; command++)
		if (!(*command)->hidden)
			printf("  %s%-12s%s %s\n", color_out(COLOR_NAME), (*command)->name, color_out(COLOR_OFF),
			       _((*command)->summary));
	printf("\n%s\n", _("Examples:"));
	printf("  sockopt explain TCP_USER_TIMEOUT\n"
	       "  sockopt show 'process=nginx and established'\n"
	       "  sockopt set 'port=5432 and established' TCP_USER_TIMEOUT=30s --dry-run\n"
	       "  sockopt undo\n");
	printf("\n%s\n", _("'sockopt COMMAND --help' tells more; so does sockopt(1)."));
}

static const struct command *find_command(const char *name)
{
	for (const struct command *const *command = commands; *command; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}

static int say_no_command(const char *name)
{
	const char *names[sizeof(commands) / sizeof(commands[0])];
	const char *nearest;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		names[i] = commands[i] ? commands[i]->name : NULL;
	nearest = nearest_word(name, names);
	log_error(_("'%s' is not a command"), name);
	if (nearest)
		log_hint(_("'sockopt --help' lists the commands; nearest: %s"), nearest);
	else
		log_hint(_("'sockopt --help' lists the commands"));
	return EXIT_WRONG_USE;
}

static bool outlives_reader;

void command_outlive_reader(void)
{
	outlives_reader = true;
	signal(SIGPIPE, SIG_IGN);
}

/** A result that could not be written is a failure, whatever else went well. */
static int written(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* Why is forgotten by now: a further byte fails for the same reason. */
	clearerr(stdout);
	errno = EIO;
	putchar('\n');
	fflush(stdout);
	if (errno == EPIPE && outlives_reader) {
		/* All is done; for the shell it ends as other commands do whose reader had enough. */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	log_error(_("cannot write the result: %s"), strerror(errno));
	return EXIT_PARTLY;
}

int main(int argc, char **argv)
{
	const struct command *command;

	text_init();
	color_init(COLOR_AUTO);
	argp_err_exit_status = EXIT_WRONG_USE;

	if (argc < 2) {
		put_usage(stderr);
		log_hint(_("'sockopt --help' lists the commands"));
		return EXIT_WRONG_USE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		if (argc > 2 && (command = find_command(argv[2]))) {
			char *arguments[] = { argv[0], (char[]){ "--help" }, NULL };

			return command->run(2, arguments);
		}
		if (argc > 2 && argv[1][0] != '-')
			return say_no_command(argv[2]);
		help();
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("sockopt %s\n", SOCKOPT_VERSION);
		return EXIT_DONE;
	}
	command = find_command(argv[1]);
	if (!command)
		return say_no_command(argv[1]);
	return written(command->run(argc - 1, argv + 1));
}
