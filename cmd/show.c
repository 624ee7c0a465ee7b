/* SPDX-License-Identifier: MIT */
/* sockopt show - every socket, and what its options are */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <defaults.h>
#include <failure.h>
#include <log.h>
#include <namespaces.h>
#include <show.h>
#include <sockets.h>
#include <template.h>
#include <text.h>

#include "cmd.h"
#include "engine-option.h"
#include "option-list.h"
#include "show-sort.h"
#include "reach.h"

#define KINDS_MAX 64
#define TEMPLATES_MAX 16
#define SCRATCH_SIZE 65536

struct show_args {
	const char *selector;
	char *options;
	bool all;
	bool json;
	bool force;
	bool sorts;
	struct sort_key sort;
	enum live_engine engine;
	double watch; /* seconds between two looks; 0: one look */
};

/** The last socket of a kind and state: its values, and how they were written. */
struct follow {
	struct live_template *template;
	struct show_line *line;
};

/** Which options are read of one kind of socket. */
struct plan {
	struct sockopt_kind kind;
	const struct sockopt_option **options;
	const struct sockopt_option **shown; /* each option, or the field of it that was asked for */
	size_t n;
	struct live_template *templates[TEMPLATES_MAX]; /* a namespace and state each */
	size_t n_templates;
	struct follow follows[TEMPLATES_MAX];
	size_t n_follows;
};

struct show {
	const struct show_args *args;
	struct option_list wanted; /* -o; empty: all that apply */
	struct plan plans[KINDS_MAX];
	size_t n_plans;
	struct defaults *defaults;
	struct show_view *view;
	struct show_sort *sort; /* NULL: shown as they come */
	unsigned char *scratch;
	uint64_t own_netns;
	struct namespaces_names *names; /* of namespaces; NULL: not read yet */
	int error;                      /* of the machine, negative: a value could not be read */
};

static const struct argp_option options[] = {
	{ "option", 'o', N_("OPTION[,OPTION...]"), 0, N_("A table of these options only, or of fields of them, such as TCP_INFO.tcpi_rtt"), 0 },
	{ "all", 'a', NULL, 0, N_("Every option, not only what differs from the default"), 0 },
	{ "json", 'J', NULL, 0, N_("One JSON object per socket, one per line"), 0 },
	{ "sort", 's', N_("KEY"), 0,
	  N_("In the order of pid, process, protocol, state, local, peer, port, netns, cookie, an OPTION or a field of "
	     "one; a minus before it: the greatest first. All sockets are kept in memory until the last one came"),
	  0 },
	{ "watch", 'w', N_("SECONDS"), OPTION_ARG_OPTIONAL, N_("Look again and again (every 2 seconds)"), 0 },
	{ "force", 'f', NULL, 0, N_("With -o: also read what changes by being read (SO_ERROR)"), 0 },
	{ 0 },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct show_args *args = state->input;
	char *end;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[1] = &args->engine; return 0;
	case 'o': args->options = arg; return 0;
	case 'a': args->all = true; return 0;
	case 'J': args->json = true; return 0;
	case 's':
		args->sorts = true;
		if (!show_sort_parse(arg, &args->sort))
			command_wrong_use(state, _("'%s' is not a key to sort by: pid, process, protocol, state, local, peer, port, netns, cookie, or the name of an option or of a field of one"), arg);
		return 0;
	case 'f': args->force = true; return 0;
	case 'w':
		args->watch = arg ? strtod(arg, &end) : 2;
		if (arg && (*end || end == arg || args->watch < 0.05 || args->watch > 86400))
			command_wrong_use(state, _("'%s' is not a time to wait: seconds, such as 2 or 0.5"), arg);
		return 0;
	case ARGP_KEY_ARG:
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
	.args_doc = N_("[SELECTOR]"),
	.doc = N_("Show the sockets that a selector picks (all that one may see), each once, with the processes that hold "
		  "it, and its options: those that differ from the default of a fresh socket.\v"
		  "A selector is one argument: all, PID, PID:FD, words (tcp udp unix listening established ...), comparisons "
		  "(process=nginx, port=80, peer=10.0.0.0/8, TCP_NODELAY=off), joined by and, or, not and parentheses.\n\n"
		  "Examples:\n"
		  "  sockopt show\n"
		  "  sockopt show 'process=nginx and listening'\n"
		  "  sockopt show 1234:6 --all\n"
		  "  sockopt show tcp -o TCP_CONGESTION,SO_RCVBUF\n"
		  "  sockopt show established --sort=-SO_RCVBUF\n"
		  "  sockopt show 'TCP_INFO.rtt > 100ms' -o TCP_INFO.rtt,TCP_INFO.total_retrans\n"
		  "  sockopt show 'established and SO_KEEPALIVE=off' --json\n\n"
		  "Exit status: 0 shown, 1 nothing matched, 2 wrong use, 3 not all could be read, 4 not permitted."),
	.children = engine_children,
};

