/* SPDX-License-Identifier: MIT */
/* sockopt measure - what an option does to throughput, latency, processor time, memory */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <measure-view.h>
#include <paths.h>
#include <report.h>
#include <rounds.h>
#include <text.h>

#include "cmd.h"
#include "companion.h"
#include "measure-calibrate.h"
#include "measure-load.h"
#include "measure-place.h"
#include "measure-run.h"
#include "measure-variants.h"
#include "plot-file.h"

#define ROUNDS_USUAL 10
#define ROUNDS_MAX 10000
#define TIME_USUAL_US 2000000
#define COMMAND_LINE_MAX 4096

enum {
	KEY_SERVER = 256,
	KEY_TAKE,
	KEY_WARM_UP,
	KEY_ON,
	KEY_SEED,
	KEY_PLOT,
	KEY_REPORT,
	KEY_CALIBRATE,
	KEY_SERVE,
};

enum ends {
	ON_BOTH,
	ON_CLIENT,
	ON_SERVER,
};

struct measure_args {
	char **words; /* borrowed from argv */
	size_t n_words;
	struct measure_where where;
	const char *load;
	struct trial_load trial;
	int64_t time_us, warm_up_us; /* warm_up_us -1: by the link's round trip */
	int64_t rounds, seed;        /* seed -1: another one each time */
	enum ends ends;
	const char *plot, *report; /* files, NULL: none */
	bool json, force, calibrate, serve;
};

