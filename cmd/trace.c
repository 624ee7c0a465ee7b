/* SPDX-License-Identifier: MIT */
/* sockopt trace - what programs set and read, call by call */

#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <launch.h>
#include <log.h>
#include <text.h>

#include "cmd.h"

#define ENGINE_KEY ('E' + 256)
#define SAVE_KEY ('S' + 256)
#define READ_KEY ('R' + 256)
#define LIFE_KEY ('F' + 256)

static const struct argp_option options[] = {
	{ "pid", 'p', N_("PID[,PID...]"), 0, N_("Trace these processes and what they start"), 0 },
	{ "option", 'e', N_("OPTION[,OPTION...]"), 0, N_("Only calls that set or read these options"), 0 },
	{ "failed", 'f', NULL, 0, N_("Only calls that failed"), 0 },
	{ "life", LIFE_KEY, NULL, 0, N_("Also socket, bind, listen, connect, accept, shutdown and close"), 0 },
	{ "summary", 's', NULL, 0, N_("Count, and print a table of options at the end"), 0 },
	{ "stack", 'k', NULL, 0, N_("The program's stack at each call: addresses, and names where its files have them"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object per call, one per line"), 0 },
	{ "output", 'o', N_("FILE"), 0, N_("Print there; - is stdout, the default unless a PROGRAM is run"), 0 },
	{ "save", SAVE_KEY, N_("FILE"), 0, N_("Save the calls; print nothing, unless -o, -s or --json asks for it"), 0 },
	{ "read", READ_KEY, N_("FILE"), 0, N_("Show what was saved instead of a live trace"), 0 },
	{ "engine", ENGINE_KEY, N_("ENGINE"), 0,
	  N_("How calls are seen: auto (the default: the best that is permitted), bpf, ptrace"), 80 },
	{ 0 },
};

static void take_engine(struct trace_args *args, const char *word, const struct argp_state *state)
{
	static const char *const words[] = { "auto", "bpf", "ptrace" };

	for (unsigned int i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0) {
			args->engine = (enum trace_engine_word)i;
			return;
		}
	command_wrong_use(state, _("'%s' is not an engine: auto, bpf, ptrace"), word);
}

/** What does not go together is said before anything is begun. */
static void check(const struct trace_args *args, const struct argp_state *state)
{
	if (!!args->program + !!args->pids + !!args->read > 1)
		command_wrong_use(state, _("one of -- PROGRAM, --pid and --read at a time"));
	if (args->program && args->selector)
		command_wrong_use(state, _("a selector picks among the sockets that there are: it does not go with -- PROGRAM"));
	if (args->pids && args->selector)
		command_wrong_use(state, _("with a selector the processes are pid=PID: it does not go with --pid"));
	if (args->summary && args->stack)
		command_wrong_use(state, _("a summary has no stacks"));
	if (args->read && args->save)
		command_wrong_use(state, _("what is read is saved already"));
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct trace_args *args = state->input;

	switch (key) {
	case 'p': args->pids = arg; return 0;
	case 'e': args->options = arg; return 0;
	case 'f': args->failed = true; return 0;
	case 's': args->summary = true; return 0;
	case 'k': args->stack = true; return 0;
	case 'J': args->json = true; return 0;
	case 'o': args->output = arg; return 0;
	case LIFE_KEY: args->life = true; return 0;
	case SAVE_KEY: args->save = arg; return 0;
	case READ_KEY: args->read = arg; return 0;
	case ENGINE_KEY: take_engine(args, arg, state); return 0;
	case ARGP_KEY_ARG:
		if (args->selector)
			command_wrong_use(state, _("'%s': a selector is one argument, and a program stands after --"), arg);
		args->selector = arg;
		return 0;
	case ARGP_KEY_END: check(args, state); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[SELECTOR]\n-- PROGRAM [ARGUMENT...]"),
	.doc = N_("Print every setsockopt(2) and getsockopt(2) as it is made, with its values decoded, the socket, and "
		  "why it failed: of a program that is run, of processes (--pid), of the processes that hold the sockets that "
		  "a selector picks (calls on those sockets), or of all.\v"
		  "With -- PROGRAM the trace goes to stderr (or -o FILE), so that the program's output stays its own, and the "
		  "exit status is the program's. Otherwise it goes to stdout, until Ctrl-C or until the traced processes have "
		  "ended.\n\n"
		  "Examples:\n"
		  "  sockopt trace -- curl -s http://localhost/\n"
		  "  sockopt trace --life -- nginx -g 'daemon off;'\n"
		  "  sockopt trace --failed -p 1234\n"
		  "  sockopt trace 'process=nginx and port=443' -e TCP_NODELAY,SO_RCVBUF\n"
		  "  sockopt trace --save trace.bin -- redis-server; sockopt trace --read trace.bin --summary\n\n"
		  "Exit status: the program's; else 0 traced, 1 nothing matched, 2 wrong use, 3 calls were lost or not all "
		  "could be written, 4 not permitted."),
	.children = common_children,
};

static FILE *open_file(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (!file)
		log_error(_("cannot open '%s': %s"), path, strerror(errno));
	return file;
}

/** With a program stderr, else stdout; a copy of it, so that closing it later is no matter. */
static FILE *open_output(const struct trace_args *args)
{
	if (args->output && strcmp(args->output, "-") != 0)
		return open_file(args->output, "we");
	return args->program && !args->output ? stderr : stdout;
}

static const char *no_color(enum color wanted)
{
	(void)wanted;
	return "";
}

static struct trace_view *open_view(const struct trace_args *args, FILE *file)
{
	const char *(*colors)(enum color) = file == stdout ? color_out : file == stderr ? color_err :
											  no_color;

	if (args->summary)
		return trace_summary(file, args->json, colors);
	return args->json ? trace_json(file) : trace_text(file, colors);
}

static const char *name_of(void *context, pid_t pid, uint64_t address)
{
	return context ? stack_names_known(context, pid, address) : NULL;
}

static int open_sink(struct trace_sink *sink)
{
	const struct trace_args *args = sink->args;

	if (args->save) {
		sink->capture = open_file(args->save, "we");
		if (!sink->capture)
			return -EIO;
		setvbuf(sink->capture, NULL, _IOFBF, 1 << 20);
	}
	if (args->save && !args->output && !args->json && !args->summary)
		return 0;
	sink->file = open_output(args);
	if (!sink->file)
		return -EIO;
	setvbuf(sink->file, NULL, _IOFBF, 1 << 16);
	sink->view = open_view(args, sink->file);
	if (!sink->view)
		return -ENOMEM;
	sink->view->name_of = name_of;
	sink->view->context = sink->names;
	return 0;
}

/** A file that could not be written is a failure, whatever else went well. stdout is main()'s. */
static bool close_file(FILE *file, const char *path)
{
	bool failed;

	if (!file || file == stdout)
		return true;
	failed = ferror(file);
	if (file == stderr)
		failed |= fflush(file) != 0;
	else
		failed |= fclose(file) != 0;
	if (failed && file != stderr)
		log_error(_("cannot write '%s': %s"), path, strerror(errno));
	if (failed && file == stderr) {
		/* It may be possible again; why it was not is forgotten. */
		clearerr(stderr);
		log_error(_("cannot write the result: %s"), strerror(EIO));
	}
	return !failed;
}

static int run(int argc, char **argv)
{
	struct trace_args args = { .program = command_program(&argc, argv) };
	struct option_list list = { 0 };
	struct trace_who who = { 0 };
	struct trace_sink sink = { .args = &args, .options = &list, .who = &who };
	int status;

	if (command_parse(&cmd_trace, argc, argv, &args))
		return EXIT_WRONG_USE;
	if (args.program && !args.program[0]) {
		log_error(_("there is no program after --"));
		return EXIT_WRONG_USE;
	}
	if (args.options && option_list_parse(args.options, OPTION_LIST_UNREAD, &list) < 0)
		return EXIT_WRONG_USE;
	if (args.stack || args.read)
		sink.names = stack_names_new();
	status = trace_find_who(&args, &who);
	if (status == EXIT_DONE && open_sink(&sink) < 0)
		status = EXIT_PARTLY;
	else if (status == EXIT_DONE)
		status = args.read ? trace_capture(&sink) : trace_live(&sink);
	if (sink.view)
		sink.view->end(sink.view);
	if (!close_file(sink.file, args.output ? args.output : "-") && status == EXIT_DONE)
		status = EXIT_PARTLY;
	if (!close_file(sink.capture, args.save) && status == EXIT_DONE)
		status = EXIT_PARTLY;
	stack_names_free(sink.names);
	trace_free_who(&who);
	option_list_free(&list);
	if (sink.has_run)
		launch_end_as(sink.run_status);
	return status;
}

const struct command cmd_trace = {
	.name = "trace",
	.summary = N_("what programs set and read, call by call"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_TRACE,
};