static bool is_shown(const struct show *show, const struct sockopt_option *option)
{
	if (!(option->access & SOCKOPT_GET) || option->input_from_caller || option->is_of_netns ||
	    option->read_effect.kind != SOCKOPT_READ_HARMLESS)
		return false;
	return show->args->all || option->nature == SOCKOPT_SETTING;
}

static void add_to_plan(struct plan *plan, const struct sockopt_option *option, const struct sockopt_option *shown)
{
	plan->options[plan->n] = option;
	plan->shown[plan->n++] = shown;
}

static void plan_all(const struct show *show, struct plan *plan)
{
	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		bool twice = false;

		if (!is_shown(show, option) || !sockopt_applies(option, &plan->kind, SOCKOPT_GET))
			continue;
		/* UDP_CORK stands at two levels and is one thing. */
		for (size_t k = 0; k < plan->n && !twice; k++)
			twice = strcmp(plan->options[k]->name, option->name) == 0;
		if (!twice)
			add_to_plan(plan, option, option);
	}
}

static void plan_wanted(const struct show *show, struct plan *plan)
{
	for (size_t i = 0; i < show->wanted.n; i++) {
		const struct sockopt_option *wanted = show->wanted.options[i];
		const struct sockopt_option *option = sockopt_twin_for(wanted, &plan->kind, SOCKOPT_GET);

		if (option)
			add_to_plan(plan, option, wanted->part_of ? wanted : option);
	}
}

static void free_follow(struct follow *follow)
{
	live_template_free(follow->template);
	show_line_free(follow->line);
}

static void free_plan(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_templates; i++)
		live_template_free(plan->templates[i]);
	for (size_t i = 0; i < plan->n_follows; i++)
		free_follow(&plan->follows[i]);
	free(plan->options);
	free(plan->shown);
}

static struct plan *plan_for(struct show *show, const struct sockopt_kind *kind)
{
	struct plan *plan;

	for (size_t i = 0; i < show->n_plans; i++)
		if (memcmp(&show->plans[i].kind, kind, sizeof(*kind)) == 0)
			return &show->plans[i];
	/* More kinds than that at once: the oldest is planned anew when it comes again. */
	if (show->n_plans == KINDS_MAX)
		free_plan(&show->plans[--show->n_plans]);
	plan = &show->plans[show->n_plans++];
	*plan = (struct plan){ .kind = *kind };
	plan->options = xmalloc((sockopt_count() + show->wanted.n) * sizeof(const void *));
	plan->shown = xmalloc((sockopt_count() + show->wanted.n) * sizeof(const void *));
	if (show->wanted.n)
		plan_wanted(show, plan);
	else
		plan_all(show, plan);
	return plan;
}

/** Fills in the row of the plan's option number index. @return false: it is not to be shown */
static bool read_row(struct show *show, const struct plan *plan, struct live_socket *socket, size_t index,
		     struct show_row *row)
{
	const struct sockopt_option *option = plan->options[index];
	bool only_differing = !show->args->all && !show->wanted.n;
	bool is_part = plan->shown[index] != option;
	int r;

