/* SPDX-License-Identifier: MIT */
/* Facts as they are found, printed as TAP. */

#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "version.h"
#include "world.h"

#define NAMED_MAX 4096

static struct {
	unsigned lines;
	unsigned probed;
	unsigned contradicted;
	unsigned cannot;
	unsigned differ;
	size_t n_named;
	char *named[NAMED_MAX]; /* "OPTION group: reason" of what could not be probed */
} totals;

const char *report_name(const struct sockopt_option *option)
{
	static char text[96];

	if (!option->twin && sockopt_find(option->name) == option)
		return option->name;
	snprintf(text, sizeof(text), "%s:%s", option->level->name, option->name);
	return text;
}

const char *report_errno(int error)
{
	static char texts[4][24];
	static unsigned next;
	char *text = texts[next++ % 4];
	const char *name = strerrorname_np(abs(error));

	if (error == 0)
		return "success";
	if (name)
		return name;
	snprintf(text, sizeof(texts[0]), "errno %d", abs(error));
	return text;
}

/** The group as the catalogue names it in a change, one of enum sockopt_fact; 0: none of those. */
static unsigned fact_of(const char *group)
{
	static const char *const groups[] = {
		"readable",
		"writable",
		"length of get",
		"length of set",
		"default",
		"range",
		"example",
		"transform",
		"states",
		"inherited",
		"privilege",
		"touches",
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strcmp(groups[i], group) == 0)
			return 1U << i;
	return 0;
}

/** The first change of such facts that this kernel has not got. */
static const struct sockopt_change *change_to_come(const struct sockopt_option *option, unsigned fact)
{
	for (size_t i = 0; i < option->n_changes; i++)
		if ((option->changes[i].facts & fact) && version_number(option->changes[i].version) > version_running())
			return &option->changes[i];
	return NULL;
}

struct report report_begin(const struct sockopt_option *option, const char *group)
{
	return (struct report){ .option = option, .group = group, .change = change_to_come(option, fact_of(group)) };
}

static void note_reason(struct report *report, const char *reason)
{
	if (report->reason[0] == '\0')
		snprintf(report->reason, sizeof(report->reason), "%s", reason);
}

bool report_fact(struct report *report, bool holds, const char *format, ...)
{
	char text[sizeof(report->reason) - 48];
	const char *excuse = report->option->unverified.en ? report->option->unverified.en : report->option->unprobed.en;
	va_list arguments;

	if (!holds && excuse) {
		note_reason(report, excuse);
		return false;
	}
	if (!holds && report->option->privilege.initial_userns && !world_is_initial()) {
		report_cannot(report, "needs %s in the initial user namespace",
			      report->option->privilege.capabilities[0]);
		return false;
	}
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!holds && report->change) {
		report->differs++;
		report_cannot(report, "before %s it differs: %s", report->change->version, text);
		return false;
	}
	if (!holds && report->aside) {
		report_cannot(report, "%s has rules of its own: %s", report->aside, text);
		return false;
	}
	report->probed++;
	if (holds)
		return true;
	report->contradicted++;
	printf("# %s %s: %s\n", report_name(report->option), report->group, text);
	return false;
}

void report_cannot(struct report *report, const char *format, ...)
{
	char reason[sizeof(report->reason)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	note_reason(report, reason);
}

static void name_unprobed(const struct report *report)
{
	char line[400];

	totals.cannot++;
	snprintf(line, sizeof(line), "%s %s%s: %s", report_name(report->option), report->group,
		 report->probed ? " (in part)" : "", report->reason);
	if (totals.n_named < NAMED_MAX)
		totals.named[totals.n_named++] = strdup(line);
}

/** Is a change that the entry tells of seen on this kernel, which is older? tests/kernels compares several. */
static void tell_change(const struct report *report)
{
	totals.differ += report->differs;
	if (report->change && (report->differs || report->probed))
		printf("# change %s %s, %s: %s\n", report->change->version, report_name(report->option), report->group,
		       report->differs ? "differs" : "the same");
}

void report_end(const struct report *report)
{
	bool skipped = report->probed == 0;

	tell_change(report);
	if (skipped && report->reason[0] == '\0')
		return;
	printf("%s %u - %s %s%s%s\n", report->contradicted ? "not ok" : "ok", ++totals.lines,
	       report_name(report->option), report->group, skipped ? " # SKIP " : "", skipped ? report->reason : "");
	totals.probed += report->probed;
	totals.contradicted += report->contradicted;
	if (report->reason[0])
		name_unprobed(report);
}

int report_finish(void)
{
	printf("1..%u\n", totals.lines);
	printf("# facts probed: %u\n# contradicted: %u\n# before a change: %u\n# not probeable: %u, each named:\n",
	       totals.probed, totals.contradicted, totals.differ, totals.cannot);
	for (size_t i = 0; i < totals.n_named; i++) {
		printf("#   %s\n", totals.named[i] ? totals.named[i] : "(memory is short)");
		free(totals.named[i]);
	}
	return totals.contradicted ? 1 : 0;
}
