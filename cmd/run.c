/* SPDX-License-Identifier: MIT */
/* sockopt run - start a program whose sockets have the options that rules say */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <log.h>
#include <paths.h>
#include <program.h>
#include <text.h>

#include "cmd.h"
#include "companion.h"
#include "rule-source.h"
#include "run-report.h"

/* As env(1) and nohup(1): a program's own status is anything else. */
enum { EXIT_RUN_FAILED = 125,
       EXIT_CANNOT_EXECUTE = 126,
       EXIT_NO_PROGRAM = 127 };

struct run_args {
	struct rules rules;
	const char *engine; /* NULL: auto */
	const char *report;
	bool force;
	bool verbose;
	bool list_profiles;
	bool has_program;
};

static const struct argp_option options[] = {
	{ "rule", 'r', N_("RULE"), 0, N_("A rule: listen and port=80: TCP_DEFER_ACCEPT=5s"), 0 },
	{ "file", 'f', N_("FILE"), 0, N_("Rules from a file"), 0 },
	{ "profile", 'p', N_("NAME"), 0, N_("Rules that come with sockopt"), 0 },
	{ "list-profiles", 'l', NULL, 0, N_("List the profiles"), 0 },
	{ "engine", 'e', N_("ENGINE"), 0, N_("How it is done: auto (the default: the best that may be used), or one of its names"), 0 },
	{ "report", 'R', N_("FILE"), 0, N_("Write what is done to a file: one JSON object per socket and option, one per line"), 0 },
	{ "force", 'F', NULL, 0, N_("Make dangerous or irreversible assignments too"), 0 },
	{ 0 },
};

static void take(struct argp_state *state, int r)
{
	(void)state;
	if (r < 0)
		exit(EXIT_RUN_FAILED);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct run_args *args = state->input;

	switch (key) {
	case 'r': take(state, rule_source_text(&args->rules, arg)); return 0;
	case 'f': take(state, rule_source_file(&args->rules, arg)); return 0;
	case 'p': take(state, rule_source_profile(&args->rules, arg)); return 0;
	case ARGP_KEY_ARG:
		/* Without -- it is probably the program. */
		if (args->has_program || strchr(arg, '='))
			take(state, rule_source_assignment(&args->rules, arg));
		return 0;
	case 'l': args->list_profiles = true; return 0;
	case 'e': args->engine = strcmp(arg, "auto") == 0 ? NULL : arg; return 0;
	case 'R': args->report = arg; return 0;
	case 'F': args->force = true; return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[OPTION=VALUE...] -- PROGRAM [ARGUMENT...]"),
	.doc = N_("Start a program, change nothing in it, and let its sockets have these options; those of the programs that it "
		  "starts, too. An assignment is made at the latest moment at which it still takes effect, or at the moment that "
		  "a rule names; see sockopt-rules(5).\v"
		  "Examples:\n"
		  "  sockopt run TCP_NODELAY=on TCP_USER_TIMEOUT=30s -- psql -h db\n"
		  "  sockopt run -r 'listen and port=80: TCP_DEFER_ACCEPT=5s' -v -- nginx\n"
		  "  sockopt run -r 'force TCP_CONGESTION=cubic' -- curl https://example.org/\n"
		  "  sockopt run -p dead-peer-30s -- ssh host\n\n"
		  "Exit status: that of the program; 125 if sockopt itself fails, 126 if the program cannot be executed, 127 if "
		  "there is none of that name."),
	.children = common_children,
};

/* ---- engines ---- */

/** "this kernel has no ..."; of a rule: which one, and why. */
static void format_obstacle(const struct run_obstacle *obstacle, char *ret, size_t size)
{
	char what[512];

	/* The text is ours, and has one %s or none. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(what, sizeof(what), _(obstacle->what), obstacle->word);
#pragma GCC diagnostic pop
	if (obstacle->rule)
		snprintf(ret, size, "%s: %s", obstacle->action ? obstacle->action->text : obstacle->rule->text, what);
	else if (obstacle->error)
		snprintf(ret, size, "%s: %s", what, strerror(obstacle->error));
	else
		snprintf(ret, size, "%s", what);
}

static void say_obstacle(bool is_error, const char *name, const struct run_obstacle *obstacle)
{
	void (*say)(const char *format, ...) = is_error ? log_error : log_debug;
	char text[1024];

	format_obstacle(obstacle, text, sizeof(text));
	say(_("engine %s is not to be had: %s"), name, text);
	if (is_error && obstacle->hint)
		log_hint("%s", _(obstacle->hint));
}

static bool is_engine(const char *name)
{
	char names[128] = "auto";

	for (size_t i = 0; run_engines[i]; i++) {
		size_t length = strlen(names);

		if (strcmp(run_engines[i]->name, name) == 0)
			return true;
		snprintf(names + length, sizeof(names) - length, ", %s", run_engines[i]->name);
	}
	log_error(_("'%s' is not an engine"), name);
	log_hint(_("engines: %s"), names);
	return false;
}

/** Begins with the engine that was named, or the first that can. @return 0 or -errno, which was said */
static int begin(const struct run_args *args, struct run_job *job, FILE *file)
{
	struct run_obstacle obstacle = { .what = "" };

	for (size_t i = 0; run_engines[i]; i++) {
		const struct run_engine *engine = run_engines[i];
		int r;

		if (args->engine && strcmp(args->engine, engine->name) != 0)
			continue;
		job->sink = run_report_sink(run_report_new(&args->rules, engine->name, file, args->verbose));
		r = engine->probe(job, &obstacle);
		if (r == 0) {
			log_debug(_("engine %s"), engine->name);
			r = engine->begin(job, &obstacle);
		}
		if (r == 0)
			return 0;
		say_obstacle(args->engine || !run_engines[i + 1], engine->name, &obstacle);
	}
	return -EOPNOTSUPP;
}

static bool has_log(const struct rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions; k++)
			if (rules->list[i]->actions[k]->verb == RULE_LOG)
				return true;
	return false;
}

static int open_report(const char *path, FILE **ret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);

	*ret = fd < 0 ? NULL : fdopen(fd, "a");
	if (*ret)
		return 0;
	log_error(_("cannot write '%s': %s"), path, strerror(errno));
	return -errno;
}