	*row = (struct show_row){ .option = plan->shown[index] };
	/* What the kernel moves by itself in this state tells nothing by differing. */
	if (only_differing && (option->adapts & facts_catalog_states(&socket->facts)))
		return false;
	r = live_peek(socket, option, show->scratch, SCRATCH_SIZE, &row->bytes, &row->length);
	if (failure_is_machine(r))
		show->error = r;
	/* What the kernel's structs do not tell of a socket that nobody holds cannot be asked for. */
	if (r == -ESTALE && socket->facts.n_holders == 0)
		return false;
	if (r < 0) {
		row->error = -r;
		return !only_differing;
	}
	if (is_part) {
		if (!sockopt_read_as(row->option, option, row->length))
			row->error = ENOPROTOOPT;
		return true;
	}
	/* In JSON nothing says so: whoever reads it compares for himself. */
	row->differs = !(show->args->json && !only_differing) &&
		       defaults_differs(show->defaults, socket, option, row->bytes, row->length);
	if (row->differs)
		row->by_default = defaults_get(show->defaults, socket, option);
	return row->differs || !only_differing;
}

static void show_option(struct show *show, const struct plan *plan, struct live_socket *socket, size_t index)
{
	struct show_row row;

	if (read_row(show, plan, socket, index, &row))
		show->view->row(show->view, &row);
}

/** The template for sockets like this one; NULL: each option must be looked at. */
static const struct live_template *template_for(struct show *show, struct plan *plan, const struct live_socket *socket)
{
	struct live_template *made;

	for (size_t i = 0; i < plan->n_templates; i++)
		if (live_template_fits(plan->templates[i], socket))
			return plan->templates[i];
	made = live_template_new(show->defaults, socket, plan->options, plan->n);
	if (!made)
		return NULL;
	/* More at once than that: the last one is made anew when it is wanted again. */
	if (plan->n_templates == TEMPLATES_MAX)
		live_template_free(plan->templates[--plan->n_templates]);
	plan->templates[plan->n_templates++] = made;
	return made;
}

static void show_differing(struct show *show, const struct plan *plan, struct live_socket *socket,
			   const struct live_template *template)
{
	struct template_set set;

	live_template_compare(template, socket, &set);
	for (size_t i = 0; i < sizeof(set.bits) / sizeof(set.bits[0]); i++)
		for (uint64_t left = set.bits[i]; left; left &= left - 1)
			show_option(show, plan, socket, i * 64 + (size_t)__builtin_ctzll(left));
}

/** What the last socket of this kind was shown with, made when the first comes; NULL if memory is short. */
static struct follow *follow_for(struct plan *plan, const struct live_socket *socket)
{
	struct follow *follow;

	for (size_t i = 0; i < plan->n_follows; i++)
		if (live_template_fits(plan->follows[i].template, socket))
			return &plan->follows[i];
	if (plan->n_follows == TEMPLATES_MAX)
		free_follow(&plan->follows[--plan->n_follows]);
	follow = &plan->follows[plan->n_follows];
	*follow = (struct follow){ live_template_follow(socket, plan->options, plan->n), show_line_new() };
	if (!follow->template || !follow->line || plan->n > SHOW_LINE_ROWS) {
		free_follow(follow);
		return NULL;
	}
	plan->n_follows++;
	return follow;
}

static void show_row_of_line(struct show *show, const struct plan *plan, struct live_socket *socket,
			     struct follow *follow, size_t index)
{
	struct show_row row;

	read_row(show, plan, socket, index, &row);
	show->view->row_of_line(show->view, follow->line, index, &row);
}

static bool is_in(const struct template_set *set, size_t index)
{
	return set->bits[index / 64] >> index % 64 & 1;
}

/** Every option; those that are as in the last socket of the kind are written as they were then. */
static void show_line(struct show *show, const struct plan *plan, struct live_socket *socket, struct follow *follow)
{
	struct template_set set;
	size_t end;

	live_template_compare(follow->template, socket, &set);
	for (size_t i = 0; i < plan->n; i = end) {
		end = i + 1;
		if (is_in(&set, i)) {
			show_row_of_line(show, plan, socket, follow, i);
			continue;
		}
		while (end < plan->n && !is_in(&set, end))
			end++;
		if (!show->view->repeat(show->view, follow->line, i, end))
			for (size_t k = i; k < end; k++)
				show_row_of_line(show, plan, socket, follow, k);
	}
	live_template_remember(follow->template, socket);
}

static void show_options(struct show *show, struct live_socket *socket)
{
	struct plan *plan = plan_for(show, &socket->facts.kind);
	bool only_differing = !show->args->all && !show->wanted.n;
	const struct live_template *template = only_differing ? template_for(show, plan, socket) : NULL;
	bool is_alike = !only_differing && show->view->repeat && socket->facts.n_holders;
	struct follow *follow = is_alike ? follow_for(plan, socket) : NULL;

	if (template)
		show_differing(show, plan, socket, template);
	else if (follow)
		show_line(show, plan, socket, follow);
	else
		for (size_t i = 0; i < plan->n; i++)
			show_option(show, plan, socket, i);
}