static const struct argp_option options[] = {
	{ "calibrate", KEY_CALIBRATE, NULL, 0, N_("Only try the link: what was asked for, and what it does on this machine"), 0 },
	{ "serve", KEY_SERVE, NULL, OPTION_HIDDEN, NULL, 0 },
	{ "load", 'o', N_("LOAD"), 0, N_("What it carries: bulk (the default), rr, crr, udp, or a COMMAND"), 0 },
	{ "server", KEY_SERVER, N_("COMMAND"), 0, N_("The server of a COMMAND"), 0 },
	{ "take", KEY_TAKE, N_("REGEX"), 0, N_("A figure from the COMMAND's output: what the first group matches"), 0 },
	{ "rounds", 'n', N_("N"), 0, N_("How many rounds, each with one run of every variant (default: 10)"), 0 },
	{ "time", 't', N_("TIME"), 0, N_("How long each run is measured (default: 2s)"), 0 },
	{ "warm-up", KEY_WARM_UP, N_("TIME"), 0, N_("How long each run goes on before that (default: by the link's round trip)"), 0 },
	{ "on", KEY_ON, N_("END"), 0, N_("Whose sockets have the options: both (the default), client or server"), 0 },
	{ "seed", KEY_SEED, N_("N"), 0, N_("Seed for the order of the runs, to repeat it"), 0 },
	{ "engine", 'e', N_("ENGINE"), 0, N_("How a COMMAND's sockets get the options, as with 'run'"), 0 },
	{ "force", 'F', NULL, 0, N_("Allow dangerous options, too"), 0 },
	{ "plot", KEY_PLOT, N_("FILE"), 0, N_("Draw it into a file, FILE.svg or FILE.png"), 0 },
	{ "report", KEY_REPORT, N_("FILE"), 0, N_("Write a report: one HTML file with plots, method and environment"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object"), 0 },
	{ 0 },
};

/* ---- the command line ---- */

static enum ends take_ends(const struct argp_state *state, const char *word)
{
	static const char *const words[] = { "both", "client", "server" };

	for (enum ends ends = ON_BOTH; ends <= ON_SERVER; ends++)
		if (strcmp(word, words[ends]) == 0)
			return ends;
	command_wrong_use(state, _("'%s' is not an end: both, client or server"), word);
	return ON_BOTH;
}

static const struct run_engine *take_engine(const struct argp_state *state, const char *word)
{
	for (size_t i = 0; run_engines[i]; i++)
		if (strcmp(run_engines[i]->name, word) == 0)
			return run_engines[i];
	if (strcmp(word, "auto") != 0)
		command_wrong_use(state, _("'%s' is not an engine"), word);
	return NULL;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct measure_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[1] = &args->where; return 0;
	case 'o': args->load = arg; return 0;
	case 'n': args->rounds = measure_take_number(state, "--rounds", arg, 1, ROUNDS_MAX); return 0;
	case 't': args->time_us = measure_take_time(state, "--time", arg, MEASURE_TIME_LEAST_US); return 0;
	case 'e': args->trial.engine = take_engine(state, arg); return 0;
	case 'F': args->force = true; return 0;
	case 'J': args->json = true; return 0;
	case KEY_WARM_UP: args->warm_up_us = measure_take_time(state, "--warm-up", arg, 0); return 0;
	case KEY_SERVER: args->trial.serve = arg; return 0;
	case KEY_TAKE: args->trial.take = arg; return 0;
	case KEY_ON: args->ends = take_ends(state, arg); return 0;
	case KEY_SEED: args->seed = measure_take_number(state, "--seed", arg, 0, INT64_MAX); return 0;
	case KEY_CALIBRATE: args->calibrate = true; return 0;
	case KEY_SERVE: args->serve = true; return 0;
	case KEY_PLOT: args->plot = arg; return 0;
	case KEY_REPORT: args->report = arg; return 0;
	case ARGP_KEY_ARG: args->words[args->n_words++] = arg; return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[OPTION=VALUE[,VALUE...]...]"),
	.doc = N_("Measure what options do to throughput, latency, processor time, retransmissions and memory, between two hosts "
		  "of their own (network namespaces) and a link as fast, long and lossy as asked for. The values of several "
		  "options are combined. Without the options (default) is always measured, and what the others are compared "
		  "with. Every round runs each variant once, in an order that chance chooses; an effect is called one only "
		  "where chance does not explain it.\v"
		  "bulk sends as much as goes; rr is a request and its response after each other; crr has a connection for each; "
		  "udp sends at a steady rate. Sizes and numbers follow: 'rr connections=8 request=64 response=1KiB writes=2'. In "
		  "a COMMAND {server}, {port} and {client} stand for addresses and a free port.\n\n"
		  "Examples:\n"
		  "  sockopt measure TCP_NODELAY=on --load 'rr writes=2'\n"
		  "  sockopt measure SO_RCVBUF=64KiB,1MiB --link 'rate=1Gbit/s rtt=100ms'\n"
		  "  sockopt measure TCP_CONGESTION=cubic,bbr --link 'rtt=40ms loss=1%'\n"
		  "  sockopt measure SO_RCVBUF=8KiB,1MiB --load 'udp rate=200Mbit/s' --json\n"
		  "  sockopt measure TCP_NODELAY=on --server 'python3 -m http.server {port}' \\\n"
		  "      --load 'wrk -d 2 http://{server}:{port}/' \\\n"
		  "      --take 'Requests/sec: *([0-9.]+)'\n"
		  "  sockopt measure --link 'rate=1Gbit/s rtt=80ms loss=0.1%' --calibrate\n\n"
		  "Exit status: 0 measured, 1 the link does not keep what was asked of it (--calibrate), 2 wrong use, 3 some runs "
		  "failed, 4 no network namespace can be made."),
	.children = measure_where_children,
};

static bool read_load(struct measure_args *args)
{
	if (!measure_load_read(args->load, &args->trial) || !plot_file_check(args->plot) ||
	    !measure_where_takes(&args->where, &args->trial))
		return false;
	if (args->calibrate && (args->where.to || args->where.ssh)) {
		log_error(_("--calibrate tries a link of our own: without --to and --ssh"));
		return false;
	}
	return true;
}

/* ---- the runs ---- */

struct session {
	const struct measure_args *args;
	const struct measure_variants *variants;
	const struct measure_place *place;
	bool *said; /* of each variant: why a run failed */
};

static int run_variant(void *context, size_t variant, struct trial_result *ret)
{
	const struct session *session = context;
	const struct measure_args *args = session->args;
	const struct rules *rules = &session->variants->rules[variant];
	const struct rules *client = args->ends == ON_SERVER ? NULL : rules;
	const struct rules *server = args->ends == ON_CLIENT ? NULL : rules;

	return measure_run(&args->trial, session->place, client, server, ret);
}

static void on_told(void *context, size_t variant, const struct trial_result *result, size_t done, size_t total)
{
	const struct session *session = context;

	log_progress(_("runs:"), done, total);
	if (result->window && !result->error)
		log_debug(_("%s: %.0f bit/s, window %llu bytes, round trip %.0f us"), session->variants->texts[variant],
			  result->values[METRIC_THROUGHPUT], (unsigned long long)result->window,
			  result->values[METRIC_P50]);
	if (!result->error || session->said[variant])
		return;
	session->said[variant] = true;
	measure_say_failed(session->variants->texts[variant], result);
}

static int write_report(FILE *file, const struct experiment *experiment)
{
	return report_write(file, experiment, NULL);
}

/** A file of what was measured. @return false: it cannot be written, which was said */
static bool write_file(const char *path, const struct experiment *experiment,
		       int (*write)(FILE *file, const struct experiment *experiment))
{
	struct plot_file plot;

	return plot_file_open(path, &plot) && plot_file_close(&plot, write(plot.file, experiment));
}

/** @return false: a file could not be written */
static bool show(const struct measure_args *args, const struct experiment *experiment)
{
	bool written = true;

	if (args->json)
		measure_view_json(stdout, experiment);
	else
		measure_view_text(stdout, experiment);
	if (args->plot)
		written &= write_file(args->plot, experiment, measure_view_svg);
	if (args->report)
		written &= write_file(args->report, experiment, write_report);
	return written;
}

static int status_of(const struct experiment *experiment, int r)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < experiment->n_variants; i++)
		failed += experiment->variants[i].failed;
	if (r == -EINTR)
		log_warning(_("interrupted: what was measured until then"));
	return r < 0 || failed ? EXIT_PARTLY : EXIT_DONE;
}

