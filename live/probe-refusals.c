/* SPDX-License-Identifier: MIT */
/* The states in which the kernel refuses, and those in which it does not. */

#include <errno.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"

static const unsigned states[] = {
	SOCKOPT_UNBOUND,
	SOCKOPT_BOUND,
	SOCKOPT_LISTENING,
	SOCKOPT_CONNECTING,
	SOCKOPT_CONNECTED,
	SOCKOPT_SHUTDOWN,
	SOCKOPT_UNCONNECTED,
};

static const char *word_of(enum sockopt_access access)
{
	return access == SOCKOPT_GET ? "get" : "set";
}

/** Gets or sets the example; what was read is thrown away. @return 0 or -errno */
static int attempt(const struct sockopt_option *option, enum sockopt_access access, int fd)
{
	static struct reading reading;
	struct sockopt_value example;

	if (access == SOCKOPT_GET)
		return probe_read(fd, option, &reading);
	if (sockopt_parse(option, option->example, &example, NULL) < 0)
		return 0; /* another group's fact */
	return sockopt_set(fd, option, &example);
}

static bool can_attempt(const struct sockopt_option *option, enum sockopt_access access)
{
	if (access == SOCKOPT_GET)
		return probe_readable(option);
	return option->access & SOCKOPT_SET;
}

static void check_refused(struct report *report, const struct kind *kind, const struct sockopt_refusal *row,
			  unsigned state)
{
	struct stage stage;
	int r = stage_begin(kind, report->option, STAGE_BARE, state, &stage);

	if (r < 0) {
		stage_cannot(report, &stage);
	} else {
		bool internet = kind->of.family == AF_INET || kind->of.family == AF_INET6;

		r = attempt(report->option, row->access, stage.fd);
		/* "Unless" can speak of other families, which a row cannot name. */
		if (r == 0 && row->unless.en && !internet)
			report_absent(report, &(struct probe_words){ .text = N_("{socket}, {state}: refused in some cases alone"),
								     .socket = kind->name,
								     .state = stage_word(state) });
		else if (row->error == ENOPROTOOPT || !report_left_out(report, r))
			report_fact(report, r == -row->error,
				    &(struct probe_words){ .text = N_("{socket}, {state}: {call} gives {found}, not {expected}"),
							   .socket = kind->name,
							   .state = stage_word(state),
							   .call = word_of(row->access),
							   .found = report_errno(r),
							   .expected = report_errno(row->error) });
	}
	stage_end(&stage);
}

/** A state of which the catalogue says nothing takes the example, and lets it be read. */
static void check_accepted(struct report *report, const struct kind *kind, enum sockopt_access access, unsigned state)
{
	struct stage stage;
	int r = stage_begin(kind, report->option, STAGE_PREPARED, state, &stage);

	if (r < 0) {
		stage_cannot(report, &stage);
	} else {
		r = attempt(report->option, access, stage.fd);
		if (!report_left_out(report, r))
			report_fact(report, r == 0,
				    &(struct probe_words){ .text = N_("{socket}, {state}: {call} gives {found}, not {expected}"),
							   .socket = kind->name,
							   .state = stage_word(state),
							   .call = word_of(access),
							   .found = report_errno(r),
							   .expected = report_errno(0) });
	}
	stage_end(&stage);
}

static void check_access(struct report *report, enum sockopt_access access)
{
	const struct sockopt_option *option = report->option;

	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, access));) {
		for (size_t i = 0; i < option->n_refused; i++) {
			const struct sockopt_refusal *row = &option->refused[i];

			for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++)
				if (row->access == access && (row->states & states[s]) &&
				    sockopt_where_fits(&row->where, &kind->of) && stage_possible(kind, states[s]))
					check_refused(report, kind, row, states[s]);
		}
		for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++)
			if (states[s] != SOCKOPT_UNCONNECTED && stage_refuses(option, kind, access, states[s]) == 0 &&
			    stage_possible(kind, states[s]))
				check_accepted(report, kind, access, states[s]);
	}
}

void probe_refused_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_REFUSED);

	if (can_attempt(option, SOCKOPT_SET))
		check_access(&report, SOCKOPT_SET);
	if (can_attempt(option, SOCKOPT_GET))
		check_access(&report, SOCKOPT_GET);
	else if (option->access & SOCKOPT_GET)
		report_cannot(&report, &(struct probe_words){ .text = option->input_from_caller ? N_("only the caller knows what to ask") :
												  N_("reading has an effect") });
}