/* ---- the program ---- */

static int cannot_execute(const char *name, int error)
{
	log_error(_("cannot execute '%s': %s"), name, strerror(error));
	return error == ENOENT ? EXIT_NO_PROGRAM : EXIT_CANNOT_EXECUTE;
}

static int execute(struct run_args *args, char **program)
{
	char path[4096], preload[4200];
	FILE *file = NULL;
	struct run_job job = {
		.rules = &args->rules,
		.program = path,
		.preload = companion_path("SOCKOPT_PRELOAD", SOCKOPT_PRELOAD_FILE, "../preload/libsockopt-preload.so", preload,
					  sizeof(preload)),
		.wants_events = args->verbose || args->report || has_log(&args->rules),
		.keep_fd = -1,
	};
	int r = program_find(program[0], path, sizeof(path));

	if (r < 0)
		return cannot_execute(program[0], -r);
	if (args->report && open_report(args->report, &file) < 0)
		return EXIT_RUN_FAILED;
	if (file)
		job.keep_fd = fileno(file);
	fflush(stdout);
	if (args->rules.n == 0)
		log_debug(_("no rules: the program is started as it is"));
	else if (begin(args, &job, file) < 0)
		return EXIT_RUN_FAILED;
	execvp(program[0], program);
	return cannot_execute(program[0], errno);
}

static int run(int argc, char **argv)
{
	struct run_args args = { 0 };
	char **program = command_program(&argc, argv);
	int status = EXIT_RUN_FAILED;

	argp_err_exit_status = EXIT_RUN_FAILED;
	args.has_program = program && *program;
	if (command_parse(&cmd_run, argc, argv, &args))
		return EXIT_RUN_FAILED;
	args.verbose = log_is_verbose();
	if (args.list_profiles) {
		status = rule_source_list_profiles() < 0 ? EXIT_RUN_FAILED : EXIT_DONE;
	} else if (!program || !*program) {
		log_error(_("a program is needed, after '--'"));
		log_hint(_("write: sockopt run TCP_NODELAY=on -- PROGRAM"));
	} else if ((!args.engine || is_engine(args.engine)) && (args.force || rule_source_dangers(&args.rules) == 0)) {
		status = execute(&args, program);
	}
	rules_free(&args.rules);
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.summary = N_("start a program whose sockets have the options of rules"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_RUN,
};
