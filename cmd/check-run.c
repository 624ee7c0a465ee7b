/* SPDX-License-Identifier: MIT */
/* check -- PROGRAM and check --read FILE: the calls of a run, judged as trace sees them. */

#include <check-call.h>
#include <errno.h>
#include <finding-view.h>
#include <namespaces.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysctl.h>
#include <text.h>

#include "check-args.h"
#include "cmd.h"
#include "trace.h"

/** Where trace hands its calls: a view that judges. */
struct call_judge {
	struct trace_view view;
	const struct check_args *args;
	struct finding_view *findings;
	struct selector **selectors; /* a check each */
	struct call_history history;
	struct call_context known;
};

/** A run is judged where it runs; only our own network namespace is asked. */
static int ask_sysctl(const struct call *call, const char *name, int64_t *ret)
{
	return call->has_socket && call->facts.netns == namespaces_own() ? sysctl_number(name, ret) : -ENODATA;
}

static void judge_call(struct trace_view *view, const struct call *call)
{
	struct call_judge *judge = (struct call_judge *)view;
	struct check_finding finding;

	judge->known.follows_accept = call_history_see(&judge->history, call);
	for (size_t i = 0; i < check_count; i++)
		if (check_is_wanted(judge->args, &check_table[i]) &&
		    check_call_finds(&check_table[i], judge->selectors[i], call, &judge->known, &finding))
			finding_view_add_call(judge->findings, call, &finding);
}

/** trace says at the end how many were lost, and ends with EXIT_PARTLY. */
static void count_loss(struct trace_view *view, uint64_t n)
{
	(void)view;
	(void)n;
}

static void stay(struct trace_view *view)
{
	(void)view;
}

static void read_selectors(struct call_judge *judge)
{
	judge->selectors = xmalloc(check_count * sizeof(struct selector *));
	for (size_t i = 0; i < check_count; i++)
		if (check_table[i].socket && selector_parse(check_table[i].socket, &judge->selectors[i], NULL) < 0)
			judge->selectors[i] = NULL;
}

static void free_selectors(const struct call_judge *judge)
{
	for (size_t i = 0; i < check_count; i++)
		selector_free(judge->selectors[i]);
	free(judge->selectors);
}

int check_run(const struct check_args *args)
{
	/* The program's output is its own. */
	FILE *file = args->program ? stderr : stdout;
	struct trace_args trace_args = { .program = args->program, .read = args->read, .life = true };
	struct option_list all_options = { 0 };
	struct trace_who who = { 0 };
	struct call_judge judge = {
		.view = { .call = judge_call, .lost = count_loss, .end = stay },
		.args = args,
		.known = { .sysctl = args->read ? NULL : ask_sysctl },
		.findings = finding_view_new(file, args->json, args->each),
	};
	struct trace_sink sink = { .args = &trace_args, .options = &all_options, .who = &who, .view = &judge.view };
	size_t n;
	int status;

	if (!judge.findings)
		return EXIT_PARTLY;
	read_selectors(&judge);
	status = args->read ? trace_capture(&sink) : trace_live(&sink);
	n = finding_view_end(judge.findings);
	free_selectors(&judge);
	if (status == EXIT_DONE && sink.run_error)
		status = EXIT_PARTLY;
	if (status != EXIT_DONE)
		return status;
	if (n == 0 && !args->json)
		fprintf(file, "%s\n", _("Nothing was found."));
	return n ? EXIT_NOTHING : EXIT_DONE;
}
