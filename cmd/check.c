/* SPDX-License-Identifier: MIT */
/* sockopt check - what may be wrong with the sockets of running programs */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check-view.h>
#include <finding-view.h>
#include <judge.h>
#include <log.h>
#include <text.h>
#include <unistd.h>

#include "check-args.h"
#include "cmd.h"
#include "engine-option.h"
#include "reach.h"

struct looking {
	const struct check_args *args;
	struct judge *judge;
	struct finding_view *view;
};

enum { KEY_SARIF = 256,
       KEY_KIND };

static const struct argp_option options[] = {
	{ "severity", 's', N_("SEVERITY"), 0, N_("Only findings that are at least this: note (the default), warning, error"), 0 },
	{ "ignore", 'i', N_("ID[,ID...]"), 0, N_("Leave these checks out"), 0 },
	{ "all", 'a', NULL, 0, N_("Every socket by itself, even where many have the same finding"), 0 },
	{ "explain", 'e', N_("ID"), 0, N_("What a check looks for, why, and its sources"), 0 },
	{ "read", 'r', N_("FILE"), 0, N_("Judge the calls of a capture of 'sockopt trace'"), 0 },
	{ "list", 'l', NULL, 0, N_("List the checks"), 0 },
	{ "config", 'c', N_("FILE"), 0, N_("Judge the configuration of nginx, HAProxy, Envoy, a systemd.socket or a sysctl.conf"), 0 },
	{ "kind", KEY_KIND, N_("KIND"), 0, N_("What --config is: nginx, haproxy, systemd, envoy or sysctl (default: by its content)"), 0 },
	{ "database", 'p', N_("DIRECTORY"), 0, N_("For source: the directory of compile_commands.json (default: looked for from each file upwards)"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object per finding (or check), one per line"), 0 },
	{ "sarif", KEY_SARIF, NULL, 0, N_("Findings in files as a SARIF 2.1.0 log, for editors and code hosting"), 0 },
	{ 0 },
};

static const struct check *find_check(const struct argp_state *state, const char *id)
{
	const struct check *check = check_find(id);

	if (!check)
		command_wrong_use(state, _("'%s' is not a check: 'sockopt check --list' lists them"), id);
	return check;
}

static void ignore(struct check_args *args, const struct argp_state *state, char *ids)
{
	for (char *rest = ids, *id = strsep(&rest, ","); id; id = strsep(&rest, ",")) {
		const struct check *check = find_check(state, id);

		if (check)
			args->ignored[check - check_table] = true;
	}
}

static enum check_severity find_severity(const struct argp_state *state, const char *word)
{
	for (int i = 0; i < CHECK_N_SEVERITIES; i++)
		if (strcmp(check_severity_word((enum check_severity)i), word) == 0)
			return (enum check_severity)i;
	command_wrong_use(state, _("'%s' is not one of note, warning, error"), word);
	return CHECK_NOTE;
}

static enum config_kind find_kind(const struct argp_state *state, const char *word)
{
	for (int i = 0; i < CONFIG_N_KINDS; i++)
		if (strcmp(config_kind_word((enum config_kind)i), word) == 0)
			return (enum config_kind)i;
	command_wrong_use(state, _("'%s' is not one of nginx, haproxy, systemd, envoy, sysctl"), word);
	return CONFIG_N_KINDS;
}

/** A file of C, by its name: a selector that ends so has an operator in it. */
static bool is_source(const char *word)
{
	const char *dot = strrchr(word, '.');

	return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0) && (access(word, F_OK) == 0 || !strpbrk(word, "=<>~() "));
}

static void add_file(struct check_args *args, const char *file)
{
	args->files = xrealloc(args->files, (args->n_files + 1) * sizeof(*args->files));
	args->files[args->n_files++] = file;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct check_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[1] = &args->engine; return 0;
	case 's': args->severity = find_severity(state, arg); return 0;
	case 'i': ignore(args, state, arg); return 0;
	case 'e': args->explained = find_check(state, arg); return 0;
	case 'a': args->each = true; return 0;
	case 'l': args->list = true; return 0;
	case 'r': args->read = arg; return 0;
	case 'J': args->json = true; return 0;
	case 'p': args->database = arg; return 0;
	case 'c':
		if (args->config)
			argp_error(state, _("--config takes one file at a time"));
		args->config = arg;
		return 0;
	case KEY_KIND: args->kind = find_kind(state, arg); return 0;
	case KEY_SARIF: args->sarif = true; return 0;
	case ARGP_KEY_ARG:
		if (is_source(arg)) {
			add_file(args, arg);
			return 0;
		}
		if (args->selector)
			command_wrong_use(state, _("'%s': a selector is one argument, put it in quotes"), arg);
		args->selector = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[SELECTOR]\n-- PROGRAM [ARGUMENT...]\n--read=FILE\n--config=FILE\nFILE.c... [-- FLAG...]"),
	.doc = N_("Judge the sockets that a selector picks (all that one may see): options that do not do what was meant, cost "
		  "time or lose data, with the reason, the numbers of this very socket, and the command that mends it. Nothing "
		  "is changed. With a program after -- it is run, and what it sets is judged, call by call. Files of C are read "
		  "by libclang and judged.\v"
		  "Sockets of one program that have the same finding are told as one, with an example. Findings with a program "
		  "that is run go to stderr: its output stays its own.\n\n"
		  "Examples:\n"
		  "  sockopt check\n"
		  "  sockopt check 'process=nginx' --severity warning\n"
		  "  sockopt check 1234:6 --ignore P12,P28\n"
		  "  sockopt check -p build src/*.c\n"
		  "  sockopt check --config /etc/haproxy/haproxy.cfg\n"
		  "  sockopt check --explain P26\n"
		  "  sockopt check --list\n\n"
		  "Exit status: 0 nothing was found, 1 something was found or nothing matched, 2 wrong use, 3 not all could be "
		  "read, 4 not permitted."),
	.children = engine_children,
};

bool check_is_wanted(const struct check_args *args, const struct check *check)
{
	return !args->ignored[check - check_table] && check->severity >= args->severity;
}

static int judge_socket(void *arg, struct live_socket *socket)
{
	struct looking *looking = arg;
	const struct check_args *args = looking->args;
	struct check_finding finding;

	judge_take(looking->judge, socket);
	for (size_t i = 0; i < check_count; i++)
		if (check_is_wanted(args, &check_table[i]) &&
		    judge_finds(looking->judge, &check_table[i], &finding))
			finding_view_add(looking->view, &socket->facts, &finding, judge_role(looking->judge));
	return 0;
}

/** Silence about what was not looked at would sound like praise. */
static void say_unjudged(const struct live_report *report)
{
	if (report->unreadable)
		log_hint(ngettext("%zu socket of others was not judged: that needs %s",
				  "%zu sockets of others were not judged: that needs %s", report->unreadable),
			 report->unreadable, reach_needs(report));
	else
		reach_say_hidden(report);
}

static int look(const struct check_args *args, const struct selector *selector)
{
	struct looking looking = {
		.args = args,
		.judge = judge_new(),
		.view = finding_view_new(stdout, args->json, args->each),
	};
	struct live_request request = { .selector = selector, .engine = args->engine };
	struct live_report report;
	size_t n;
	int r, status;

	if (!looking.judge || !looking.view) {
		log_error(_("out of memory"));
		judge_free(looking.judge);
		free(looking.view);
		return EXIT_PARTLY;
	}
	request.options = judge_options(looking.judge, &request.n_options);
	request.defaults = judge_defaults(looking.judge);
	r = live_each(&request, judge_socket, &looking, &report);
	engine_say(&report);
	if (r == 0 && judge_error(looking.judge))
		r = -judge_error(looking.judge);
	n = finding_view_end(looking.view);
	judge_free(looking.judge);
	fflush(stdout);
	status = reach_status(&report, args->selector, r);
	if (status != EXIT_DONE)
		return status;
	say_unjudged(&report);
	if (report.matched && report.matched == report.unreadable)
		return EXIT_FORBIDDEN;
	if (n == 0 && !args->json)
		printf("%s\n", _("Nothing was found."));
	return n ? EXIT_NOTHING : EXIT_DONE;
}

static void list(const struct check_args *args)
{
	for (size_t i = 0; i < check_count; i++) {
		if (!check_is_wanted(args, &check_table[i]))
			continue;
		if (args->json)
			check_view_json(stdout, &check_table[i]);
		else
			check_view_line(stdout, &check_table[i]);
	}
}

static bool is_one_thing(const struct check_args *args)
{
	if (args->n_files)
		return !args->selector && !args->read && !args->config;
	if (args->program && !args->program[0])
		return false;
	return (args->selector != NULL) + (args->program != NULL) + (args->read != NULL) + (args->config != NULL) <= 1;
}

static int run(int argc, char **argv)
{
	struct check_args args = {
		.ignored = xmalloc(check_count * sizeof(bool)),
		.program = command_program(&argc, argv),
		.kind = CONFIG_N_KINDS,
	};
	struct selector *selector;
	int status = EXIT_DONE;

	if (command_parse(&cmd_check, argc, argv, &args))
		return EXIT_WRONG_USE;
	if (!is_one_thing(&args)) {
		log_error(_("one thing is judged at a time: a selector, -- PROGRAM, --read FILE, --config FILE, or files of C"));
		return EXIT_WRONG_USE;
	}
	if ((args.sarif && !args.n_files && !args.config) || (args.database && !args.n_files) ||
	    (args.kind != CONFIG_N_KINDS && !args.config)) {
		log_error(_("%s is for findings in files"), args.sarif ? "--sarif" : args.database ? "--database" :
												     "--kind");
		return EXIT_WRONG_USE;
	}
	selector = command_selector(args.selector);
	if (args.explained && args.json)
		check_view_json(stdout, args.explained);
	else if (args.explained)
		check_view_full(stdout, args.explained);
	else if (args.list)
		list(&args);
	else if (args.config)
		status = check_config(&args);
	else if (args.n_files)
		status = check_source(&args);
	else if (args.program || args.read)
		status = check_run(&args);
	else
		status = look(&args, selector);
	selector_free(selector);
	free(args.ignored);
	free(args.files);
	return status;
}

const struct command cmd_check = {
	.name = "check",
	.summary = N_("what may be wrong with sockets, why, and what mends it"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_CHECK,
};
