/* SPDX-License-Identifier: MIT */
/* sockopt tune - which values of a few options serve a goal best on a link */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <paths.h>
#include <rounds.h>
#include <option-search.h>
#include <text.h>
#include <tune-view.h>

#include "cmd.h"
#include "companion.h"
#include "measure-load.h"
#include "measure-place.h"
#include "measure-run.h"
#include "measure-variants.h"
#include "plot-file.h"
#include "tune-space.h"

#define ROUNDS_USUAL 12
#define ROUNDS_MAX 1000
#define TIME_USUAL_US 1000000
#define COMMAND_LINE_MAX 4096

enum {
	KEY_SERVER = 256,
	KEY_TAKE,
	KEY_WARM_UP,
	KEY_RUNS,
	KEY_SEED,
	KEY_PLOT,
	KEY_REPORT,
};

static const struct goal {
	const char *word, *load;
	enum sockopt_goal goal;
	enum metric metric;
} goals[] = {
	{ "throughput", "bulk", SOCKOPT_FOR_THROUGHPUT, METRIC_THROUGHPUT },
	{ "latency", "rr", SOCKOPT_FOR_LATENCY, METRIC_P99 },
	{ "connections", "crr", SOCKOPT_FOR_CONNECTIONS, METRIC_CONNECTIONS },
};

struct tune_args {
	char **words;
	size_t n_words;
	const struct goal *goal;
	struct measure_where where;
	const char *load;
	struct trial_load trial;
	int64_t time_us, warm_up_us, rounds, runs, seed; /* -1: not given */
	const char *profile, *plot, *report;
	bool json, force;
};

