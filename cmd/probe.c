/* SPDX-License-Identifier: MIT */
/* sockopt probe - what this kernel, container or sandbox really supports */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include <log.h>
#include <probe-run.h>
#include <probe-view.h>
#include <text.h>

#include "cmd.h"
#include "probe-diff.h"

#define KEY_TAP 256
#define KEY_DIFF 257

struct probe_args {
	char **words; /* borrowed from argv */
	int n_words;
	bool *options; /* wanted */
	bool kinds[PROBE_KINDS_MAX];
	bool some_kinds;
	bool verify, json, tap, diff;
};

static const struct argp_option options[] = {
	{ "diff", KEY_DIFF, NULL, 0, N_("Compare two files with the output of probe --json"), 0 },
	{ "json", 'J', NULL, 0, N_("JSON lines"), 0 },
	{ "kind", 'k', N_("KINDS"), 0, N_("On these kinds of socket only: tcp4,unix-stream; several with a *: tcp*"), 0 },
	{ "tap", KEY_TAP, NULL, 0, N_("With --verify: a line for each option and group of facts, as test harnesses read it"), 0 },
	{ "verify", 'V', NULL, 0, N_("Compare the catalogue with the kernel, and list the contradictions"), 0 },
	{ 0 },
};

/** Does a name fit a word that may end in a '*'? */
static bool fits(const char *word, size_t length, const char *name)
{
	if (length && word[length - 1] == '*')
		return strncasecmp(name, word, length - 1) == 0;
	return strlen(name) == length && strncasecmp(name, word, length) == 0;
}

static void take_kinds(struct argp_state *state, struct probe_args *args, const char *list)
{
	args->some_kinds = true;
	for (size_t length; *list; list += length + (list[length] == ',')) {
		bool found = false;

		length = strcspn(list, ",");
		for (size_t i = 0; i < probe_n_kinds; i++)
			if (fits(list, length, probe_kinds[i].name))
				found = args->kinds[i] = true;
		if (!found)
			command_wrong_use(state, _("'%.*s' is not a kind of socket: tcp4, udp6, unix-stream, netlink-route ..."), (int)length,
					  list);
	}
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct probe_args *args = state->input;

	switch (key) {
	case 'J': args->json = true; return 0;
	case 'k': take_kinds(state, args, arg); return 0;
	case 'V': args->verify = true; return 0;
	case KEY_TAP: args->tap = true; return 0;
	case KEY_DIFF: args->diff = true; return 0;
	case ARGP_KEY_ARG: args->words[args->n_words++] = arg; return 0;
	case ARGP_KEY_END:
		if (args->tap && (!args->verify || args->json))
			command_wrong_use(state, _("--tap goes with --verify, and not with --json"));
		if (args->diff && (args->n_words != 2 || args->verify || args->some_kinds))
			command_wrong_use(state, _("--diff takes two files, and nothing else but --json"));
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[OPTION | LEVEL...]\n--diff A.json B.json"),
	.doc = N_("Find out what this kernel, container or sandbox really supports.\v"
		  "A table of all options, or socket by socket those that are named: what can be read and set, the default, the "
		  "range, the capability that it needs, whether an accepted socket has it from its listener. Only sockets of its "
		  "own are touched, in a network namespace of its own where that is permitted.\n\n"
		  "Examples:\n"
		  "  sockopt probe TCP_NODELAY SO_MARK\n"
		  "  sockopt probe udp --kind 'udp*' --json > here.json\n"
		  "  sockopt probe --verify tcp --kind tcp4\n\n"
		  "Exit status: 0 probed, no contradiction, no difference; 1 contradictions or differences; 2 wrong use; 3 the "
		  "probe failed."),
	.children = common_children,
};

/** Marks the options that a word means. @return false: it means none */
static bool take_word(struct probe_args *args, const char *word)
{
	const struct sockopt_option *option = sockopt_find(word);
	const struct sockopt_level *level = option ? NULL : sockopt_find_level(word);
	struct sockopt_error error = {
		.problem = SOCKOPT_NO_SUCH_OPTION,
		.word = word,
		.word_length = strlen(word),
	};

	for (size_t i = 0; i < sockopt_count(); i++) {
		if (level && sockopt_at(i)->level == level)
			args->options[i] = true;
		for (const struct sockopt_option *twin = option; twin; twin = twin->twin)
			if (twin == sockopt_at(i))
				args->options[i] = true;
	}
	if (option || level)
		return true;
	sockopt_nearest(word, error.near, 4);
	log_sockopt_error(NULL, &error);
	return false;
}

/** What progress() tells of, and to whom. */
struct telling {
	const bool *options;
	struct probe_tap *tap; /* NULL: not asked for */
};

static void progress(void *context, const struct probe_result *result, size_t option)
{
	const struct telling *telling = context;
	size_t done = 0, total = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		done += i < option && telling->options[i];
		total += telling->options[i];
	}
	log_progress(_("options probed:"), done, total);
	if (telling->tap)
		probe_view_tap_until(telling->tap, result, option);
}

static int probe(const struct probe_args *args)
{
	struct probe_tap tap = { .file = stdout, .options = args->options };
	struct telling telling = { args->options, args->tap ? &tap : NULL };
	const struct probe_request request = {
		.options = args->options,
		.kinds = args->kinds,
		.verify = args->verify,
		.progress = progress,
		.context = &telling,
	};
	struct probe_result *result;
	struct probe_sums sums;
	struct utsname system;
	int r = probe_run(&request, &result);

	if (r < 0 || uname(&system) < 0) {
		log_error(_("cannot probe: %s"), strerror(r < 0 ? -r : errno));
		return EXIT_PARTLY;
	}
	const struct probe_view view = {
		.result = result,
		.options = args->options,
		.kinds = args->kinds,
		.system = system.sysname,
		.release = system.release,
		.version = system.version,
		.machine = system.machine,
		.verbose = log_is_verbose(),
	};

	if (args->tap)
		probe_view_tap_end(&tap, result);
	else if (args->json)
		(args->verify ? probe_view_verify_json : probe_view_matrix_json)(stdout, &view);
	else
		(args->verify ? probe_view_verify_text : probe_view_matrix_text)(stdout, &view);
	probe_sum(result, &sums);
	probe_free(result);
	return sums.contradicted ? EXIT_NOTHING : EXIT_DONE;
}

static int run(int argc, char **argv)
{
	struct probe_args args = {
		.words = xmalloc((size_t)argc * sizeof(char *)),
		.options = xmalloc(sockopt_count() * sizeof(bool)),
	};
	int status = EXIT_DONE;

	if (command_parse(&cmd_probe, argc, argv, &args))
		return EXIT_WRONG_USE;
	for (int i = 0; i < args.n_words && !args.diff; i++)
		if (!take_word(&args, args.words[i]))
			status = EXIT_WRONG_USE;
	if (args.n_words == 0)
		memset(args.options, true, sockopt_count() * sizeof(bool));
	if (!args.some_kinds)
		memset(args.kinds, true, sizeof(args.kinds));
	if (args.diff)
		status = probe_diff(args.words[0], args.words[1], args.json);
	else if (status == EXIT_DONE)
		status = probe(&args);
	free(args.words);
	free(args.options);
	return status;
}

const struct command cmd_probe = {
	.name = "probe",
	.summary = N_("what this kernel, container or sandbox really supports"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_OPTION,
};