static int measure(struct measure_args *args, const struct measure_variants *variants, struct measure_place *place,
		   const char *command)
{
	struct session session = { args, variants, place, NULL };
	const struct rounds rounds = { run_variant, on_told, &session };
	struct environment environment;
	struct experiment experiment;
	uint32_t metrics = measure_metrics(&args->trial);
	int r = experiment_make((const char *const *)variants->texts, variants->n, (unsigned int)args->rounds, metrics,
				&experiment);

	if (r < 0) {
		log_error(_("out of memory"));
		return EXIT_PARTLY;
	}
	session.said = xmalloc(variants->n * sizeof(bool));
	experiment.seed = measure_seed(args->seed);
	measure_describe(&experiment, &args->trial, args->load, place);
	measure_describe_environment(&environment, place, command, &experiment.environment);
	r = rounds_run(&rounds, &experiment);
	if (experiment_conclude(&experiment) < 0 || !show(args, &experiment))
		r = -EIO;
	r = status_of(&experiment, r);
	experiment_free(&experiment);
	free(session.said);
	return r;
}

static bool takes_options(const struct measure_args *args, const struct measure_variants *variants)
{
	static const struct sockopt_kind tcp = { AF_INET, SOCK_STREAM, IPPROTO_TCP };
	static const struct sockopt_kind udp = { AF_INET, SOCK_DGRAM, IPPROTO_UDP };

	/* What sockets a command makes, it alone knows. */
	return args->trial.spec.kind == LOAD_COMMAND ||
	       measure_variants_check(variants, args->trial.spec.kind == LOAD_UDP ? &udp : &tcp) == 0;
}

/** In a place that has been read. */
static int run_in(struct measure_args *args, const struct measure_variants *variants, struct measure_place *place,
		  const char *command)
{
	int status = measure_place_open(place, &args->where);

	if (status != EXIT_DONE)
		return status;
	measure_load_times(&args->trial, measure_place_rtt_us(place), args->time_us, args->warm_up_us);
	fflush(stdout);
	measure_catch_interrupt();
	status = args->calibrate ? measure_calibrate(place, args->json) : measure(args, variants, place, command);
	measure_place_close(place);
	return status;
}

/** All but the options and the place has been read. @return an exit status */
static int measure_as_asked(struct measure_args *args, const char *command)
{
	struct measure_variants variants = { 0 };
	struct measure_place place;
	int status = measure_variants_read(args->words, args->n_words, args->force, &variants);

	if (status == EXIT_DONE && !takes_options(args, &variants))
		status = EXIT_WRONG_USE;
	if (status == EXIT_DONE)
		status = measure_place_find(&args->where, &place);
	if (status == EXIT_DONE)
		status = run_in(args, &variants, &place, command);
	measure_variants_free(&variants);
	return status;
}

static int run(int argc, char **argv)
{
	struct measure_args args = { .load = "bulk", .time_us = TIME_USUAL_US, .warm_up_us = -1, .seed = -1 };
	char command[COMMAND_LINE_MAX], preload[4200];
	int status = EXIT_WRONG_USE;

	measure_command_line("measure", argc, argv, command, sizeof(command));
	args.words = xmalloc((size_t)argc * sizeof(char *));
	args.where.sysctls = xmalloc((size_t)argc * sizeof(char *));
	args.rounds = ROUNDS_USUAL;
	args.trial.preload = companion_path("SOCKOPT_PRELOAD", SOCKOPT_PRELOAD_FILE,
					    "../preload/libsockopt-preload.so", preload, sizeof(preload));
	if (command_parse(&cmd_measure, argc, argv, &args) != 0)
		status = EXIT_WRONG_USE;
	else if (args.serve)
		status = remote_serve(stdin, stdout) < 0 ? EXIT_PARTLY : EXIT_DONE;
	else if (read_load(&args))
		status = measure_as_asked(&args, command);
	free(args.words);
	free(args.where.sysctls);
	return status;
}

const struct command cmd_measure = {
	.name = "measure",
	.summary = N_("what options do to throughput, latency, processor time, memory"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_MEASURE,
};