static const struct argp_option options[] = {
	{ "goal", 'g', N_("GOAL"), 0, N_("What to optimise: throughput, latency (its p99) or connections (per second)"), 0 },
	{ "load", 'o', N_("LOAD"), 0, N_("What it carries, as with 'measure' (default: bulk, rr or crr, by the goal)"), 0 },
	{ "server", KEY_SERVER, N_("COMMAND"), 0, N_("The server of a COMMAND"), 0 },
	{ "take", KEY_TAKE, N_("REGEX"), 0, N_("A figure from the COMMAND's output: what the first group matches"), 0 },
	{ "runs", KEY_RUNS, N_("N"), 0, N_("At most this many runs for the search (default: one for each combination)"), 0 },
	{ "rounds", 'n', N_("N"), 0, N_("Rounds in which what was found is then measured against the defaults (default: 12)"), 0 },
	{ "time", 't', N_("TIME"), 0, N_("How long each run is measured (default: 1s)"), 0 },
	{ "warm-up", KEY_WARM_UP, N_("TIME"), 0, N_("How long each run goes on before that (default: by the link's round trip)"), 0 },
	{ "seed", KEY_SEED, N_("N"), 0, N_("Seed for what is tried and for the order of the runs"), 0 },
	{ "force", 'F', NULL, 0, N_("Allow dangerous options, too"), 0 },
	{ "output", 'O', N_("FILE"), 0, N_("Write what was found as a profile for 'run' and 'apply'"), 0 },
	{ "plot", KEY_PLOT, N_("FILE"), 0, N_("Draw the search into a file, FILE.svg or FILE.png"), 0 },
	{ "report", KEY_REPORT, N_("FILE"), 0, N_("Write a report: one HTML file with plots, method and environment"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object"), 0 },
	{ 0 },
};

static const struct goal *take_goal(const struct argp_state *state, const char *word)
{
	for (size_t i = 0; i < sizeof(goals) / sizeof(goals[0]); i++)
		if (strcmp(goals[i].word, word) == 0)
			return &goals[i];
	command_wrong_use(state, _("'%s' is not a goal: throughput, latency or connections"), word);
	return NULL;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct tune_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[1] = &args->where; return 0;
	case 'g': args->goal = take_goal(state, arg); return 0;
	case 'o': args->load = arg; return 0;
	case 'n': args->rounds = measure_take_number(state, "--rounds", arg, 1, ROUNDS_MAX); return 0;
	case 't': args->time_us = measure_take_time(state, "--time", arg, MEASURE_TIME_LEAST_US); return 0;
	case 'F': args->force = true; return 0;
	case 'J': args->json = true; return 0;
	case 'O': args->profile = arg; return 0;
	case KEY_WARM_UP: args->warm_up_us = measure_take_time(state, "--warm-up", arg, 0); return 0;
	case KEY_SERVER: args->trial.serve = arg; return 0;
	case KEY_TAKE: args->trial.take = arg; return 0;
	case KEY_RUNS: args->runs = measure_take_number(state, "--runs", arg, 4, SEARCH_RUNS_MAX); return 0;
	case KEY_SEED: args->seed = measure_take_number(state, "--seed", arg, 0, INT64_MAX); return 0;
	case KEY_PLOT: args->plot = arg; return 0;
	case KEY_REPORT: args->report = arg; return 0;
	case ARGP_KEY_ARG: args->words[args->n_words++] = arg; return 0;
	case ARGP_KEY_END:
		if (!args->goal)
			command_wrong_use(state, "%s", _("a goal is needed: --goal throughput, latency or connections"));
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[OPTION=VALUE[,VALUE...]...]"),
	.doc = N_("Search the values of a few options that serve a goal best, on a link as fast, long and lossy as asked for. "
		  "Which options can matter for the goal, and which values are worth trying, the catalogue says ('explain'); or "
		  "say it yourself. What is found is then measured in turn with the defaults, so that what it gains, and how "
		  "certain that is, does not come from the search itself. Nothing of this system is changed.\v"
		  "Values that a sysctl would cut are left out, and the sysctl is named. Loads and links are those of 'measure'.\n\n"
		  "Examples:\n"
		  "  sockopt tune --goal throughput --link 'rate=1Gbit/s rtt=80ms' -O wan.rules\n"
		  "  sockopt tune --goal latency --load 'rr writes=2'\n"
		  "  sockopt tune --goal throughput SO_SNDBUF=64KiB,1MiB --link 'rtt=20ms'\n"
		  "  sockopt run --file wan.rules -- COMMAND\n\n"
		  "Exit status: 0 searched, 2 wrong use, 3 some of it failed, 4 no network namespace can be made."),
	.children = measure_where_children,
};

/* ---- the runs ---- */

struct session {
	const struct tune_args *args;
	const struct measure_variants *variants;
	const struct measure_place *place;
	enum metric metric;
	size_t compared[2]; /* of the variants: those of the comparison */
	bool said;          /* why a run failed */
};

static int run_variant(const struct session *session, size_t variant, struct trial_result *ret)
{
	const struct rules *rules = &session->variants->rules[variant];

	return measure_run(&session->args->trial, session->place, rules, rules, ret);
}

static void say_failed(struct session *session, size_t variant, const struct trial_result *result)
{
	if (!session->said)
		measure_say_failed(session->variants->texts[variant], result);
	session->said = true;
}

/** It did not fail, and has no figure: no transaction came to its end. */
static void say_empty(struct session *session, size_t variant)
{
	if (!session->said)
		log_warning(_("%s: nothing came to its end in the time that a run is measured (--time)"),
			    session->variants->texts[variant]);
	session->said = true;
}

static int run_compared(void *context, size_t index, struct trial_result *ret)
{
	const struct session *session = context;

	return run_variant(session, session->compared[index], ret);
}

static void on_compared(void *context, size_t index, const struct trial_result *result, size_t done, size_t total)
{
	struct session *session = context;

	log_progress(_("comparison:"), done, total);
	if (result->error)
		say_failed(session, session->compared[index], result);
}

/** A combination's number: that of its variant, since both count the values of the first option fastest. */
static size_t number_of(const struct search_space *space, const size_t *values)
{
	size_t number = 0;

	for (size_t i = space->n_options; i-- > 0;)
		number = number * space->options[i].n_values + values[i];
	return number;
}

/** @return 0 or -EINTR */
static int search_all(struct session *session, struct search *search, const struct tune_space *space,
		      unsigned int budget, struct tune_step *steps, size_t *ret_n)
{
	bool higher = metric_info(session->metric)->higher_is_better;
	size_t values[SEARCH_OPTIONS_MAX];

	while (search_next(search, values)) {
		size_t variant = number_of(&space->space, values);
		struct trial_result result;
		struct tune_step *step = &steps[*ret_n];
		struct interval best;
		int r = run_variant(session, variant, &result);

		if (r == -EINTR)
			return r;
		if (r < 0)
			say_failed(session, variant, &result);
		*step = (struct tune_step){ session->variants->texts[variant], NAN, NAN };
		if (r == 0)
			step->value = result.values[session->metric];
		if (r == 0 && !(step->value > 0))
			say_empty(session, variant);
		search_tell(search, higher ? step->value : 1 / step->value);
		if (search_best(search, values, &best))
			step->best = higher ? best.middle : 1 / best.middle;
		++*ret_n;
		log_progress(_("search:"), *ret_n, budget);
	}
	log_progress(_("search:"), budget, budget);
	return 0;
}

/* ---- what came of it ---- */

static int write_profile(FILE *file, const struct tune_result *result)
{
	tune_view_profile(file, result);
	return 0;
}

static bool write_file(const char *path, const struct tune_result *result,
		       int (*write)(FILE *file, const struct tune_result *result))
{
	struct plot_file plot;

	return plot_file_open(path, &plot) && plot_file_close(&plot, write(plot.file, result));
}

/** @return false: a file could not be written */
static bool show(const struct tune_args *args, const struct tune_result *result)
{
	bool is_better = result->found && tune_view_is_better(result), written = true;

	if (args->json)
		tune_view_json(stdout, result);
	else
		tune_view_text(stdout, result);
	if (args->plot)
		written &= write_file(args->plot, result, tune_view_svg);
	if (args->report && result->found)
		written &= write_file(args->report, result, tune_view_report);
	if (args->profile && is_better)
		written &= write_file(args->profile, result, write_profile);
	else if (args->profile)
		log_warning(_("no profile is written: nothing that was tried is better than the defaults"));
	return written;
}

/** Measures what was found in turn with the defaults. @return 0, or -errno; -EINTR: as far as it came */
static int compare(struct session *session, size_t found, uint64_t seed, struct experiment *experiment)
{
	const struct rounds rounds = { run_compared, on_compared, session };
	const struct tune_args *args = session->args;
	const char *const texts[] = { session->variants->texts[0], session->variants->texts[found] };
	uint32_t metrics = measure_metrics(&args->trial);
	int r = experiment_make(texts, 2, (unsigned int)args->rounds, metrics, experiment);

	if (r < 0)
		return r;
	session->compared[1] = found;
	measure_describe(experiment, &args->trial, args->load, session->place);
	experiment->seed = seed;
	r = rounds_run(&rounds, experiment);
	if (experiment_conclude(experiment) < 0)
		r = -ENOMEM;
	return r;
}

/** @return an exit status */
static int conclude(struct session *session, struct search *search, const struct tune_space *space, uint64_t seed,
		    const char *command, const struct tune_result *searched)
{
	size_t values[SEARCH_OPTIONS_MAX] = { 0 }, found;
	struct environment environment;
	struct experiment experiment = { 0 };
	struct tune_result result = *searched;
	struct experiment_environment where = { 0 };
	int r = 0;
	bool well;

	if (!search_simplest(search, values)) {
		log_error(_("every run failed"));
		return EXIT_PARTLY;
	}
	found = number_of(&space->space, values);
	if (found != 0) {
		/* Of before the comparison: its load average is not the comparison's own. */
		measure_describe_environment(&environment, session->place, command, &where);
		r = compare(session, found, seed, &experiment);
		experiment.environment = where;
		result.found = r == 0 || r == -EINTR ? session->variants->texts[found] : NULL;
		result.experiment = &experiment;
	}
	well = show(session->args, &result);
	experiment_free(&experiment);
	return r < 0 || !well ? EXIT_PARTLY : EXIT_DONE;
}

static int tune(struct session *session, const struct tune_space *space, const char *command)
{
	const struct tune_args *args = session->args;
	size_t n = search_grid(&space->space);
	unsigned int budget = (unsigned int)(args->runs > 0 ? (size_t)args->runs : n < 8 ? 8 :
											   n);
	struct tune_result result = { .goal = args->goal->word, .metric = session->metric, .n_combinations = n };
	struct tune_step *steps = xmalloc(SEARCH_RUNS_MAX * sizeof(*steps));
	uint64_t seed = measure_seed(args->seed);
	struct search *search;
	int r = search_new(&space->space, budget, seed, &search), status;

	if (r < 0) {
		log_error("%s", strerror(-r));
		free(steps);
		return EXIT_PARTLY;
	}
	result.steps = steps;
	r = search_all(session, search, space, budget, steps, &result.n_steps);
	if (r == -EINTR) {
		log_error(_("interrupted: what was found until then was not compared with the defaults"));
		status = EXIT_PARTLY;
	} else {
		status = conclude(session, search, space, seed, command, &result);
	}
	search_free(search);
	free(steps);
	return status;
}

/** The tail of latencies is not to be had of few transactions: then their median, or number, is to be best. */
static int try_defaults(struct session *session)
{
	struct trial_result result;
	int r = run_variant(session, 0, &result);

	if (r == -EINTR) {
		log_error(_("interrupted: nothing was found yet"));
		return EXIT_PARTLY;
	}
	if (r == 0 && session->metric == METRIC_P99 && isnan(result.values[METRIC_P99])) {
		session->metric = isnan(result.values[METRIC_P50]) ? METRIC_TRANSACTIONS : METRIC_P50;
		log_warning(_("too few transactions in a run for a p99 (--time makes runs longer); searched for instead: %s"),
			    _(metric_info(session->metric)->title));
	}
	return EXIT_DONE;
}

static int run_in_place(struct tune_args *args, const struct measure_place *place, const char *command)
{
	struct session session = { .args = args, .place = place, .metric = args->goal->metric };
	struct measure_variants variants;
	struct tune_space space;
	int status = tune_space_make(args->goal->goal, args->words, args->n_words, &space);

	if (status != EXIT_DONE)
		return status;
	if (args->trial.spec.kind == LOAD_COMMAND)
		session.metric = args->trial.take ? METRIC_FIGURE : METRIC_DURATION;
	status = measure_variants_read(space.words, space.space.n_options, args->force, &variants);
	if (status == EXIT_DONE && variants.n != search_grid(&space.space)) {
		log_error(_("a value or an option is given twice"));
		status = EXIT_WRONG_USE;
	}
	if (status == EXIT_DONE) {
		session.variants = &variants;
		status = try_defaults(&session);
	}
	if (status == EXIT_DONE)
		status = tune(&session, &space, command);
	measure_variants_free(&variants);
	tune_space_free(&space);
	return status;
}

static bool read_load(struct tune_args *args)
{
	if (!args->load)
		args->load = args->goal->load;
	if (!measure_load_read(args->load, &args->trial) || !plot_file_check(args->plot))
		return false;
	if (args->trial.spec.kind != LOAD_COMMAND &&
	    !(load_spec_metrics(&args->trial.spec) >> args->goal->metric & 1)) {
		log_error(_("the load '%s' does not measure %s"), args->load, _(metric_info(args->goal->metric)->title));
		return false;
	}
	return measure_where_takes(&args->where, &args->trial);
}

static int run(int argc, char **argv)
{
	struct tune_args args = { .time_us = TIME_USUAL_US, .warm_up_us = -1, .runs = -1, .seed = -1 };
	struct measure_place place;
	char command[COMMAND_LINE_MAX], preload[4200];
	int status = EXIT_WRONG_USE;

	args.rounds = ROUNDS_USUAL;
	measure_command_line("tune", argc, argv, command, sizeof(command));
	args.words = xmalloc((size_t)argc * sizeof(char *));
	args.where.sysctls = xmalloc((size_t)argc * sizeof(char *));
	if (command_parse(&cmd_tune, argc, argv, &args) == 0 && read_load(&args))
		status = measure_place_find(&args.where, &place);
	args.trial.preload = companion_path("SOCKOPT_PRELOAD", SOCKOPT_PRELOAD_FILE, "../preload/libsockopt-preload.so", preload,
					    sizeof(preload));
	if (status == EXIT_DONE)
		status = measure_place_open(&place, &args.where);
	if (status == EXIT_DONE) {
		measure_load_times(&args.trial, measure_place_rtt_us(&place), args.time_us, args.warm_up_us);
		fflush(stdout);
		measure_catch_interrupt();
		status = run_in_place(&args, &place, command);
		measure_place_close(&place);
	}
	free(args.words);
	free(args.where.sysctls);
	return status;
}

const struct command cmd_tune = {
	.name = "tune",
	.summary = N_("search the values of options that serve a goal best"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_MEASURE,
};
