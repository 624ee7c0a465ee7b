/* SPDX-License-Identifier: MIT */
/* sockopt demo - what an option does, live and explained */

#include "demo.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <color.h>
#include <log.h>
#include <text.h>

#include "cmd.h"

static const struct demo *const demos[] = { &demo_reuseaddr };

static const struct argp_option options[] = {
	{ "pace", 'p', NULL, 0, N_("Wait for the Enter key after each step"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object a step, a line each"), 0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct demo_args *args = state->input;

	switch (key) {
	case 'p': args->pace = true; return 0;
	case 'J': args->json = true; return 0;
	case ARGP_KEY_ARG:
		if (args->name)
			command_wrong_use(state, _("'%s' is not expected here"), arg);
		args->name = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[NAME]"),
	.doc = N_("Demonstrate an option on real sockets, in a network namespace of its own where that is permitted, else on "
		  "the loopback. Without a name: list the demonstrations.\v"
		  "Examples:\n"
		  "  sockopt demo reuseaddr\n"
		  "  sockopt demo reuseaddr --lang es --pace\n\n"
		  "Exit status: 0 the claim was seen to be true, 1 there is no such demonstration, 2 wrong use, 3 the claim was "
		  "not seen."),
	.children = children,
};

void demo_step(const struct demo_args *args, unsigned int number, const char *text)
{
	if (args->json)
		return;
	printf("%s%s%u.%s ", number > 1 ? "\n" : "", color_out(COLOR_HEADING), number, color_out(COLOR_OFF));
	fflush(stdout);
	text_fill(stdout, text, 0, text_screen_width() - 4);
	fflush(stdout);
	if (args->pace && isatty(STDIN_FILENO)) {
		int c;

		fputs("   ⏎", stderr);
		do
			c = getchar();
		while (c != '\n' && c != EOF);
	}
}

void demo_line(const struct demo_args *args, const char *format, ...)
{
	va_list arguments;

	if (args->json)
		return;
	fputs("     ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

static int run(int argc, char **argv)
{
	struct demo_args args = { 0 };

	if (command_parse(&cmd_demo, argc, argv, &args))
		return EXIT_WRONG_USE;
	for (size_t i = 0; i < sizeof(demos) / sizeof(demos[0]); i++) {
		if (!args.name)
			printf("  %-12s %s\n", demos[i]->name, _(demos[i]->summary));
		else if (strcmp(args.name, demos[i]->name) == 0)
			return demos[i]->run(&args);
	}
	if (!args.name)
		return EXIT_DONE;
	log_error(_("there is no demonstration '%s'"), args.name);
	log_hint(_("'sockopt demo' lists them"));
	return EXIT_NOTHING;
}

const struct command cmd_demo = {
	.name = "demo",
	.summary = N_("what an option does, live and explained"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_DEMO,
};
