/* SPDX-License-Identifier: MIT */
/* sockopt apply - rules for a cgroup, a unit, a container, the machine: kept by the kernel when we are gone */

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgroup.h>
#include <log.h>
#include <policy-pin.h>
#include <policy-view.h>
#include <text.h>

#include "apply-live.h"
#include "cmd.h"
#include "rule-source.h"

#define RULES_FOLDER "/etc/sockopt.d"

struct source {
	const char *text; /* borrowed from argv */
	bool is_file;
};

struct apply_args {
	struct source *sources;
	size_t n_sources;
	const char *cgroup, *unit;
	pid_t pid;
	bool all, yes;
	const char *name, *pins;
	bool check, dry_run, live, force, json;
};

static const struct argp_option options[] = {
	{ "cgroup", 'g', N_("PATH"), 0, N_("Attach to this cgroup (and those below it)"), 0 },
	{ "unit", 'u', N_("NAME"), 0, N_("Attach to the cgroup of a systemd unit"), 0 },
	{ "pid", 'p', N_("PID"), 0, N_("Attach to the cgroup of this process"), 0 },
	{ "all", 'a', NULL, 0, N_("Attach to the root: every program of the machine (with --yes)"), 0 },
	{ "yes", 'y', NULL, 0, N_("Really do it with --all"), 0 },
	{ "rule", 'r', N_("RULE"), 0, N_("A rule: listen and port=80: TCP_DEFER_ACCEPT=5s"), 1 },
	{ "check", 'c', NULL, 0, N_("Explain each rule: when, at which hook, what; change nothing"), 1 },
	{ "dry-run", 'n', NULL, 0, N_("Say which sockets that are there now differ; change nothing"), 1 },
	{ "live", 'l', NULL, 0, N_("Change sockets that are there now, too ('sockopt undo' takes it back)"), 1 },
	{ "name", 'N', N_("NAME"), 0, N_("Name of the policy (default: made from the cgroup's path)"), 2 },
	{ "pin", 'P', N_("DIRECTORY"), 0, N_("Where policies are pinned, in a bpffs (/sys/fs/bpf/sockopt)"), 2 },
	{ "force", 'F', NULL, 0, N_("Make dangerous or irreversible assignments too"), 2 },
	{ "json", 'J', NULL, 0, N_("One JSON object per line"), 2 },
	{ 0 },
};

static pid_t parse_pid(const char *text, struct argp_state *state)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (*end || end == text || pid <= 0 || pid > INT32_MAX)
		command_wrong_use(state, _("'%s' is not a process number"), text);
	return (pid_t)pid;
}

static void check_args(const struct apply_args *args, struct argp_state *state)
{
	int targets = (args->cgroup != NULL) + (args->unit != NULL) + (args->pid != 0) + args->all;

	if (targets > 1)
		command_wrong_use(state, _("one of --cgroup, --unit, --pid and --all, not several"));
	else if (args->check + args->dry_run + args->live > 1)
		command_wrong_use(state, _("one of --check, --dry-run and --live, not several"));
	else if (!targets && !args->check && !args->dry_run)
		command_wrong_use(state, _("for which programs? --cgroup PATH, --unit NAME, --pid PID, or --all --yes"));
	else if (args->all && !args->yes && !args->check && !args->dry_run)
		command_wrong_use(state, _("--all means every program of the machine: --yes does it, --dry-run says what differs"));
	else if (args->name && !policy_name_is_valid(args->name))
		command_wrong_use(state, _("'%s' is no name of a policy: letters, digits, - and _"), args->name);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct apply_args *args = state->input;

	switch (key) {
	case 'g': args->cgroup = arg; return 0;
	case 'u': args->unit = arg; return 0;
	case 'p': args->pid = parse_pid(arg, state); return 0;
	case 'a': args->all = true; return 0;
	case 'y': args->yes = true; return 0;
	case 'c': args->check = true; return 0;
	case 'n': args->dry_run = true; return 0;
	case 'l': args->live = true; return 0;
	case 'N': args->name = arg; return 0;
	case 'P': args->pins = arg; return 0;
	case 'F': args->force = true; return 0;
	case 'J': args->json = true; return 0;
	case 'r':
	case ARGP_KEY_ARG:
		args->sources[args->n_sources++] = (struct source){ .text = arg, .is_file = key == ARGP_KEY_ARG };
		return 0;
	case ARGP_KEY_END: check_args(args, state); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[FILE...]"),
	.doc = N_("Let the sockets of programs that are started by others have the options that rules say: those of a cgroup, "
		  "which is what a systemd unit and a container are. The rules are BPF programs in the kernel; they stay when "
		  "sockopt ends, until 'sockopt policy remove'. Applied again, they replace those before them at the same instant. "
		  "Without a FILE or RULE, /etc/sockopt.d/*.rules are taken. See sockopt-rules(5).\v"
		  "Examples:\n"
		  "  sockopt apply --check web.rules\n"
		  "  sockopt apply --unit nginx --dry-run web.rules\n"
		  "  sockopt apply --unit nginx --live web.rules\n"
		  "  sockopt apply --unit nginx -r 'TCP_USER_TIMEOUT=30s'\n"
		  "  sockopt policy\n\n"
		  "Exit status: 0 done, 1 no rules, 2 wrong use or a rule that BPF cannot serve, 3 some failed, 4 not permitted."),
	.children = common_children,
};

/* ---- rules ---- */

static int read_folder(struct rules *rules)
{
	glob_t found;
	int r = glob(RULES_FOLDER "/*.rules", 0, NULL, &found) == GLOB_NOMATCH ? -ENOENT : 0;

	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++)
		r = rule_source_file(rules, found.gl_pathv[i]);
	globfree(&found);
	if (r == -ENOENT)
		log_error(_("there is no file %s"), RULES_FOLDER "/*.rules");
	return r;
}