static int show_one(void *arg, struct live_socket *socket)
{
	struct show *show = arg;
	struct show_socket shown = {
		.facts = &socket->facts,
		.error = socket->error,
		.readable = live_is_readable(socket),
		.uid = socket->uid,
		.is_foreign = socket->facts.netns && socket->facts.netns != show->own_netns,
	};

	if (shown.is_foreign && !show->names)
		show->names = namespaces_names_new();
	shown.netns = shown.is_foreign ? namespaces_name(show->names, socket->facts.netns) : NULL;
	show->view->socket(show->view, &shown);
	if (shown.readable)
		show_options(show, socket);
	show->view->done(show->view);
	return ferror(stdout) ? 1 : 0; /* main() says why */
}

static int keep_one(void *arg, struct live_socket *socket)
{
	show_sort_keep(((struct show *)arg)->sort, socket);
	return 0;
}

static int look(struct show *show, const struct selector *selector)
{
	const struct live_request request = {
		.selector = selector,
		.engine = show->args->engine,
		.options = show->wanted.options,
		.n_options = show->wanted.n,
		.all_options = show->wanted.n == 0,
		.defaults = show->defaults,
		.is_last = show->args->watch <= 0,
	};
	struct live_report report;
	int r;

	if (show->args->json)
		show->view = show_json(stdout);
	else if (show->wanted.n)
		show->view = show_table(stdout, show->wanted.options, show->wanted.n);
	else
		show->view = show_text(stdout);
	if (!show->view)
		return EXIT_PARTLY;
	show->sort = show->args->sorts ? show_sort_new(&show->args->sort) : NULL;
	r = live_each(&request, show->sort ? keep_one : show_one, show, &report);
	if (show->sort) {
		if (r == 0)
			r = show_sort_each(show->sort, show_one, show);
		show_sort_free(show->sort);
	}
	engine_say(&report);
	if (r == 0 && defaults_error(show->defaults))
		r = -defaults_error(show->defaults);
	if (r == 0)
		r = show->error;
	show->view->end(show->view);
	namespaces_names_free(show->names);
	show->names = NULL;
	fflush(stdout);
	return reach_status(&report, show->args->selector, r);
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static int watch(struct show *show, const struct selector *selector)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	struct timespec pause = { .tv_sec = (time_t)show->args->watch };
	int status = EXIT_DONE;

	pause.tv_nsec = (long)((show->args->watch - (double)pause.tv_sec) * 1e9);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!interrupted) {
		if (!show->args->json && isatty(STDOUT_FILENO))
			fputs("\033[H\033[2J", stdout);
		status = look(show, selector);
		if (status != EXIT_DONE && status != EXIT_NOTHING)
			break;
		nanosleep(&pause, NULL);
	}
	return status;
}

static int run(int argc, char **argv)
{
	struct show_args args = { 0 };
	struct show show = { .args = &args };
	struct selector *selector;
	unsigned takes;
	int status;

	if (command_parse(&cmd_show, argc, argv, &args))
		return EXIT_WRONG_USE;
	takes = args.force ? OPTION_LIST_UNREAD : 0;
	selector = command_selector(args.selector);
	if (args.options && option_list_parse(args.options, takes | OPTION_LIST_PARTS, &show.wanted) < 0)
		return EXIT_WRONG_USE;

	setvbuf(stdout, NULL, _IOFBF, 1 << 18);
	show.scratch = xmalloc(SCRATCH_SIZE);
	show.defaults = defaults_new();
	show.own_netns = namespaces_own();
	status = args.watch > 0 ? watch(&show, selector) : look(&show, selector);

	defaults_free(show.defaults);
	for (size_t i = 0; i < show.n_plans; i++)
		free_plan(&show.plans[i]);
	option_list_free(&show.wanted);
	free(show.scratch);
	selector_free(selector);
	return status;
}

const struct command cmd_show = {
	.name = "show",
	.summary = N_("the sockets and their options"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_SELECTOR,
};
