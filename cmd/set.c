/* SPDX-License-Identifier: MIT */
/* sockopt set - change options of live sockets, with the old values kept */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <change-view.h>
#include <log.h>
#include <rule.h>
#include <text.h>

#include "cmd.h"
#include "engine-option.h"
#include "transaction.h"

struct set_args {
	const char *selector;
	char **assignments; /* borrowed from argv */
	int n_assignments;
	struct transaction_wish wish;
	bool yes;
	bool force;
	bool json;
};

static const struct argp_option options[] = {
	{ "dry-run", 'n', NULL, 0, N_("Say what would change, change nothing"), 0 },
	{ "yes", 'y', NULL, 0, N_("Really do it for the selector 'all'"), 0 },
	{ "force", 'f', NULL, 0, N_("Set dangerous or irreversible values too"), 0 },
	{ "keep-going", 'k', NULL, 0, N_("Go on after a failure, and keep what was changed"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object per socket and option, one per line"), 0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct set_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[1] = &args->wish.engine; return 0;
	case 'n': args->wish.dry_run = true; return 0;
	case 'y': args->yes = true; return 0;
	case 'f': args->force = true; return 0;
	case 'k': args->wish.keep_going = true; return 0;
	case 'J': args->json = true; return 0;
	case ARGP_KEY_ARG:
		if (!args->selector) {
			args->selector = arg;
			return 0;
		}
		args->assignments[args->n_assignments++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!args->selector)
			command_wrong_use(state, _("a selector is needed: which sockets? ('all --yes' for all)"));
		else if (args->n_assignments == 0)
			command_wrong_use(state, _("SELECTOR and OPTION=VALUE are needed, such as port=80 TCP_NODELAY=on"));
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("SELECTOR OPTION=VALUE..."),
	.doc = N_("Set options of the sockets that a selector picks, in the processes that hold them, which are neither "
		  "stopped nor restarted. The old values are kept: 'sockopt undo' brings them back. If a change fails, those "
		  "made before it are taken back.\v"
		  "Values are written as 'sockopt explain OPTION' says: on, 30s, 4MiB, bbr, ef, on:5s, 100Mbit/s. For an "
		  "option without a name: LEVEL:NUMBER=0xBYTES.\n\n"
		  "Examples:\n"
		  "  sockopt set 1234:6 TCP_NODELAY=on\n"
		  "  sockopt set 'process=nginx and established' SO_KEEPALIVE=on TCP_KEEPIDLE=60s\n"
		  "  sockopt set 'port=5432' TCP_USER_TIMEOUT=30s --dry-run\n\n"
		  "Exit status: 0 all set, 1 nothing matched, 2 wrong use, 3 some failed, 4 not permitted."),
	.children = engine_children,
};

static int check_dangers(const struct set_args *args)
{
	int r = 0;

	for (size_t i = 0; i < args->wish.n_assignments && !args->force; i++) {
		const struct sockopt_assignment *assignment = &args->wish.assignments[i];

		if (!rule_is_dangerous(assignment->option, &assignment->value))
			continue;
		log_error("%s: %s", args->assignments[i],
			  sockopt_text(assignment->option->danger.why, text_language()));
		r = -EPERM;
	}
	if (r < 0)
		log_hint(_("--force sets it all the same"));
	return r;
}

static int parse_assignments(struct set_args *args)
{
	size_t n = (size_t)args->n_assignments;
	struct sockopt_unnamed *unnamed = xmalloc(n * sizeof(*unnamed));
	int r = 0;

	args->wish.assignments = xmalloc(n * sizeof(*args->wish.assignments));
	args->wish.unnamed = unnamed;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct sockopt_error error;

		r = sockopt_parse_assignment(args->assignments[i], &args->wish.assignments[i], &unnamed[i], &error);
		if (r < 0)
			log_sockopt_error(NULL, &error);
	}
	args->wish.n_assignments = n;
	return r;
}

/** For the journal, which is to hold no keys. */
static char *command_line(const struct set_args *args)
{
	static const char hidden[] = "***";
	size_t size = strlen(args->selector) + 16;
	size_t used;
	char *text;

	for (int i = 0; i < args->n_assignments; i++)
		size += strlen(args->assignments[i]) + sizeof(hidden) + 1;
	text = xmalloc(size);
	used = (size_t)snprintf(text, size, "set '%s'", args->selector);
	for (int i = 0; i < args->n_assignments; i++) {
		const char *assignment = args->assignments[i];
		bool is_secret = sockopt_has_secret(args->wish.assignments[i].option->type);
		size_t shown = is_secret ? strcspn(assignment, "=") + 1 : strlen(assignment);

		used += (size_t)snprintf(text + used, size - used, " %.*s%s", (int)shown, assignment, is_secret ? hidden : "");
	}
	return text;
}

static int run(int argc, char **argv)
{
	struct set_args args = { .assignments = xmalloc((size_t)argc * sizeof(char *)) };
	struct selector *selector = NULL;
	char *command = NULL;
	int status = EXIT_WRONG_USE;

	if (command_parse(&cmd_set, argc, argv, &args))
		return EXIT_WRONG_USE;
	selector = command_selector(args.selector);
	if (parse_assignments(&args) < 0 || check_dangers(&args) < 0)
		goto end;
	if (selector_is_all(selector) && !args.yes && !args.wish.dry_run) {
		log_error(_("'all' means every socket of the machine that you may change"));
		log_hint(_("--dry-run says what would change, --yes does it"));
		goto end;
	}
	command = command_line(&args);
	args.wish.selector = selector;
	args.wish.selector_text = args.selector;
	args.wish.command = command;
	args.wish.view = command_change_view(args.json);
	status = transaction_run(&args.wish);
end:
	free(command);
	free(args.wish.assignments);
	free(args.wish.unnamed);
	free(args.assignments);
	selector_free(selector);
	return status;
}

const struct command cmd_set = {
	.name = "set",
	.summary = N_("change options of live sockets, with undo"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_ASSIGNMENTS,
};