static int read_rules(const struct apply_args *args, struct rules *rules)
{
	int r = 0;

	if (args->n_sources == 0)
		return read_folder(rules);
	for (size_t i = 0; i < args->n_sources && r == 0; i++)
		r = (args->sources[i].is_file ? rule_source_file : rule_source_text)(rules, args->sources[i].text);
	if (r == -ENOENT)
		log_hint(_("a rule instead of a file: -r 'tcp: TCP_USER_TIMEOUT=30s'"));
	return r;
}

static void say_refused(const struct policy_refusal *refusal)
{
	char what[512];

	/* The text is ours, and has one %s or none. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(what, sizeof(what), _(refusal->what), refusal->word);
#pragma GCC diagnostic pop
	log_error("%s:%u: %s: %s", refusal->rule->source, refusal->rule->line,
		  refusal->action ? refusal->action->text : refusal->rule->text, what);
	if (refusal->hint)
		log_hint("%s", _(refusal->hint));
	else
		log_hint(_("'sockopt run --engine notify' can, for a program that it starts"));
}

static void say_obstacle(const struct policy_obstacle *obstacle, bool is_in_force)
{
	if (is_in_force)
		log_warning("%s: %s", _(obstacle->what), strerror(obstacle->error));
	else
		log_error("BPF: %s: %s", _(obstacle->what), strerror(obstacle->error));
	if (obstacle->hint)
		log_hint("%s", _(obstacle->hint));
}

static void explain(const struct apply_args *args, const struct policy_program *program)
{
	for (unsigned i = 0; i < program->n_lines; i++) {
		const struct policy_line *line = &program->lines[i];
		const char *hooks[POLICY_N_HOOKS + 1];
		unsigned mask = policy_hooks(program, i);
		size_t n = 0;

		for (unsigned hook = 0; hook < POLICY_N_HOOKS; hook++)
			if (mask >> hook & 1)
				hooks[n++] = policy_hook_word((enum policy_hook)hook);
		hooks[n] = NULL;
		policy_view_plan(stdout, args->json,
				 &(struct policy_view_plan){
					 .source = line->rule->source,
					 .line = line->rule->line,
					 .rule = line->rule->text,
					 .action = line->action->text,
					 .verb = rule_verb_word(line->action),
					 .moments = policy_moments(program, i),
					 .hooks = hooks,
				 });
	}
}

/* ---- the cgroup ---- */

static int say_no_cgroup(const struct apply_args *args, int r)
{
	char pid[16];
	const char *word = args->cgroup ? args->cgroup : args->unit;

	if (!word) {
		snprintf(pid, sizeof(pid), "%d", (int)args->pid);
		word = pid;
	}
	if (r == -ENODEV)
		log_error(_("there is no unified cgroup hierarchy (version 2) here"));
	else if (r == -ENOTUNIQ)
		log_error(_("several cgroups are named as the unit '%s'"), word);
	else if (r == -ESRCH)
		log_error(_("there is no such process"));
	else
		log_error(_("the cgroup of '%s' cannot be found: %s"), word, strerror(-r));
	if (r == -ENOTUNIQ)
		log_hint(_("name one by its path: --cgroup PATH"));
	return r;
}

/** @param ret "" if none was asked for */
static int find_cgroup(const struct apply_args *args, char *ret)
{
	char path[CGROUP_PATH_MAX];
	int r = 0, fd;

	*ret = '\0';
	if (args->unit)
		r = cgroup_of_unit(args->unit, path);
	else if (args->pid)
		r = cgroup_of_pid(args->pid, path);
	else if (args->cgroup || args->all)
		snprintf(path, sizeof(path), "%s", args->all ? "/" : args->cgroup);
	else
		return 0;
	if (r < 0)
		return say_no_cgroup(args, r);
	fd = cgroup_open(path, ret, NULL);
	if (fd < 0)
		return say_no_cgroup(args, fd);
	close(fd);
	if (!cgroup_is_root(ret) || args->all)
		return 0;
	log_error(_("this is the root of the cgroups, and every program of the machine is in it"));
	log_hint(_("--all --yes means it; --all --dry-run says what differs"));
	return -EINVAL;
}

/* ---- put in force ---- */

static int status_of(int r)
{
	return r == -EPERM || r == -EACCES ? EXIT_FORBIDDEN : EXIT_PARTLY;
}

static int put(const struct apply_args *args, const struct policy_program *program, const char *cgroup)
{
	char name[POLICY_NAME_MAX];
	struct policy_obstacle obstacle;
	struct policy *policy = NULL;
	int r;

	if (args->name)
		snprintf(name, sizeof(name), "%s", args->name);
	else
		policy_name_of(cgroup, name);
	r = policy_probe(&obstacle);
	if (r == 0)
		r = policy_pin_probe(args->pins, &obstacle);
	if (r == 0)
		r = policy_load(program, POLICY_TELLS_NOTHING, &policy, &obstacle);
	if (r == 0)
		r = policy_pin(policy, program, args->pins, name, cgroup, &obstacle);
	policy_free(policy);
	if (!args->live)
		policy_drop_privileges();
	if (r != 0) {
		say_obstacle(&obstacle, r > 0);
		return status_of(r);
	}
	log_hint(_("'sockopt policy' tells what it does, 'sockopt policy remove %s' takes it away"), name);
	return EXIT_DONE;
}

static char *command_line(const struct apply_args *args, const char *cgroup)
{
	size_t size = strlen(cgroup) + 32, used;
	char *text;

	for (size_t i = 0; i < args->n_sources; i++)
		size += strlen(args->sources[i].text) + sizeof(" -r ''");
	text = xmalloc(size);
	used = (size_t)snprintf(text, size, "apply --live --cgroup %s", cgroup);
	for (size_t i = 0; i < args->n_sources; i++)
		used += (size_t)snprintf(text + used, size - used, args->sources[i].is_file ? " %s" : " -r '%s'",
					 args->sources[i].text);
	return text;
}

static int go_live(const struct apply_args *args, const struct rules *rules, const char *cgroup)
{
	char *command = command_line(args, cgroup);
	int status = apply_live(&(struct apply_live){
		.rules = rules,
		.cgroup = *cgroup && !cgroup_is_root(cgroup) ? cgroup : NULL,
		.command = command,
		.dry_run = args->dry_run,
		.json = args->json,
	});

	free(command);
	return status;
}

static int apply(const struct apply_args *args, const struct rules *rules, struct policy_program *program)
{
	struct policy_refusal refusal;
	char cgroup[CGROUP_PATH_MAX];
	int status;

	if (policy_compile(rules, policy_sees(), program, &refusal) < 0) {
		say_refused(&refusal);
		return EXIT_WRONG_USE;
	}
	if (find_cgroup(args, cgroup) < 0)
		return EXIT_WRONG_USE;
	if (args->check) {
		explain(args, program);
		return EXIT_DONE;
	}
	if (args->dry_run)
		return go_live(args, rules, cgroup);
	status = put(args, program, cgroup);
	return status == EXIT_DONE && args->live ? go_live(args, rules, cgroup) : status;
}

static int run(int argc, char **argv)
{
	struct apply_args args = { .sources = xmalloc((size_t)argc * sizeof(struct source)), .pins = POLICY_PINS };
	struct policy_program *program = xmalloc(sizeof(*program));
	struct rules rules = { 0 };
	int status = EXIT_WRONG_USE;

	if (command_parse(&cmd_apply, argc, argv, &args))
		return EXIT_WRONG_USE;
	if (read_rules(&args, &rules) < 0)
		status = EXIT_WRONG_USE;
	else if (rules.n == 0) {
		log_error(_("there are no rules in it"));
		status = EXIT_NOTHING;
	} else if (args.force || rule_source_dangers(&rules) == 0) {
		status = apply(&args, &rules, program);
	}
	rules_free(&rules);
	free(program);
	free(args.sources);
	return status;
}

const struct command cmd_apply = {
	.name = "apply",
	.summary = N_("let programs that are started by others have options: by rules, in the kernel"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_FILES,
};
