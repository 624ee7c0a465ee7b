/* SPDX-License-Identifier: MIT */
/* What is told of a run. */

#include "run-report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <process.h>
#include <run-view.h>
#include <text.h>

#include "cmd.h"

#define FAILURES_MAX 64 /* different ones that are told apart */

struct run_report {
	const struct rules *rules;
	const char *engine;
	FILE *file;
	bool verbose;
	size_t *hits; /* of each rule */
	size_t n_assigned, n_failed, n_replaced, n_refused, n_logged;
	struct {
		const struct rule_action *action;
		int error;
	} failures[FAILURES_MAX];
	size_t n_failures;
};

struct run_report *run_report_new(const struct rules *rules, const char *engine, FILE *file, bool verbose)
{
	struct run_report *report = xmalloc(sizeof(*report));

	*report = (struct run_report){ .rules = rules, .engine = engine, .file = file, .verbose = verbose };
	report->hits = xmalloc(rules->n * sizeof(report->hits[0]));
	return report;
}

/** A failure is told once, however many sockets it meets. */
static bool is_news(struct run_report *report, const struct rule_action *action, int error)
{
	for (size_t i = 0; i < report->n_failures; i++)
		if (report->failures[i].action == action && report->failures[i].error == error)
			return false;
	if (report->n_failures == FAILURES_MAX)
		return false;
	report->failures[report->n_failures].action = action;
	report->failures[report->n_failures++].error = error;
	return true;
}

static void count(struct run_report *report, const struct run_event *event)
{
	for (size_t i = 0; i < report->rules->n; i++)
		if (report->rules->list[i] == event->hit.rule)
			report->hits[i]++;
	switch (event->kind) {
	case RUN_ASSIGNED: report->n_assigned++; break;
	case RUN_REPLACED: report->n_replaced++; break;
	case RUN_REFUSED: report->n_refused++; break;
	case RUN_LOGGED: report->n_logged++; break;
	}
	if (event->change->error && event->kind != RUN_REFUSED)
		report->n_failed++;
}

static void say(struct run_report *report, const struct run_event *event, const struct run_row *row)
{
	bool failed = event->change->error && event->kind != RUN_REFUSED;
	char hint[512];
	struct sockopt_error why;

	if (failed && !is_news(report, event->hit.action, event->change->error))
		return;
	if (failed || report->verbose || event->kind == RUN_LOGGED)
		run_view_say(row);
	if (!failed)
		return;
	sockopt_why(event->hit.option, &event->facts->kind, SOCKOPT_SET, event->change->error, &why);
	if (sockopt_hint(&why, text_language(), hint, sizeof(hint)) > 0)
		log_hint("%s", hint);
}

static void on_event(void *context, const struct run_event *event)
{
	static const char *const words[] = {
		[RUN_ASSIGNED] = "assigned",
		[RUN_REPLACED] = "replaced",
		[RUN_REFUSED] = "refused",
		[RUN_LOGGED] = "logged",
	};
	struct run_report *report = context;
	const struct change *change = event->change;
	bool is_ignored = event->kind == RUN_REFUSED && !change->error;
	struct run_row row = {
		.event = is_ignored ? "ignored" : words[event->kind],
		.moment = event->kind == RUN_ASSIGNED ? rule_moment_word(event->moment) : NULL,
		.rule = event->hit.rule,
		.action = event->hit.action,
		.change = {
			.facts = event->facts,
			.option = event->hit.option,
			.before = change->has_before ? &change->before : NULL,
			.asked = event->kind == RUN_ASSIGNED || event->has_asked ? &change->asked : NULL,
			.after = change->has_after ? &change->after : NULL,
			.result = change->result,
			.result_word = is_ignored ? "ignored" : event->kind == RUN_REFUSED ? "refused" :
							event->kind == RUN_LOGGED          ? "logged" :
											     NULL,
			.error = change->error,
		},
	};

	count(report, event);
	say(report, event, &row);
	if (report->file)
		run_view_json(report->file, &row);
}

static void on_note(void *context, enum run_note note, pid_t pid)
{
	const struct run_report *report = context;
	struct process process;
	const char *name = _("process");
	int who = (int)process_group(pid);

	if (process_read(pid, &process) == 0) {
		name = process.name;
		free(process.cgroup);
	}
	switch (note) {
	case RUN_NOTE_IO_URING:
		log_warning(_("%s %d uses io_uring: what it does with sockets there is not seen by engine %s"), name, who,
			    report->engine);
		log_hint(_("--engine bpf sees it"));
		break;
	case RUN_NOTE_OTHER_ABI:
		log_warning(_("%s %d makes system calls by socketcall(2), or of another table: those sockets are not seen by engine %s"), name, who, report->engine);
		log_hint(_("--engine bpf sees them"));
		break;
	case RUN_NOTE_UNREAD:
		log_warning(_("a socket of %s %d could not be looked at: no rule was applied to it"), name, who);
		break;
	case RUN_NOTE_NOT_REACHED:
		log_warning(_("%s %d may not be looked into: no rule holds for its sockets (it needs CAP_SYS_PTRACE)"), name, who);
		break;
	case RUN_NOTE_SOCKET_LATE:
		log_warning(_("%s %d has other rights or namespaces than it began with: rules for the moments socket and accept do not hold for it"),
			    name, who);
		break;
	case RUN_NOTE_STATIC:
		log_warning(_("%s %d has no dynamic loader: no rule holds for it with engine %s"), name, who, report->engine);
		break;
	case RUN_NOTE_LOST: log_warning(_("the rules did more than could be told: some of it is missing in the report")); break;
	case RUN_NOTE_RESTARTED: log_warning(_("the process that serves the rules was killed; another one took over")); break;
	case RUN_N_NOTES: break;
	}
}

static void on_end(void *context)
{
	struct run_report *report = context;

	if (!report->verbose)
		return;
	log_debug(_("%zu assignments, %zu replaced, %zu refused, %zu logged, %zu failed"), report->n_assigned, report->n_replaced,
		  report->n_refused, report->n_logged, report->n_failed);
	for (size_t i = 0; i < report->rules->n; i++) {
		const struct rule *rule = report->rules->list[i];
		char place[320];

		if (report->hits[i])
			continue;
		run_view_place(rule, place, sizeof(place));
		log_debug(_("never matched: %s (%s)"), rule->text, place);
	}
	/* Programs that go on in the background do so in silence, but for the file. */
	report->verbose = false;
}

struct run_sink run_report_sink(struct run_report *report)
{
	return (struct run_sink){ .event = on_event, .note = on_note, .end = on_end, .context = report };
}
