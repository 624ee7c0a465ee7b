/* SPDX-License-Identifier: MIT */
/* sockopt policy - what rules are in force, what they did; and away with them */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <policy-pin.h>
#include <policy-view.h>
#include <text.h>

#include "cmd.h"

struct policy_args {
	const char *verb; /* remove, or NULL */
	const char *name;
	const char *pins;
	bool all;
	bool json;
};

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, N_("With remove: every policy"), 0 },
	{ "pin", 'P', N_("DIRECTORY"), 0, N_("Where policies are pinned, in a bpffs (/sys/fs/bpf/sockopt)"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object per policy, one per line"), 0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct policy_args *args = state->input;

	switch (key) {
	case 'a': args->all = true; return 0;
	case 'P': args->pins = arg; return 0;
	case 'J': args->json = true; return 0;
	case ARGP_KEY_ARG:
		if (!args->verb && strcmp(arg, "remove") == 0)
			args->verb = arg;
		else if (!args->name)
			args->name = arg;
		else
			command_wrong_use(state, _("'%s': one policy, or all (--all)"), arg);
		return 0;
	case ARGP_KEY_END:
		if (args->verb && !args->name && !args->all)
			command_wrong_use(state, _("which policy? a name, or --all"));
		else if (args->all && (!args->verb || args->name))
			command_wrong_use(state, _("--all is for 'policy remove --all'"));
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[NAME]\nremove NAME\nremove --all"),
	.doc = N_("List the policies that 'sockopt apply' put in force: to which cgroup each is attached, its rules, and how often "
		  "each made an assignment (hits), replaced what a program asked for (overrides), refused it (refusals), only "
		  "counted it (logged), or could not be made (failures). 'remove' detaches a policy and leaves nothing of it; "
		  "sockets keep the options that they have.\v"
		  "Examples:\n"
		  "  sockopt policy\n"
		  "  sockopt policy --json | jq '.rules[] | {action, hits}'\n"
		  "  sockopt policy remove system-slice_nginx-service\n\n"
		  "Exit status: 0 done, 1 there is none, 2 wrong use, 3 not all removed, 4 not permitted."),
	.children = common_children,
};

struct listing {
	const struct policy_args *args;
	size_t n;
	char (*names)[POLICY_NAME_MAX]; /* remove --all */
};

static unsigned count_bits(unsigned bits)
{
	unsigned n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

static int show(void *arg, const struct policy_listing *policy)
{
	struct listing *listing = arg;
	struct policy_view_line *lines;

	if (listing->args->name && strcmp(listing->args->name, policy->name) != 0)
		return 0;
	listing->n++;
	lines = xmalloc(policy->head.n_lines * sizeof(*lines));
	for (unsigned i = 0; i < policy->head.n_lines; i++)
		lines[i] = (struct policy_view_line){
			.source = policy->lines[i].source,
			.line = policy->lines[i].line,
			.rule = policy->lines[i].rule,
			.action = policy->lines[i].action,
			.moments = policy->lines[i].moments,
			.hits = policy->counters[i].hits,
			.overrides = policy->counters[i].overrides,
			.refusals = policy->counters[i].refusals,
			.logged = policy->counters[i].logged,
			.failures = policy->counters[i].failures,
			.error = (int)policy->counters[i].error,
		};
	policy_view_policy(stdout, listing->args->json,
			   &(struct policy_view_policy){
				   .name = policy->name,
				   .cgroup = policy->head.cgroup,
				   .time_s = (int64_t)policy->head.time_s,
				   .is_gone = policy->is_gone,
				   .is_incomplete = policy->is_incomplete,
				   .hooks = count_bits(policy->attached),
				   .lines = lines,
				   .n_lines = policy->head.n_lines,
			   });
	free(lines);
	return 0;
}

static int say_failed(const struct policy_args *args, int r)
{
	log_error(_("cannot read the policies in '%s': %s"), args->pins, strerror(-r));
	if (r != -EPERM && r != -EACCES)
		return EXIT_PARTLY;
	log_hint(_("policies are the kernel's: only who has CAP_BPF, as root has, may look at them"));
	return EXIT_FORBIDDEN;
}

static int list(const struct policy_args *args)
{
	struct listing listing = { .args = args };
	int r = policy_each(args->pins, show, &listing);

	if (r < 0)
		return say_failed(args, r);
	if (listing.n == 0 && args->name)
		log_error(_("there is no policy '%s' in '%s'"), args->name, args->pins);
	else if (listing.n == 0)
		log_hint(_("no policy is in force; 'sockopt apply' makes one"));
	return listing.n ? EXIT_DONE : EXIT_NOTHING;
}

static int remove_one(const struct policy_args *args, const char *name)
{
	int r = policy_remove(args->pins, name);

	if (r == 0)
		return EXIT_DONE;
	if (r == -ENOENT) {
		log_error(_("there is no policy '%s' in '%s'"), name, args->pins);
		return EXIT_NOTHING;
	}
	log_error(_("cannot remove the policy '%s': %s"), name, strerror(-r));
	return r == -EPERM || r == -EACCES ? EXIT_FORBIDDEN : EXIT_PARTLY;
}

static int note_name(void *arg, const struct policy_listing *policy)
{
	struct listing *listing = arg;

	listing->names = xrealloc(listing->names, (listing->n + 1) * sizeof(*listing->names));
	memcpy(listing->names[listing->n++], policy->name, sizeof(policy->name));
	return 0;
}

static int remove_all(const struct policy_args *args)
{
	struct listing listing = { .args = args };
	int r = policy_each(args->pins, note_name, &listing), status;

	if (r < 0)
		return say_failed(args, r);
	status = listing.n ? EXIT_DONE : EXIT_NOTHING;
	for (size_t i = 0; i < listing.n; i++) {
		int one = remove_one(args, listing.names[i]);

		status = one == EXIT_DONE ? status : EXIT_PARTLY;
	}
	free(listing.names);
	return status;
}

static int run(int argc, char **argv)
{
	struct policy_args args = { .pins = POLICY_PINS };

	if (command_parse(&cmd_policy, argc, argv, &args))
		return EXIT_WRONG_USE;
	if (!args.verb)
		return list(&args);
	return args.all ? remove_all(&args) : remove_one(&args, args.name);
}

const struct command cmd_policy = {
	.name = "policy",
	.summary = N_("list the rules in force with what they did, or remove them"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_POLICY,
};
