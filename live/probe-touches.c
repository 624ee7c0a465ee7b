/* SPDX-License-Identifier: MIT */
/* Which other options of the same socket change with one. */

#include <stdlib.h>
#include <string.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"

/** What is told of one option in a snapshot of a socket: its value, shortened to a number. */
struct mark {
	int error;
	uint64_t sum;
};

static int take(void *arg, const struct sockopt_reading *reading)
{
	struct mark *marks = arg;
	struct mark *mark = &marks[reading->option - sockopt_at(0)];
	uint64_t sum = UINT64_C(14695981039346656037) ^ reading->length; /* FNV-1a */

	for (size_t i = 0; reading->error == 0 && i < reading->length; i++)
		sum = (sum ^ ((const unsigned char *)reading->bytes)[i]) * UINT64_C(1099511628211);
	mark->error = reading->error;
	mark->sum = sum;
	return 0;
}

static bool is_called(const struct sockopt_option *option, const char *name)
{
	if (strcmp(option->name, name) == 0)
		return true;
	for (const char *const *alias = option->aliases; *alias; alias++)
		if (strcmp(*alias, name) == 0)
			return true;
	return false;
}

static bool may_change(const struct sockopt_option *option, const struct sockopt_option *other)
{
	if (is_called(other, option->name) || other->nature != SOCKOPT_SETTING)
		return true;
	for (const char *const *name = option->touches; *name; name++)
		if (is_called(other, *name))
			return true;
	return false;
}

static void check_kind(struct report *report, const struct kind *kind, const struct sockopt_value *example,
		       struct mark *before, struct mark *after)
{
	static unsigned char scratch[64 * 1024];
	size_t size = sockopt_count() * sizeof(*before);
	struct stage stage;
	int r = stage_for_example(kind, report->option, &stage);

	memset(before, 0, size);
	memset(after, 0, size);
	if (r == 0)
		r = sockopt_read_all(stage.fd, scratch, sizeof(scratch), take, before);
	if (r == 0)
		r = sockopt_set(stage.fd, report->option, example);
	if (r == 0)
		r = sockopt_read_all(stage.fd, scratch, sizeof(scratch), take, after);
	stage_end(&stage);
	if (r < 0) {
		stage_cannot_set(report, &stage, r);
		return;
	}
	report_fact(report, true, NULL);
	for (size_t i = 0; i < sockopt_count(); i++)
		if (!may_change(report->option, sockopt_at(i)) &&
		    (before[i].error != after[i].error || before[i].sum != after[i].sum))
			report_fact(report, false,
				    &(struct probe_words){ .text = N_("{socket}: {found} changes too"),
							   .socket = kind->name,
							   .call = "set",
							   .found = sockopt_at(i)->name });
}

void probe_touches_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_TOUCHES);
	struct sockopt_value example;
	struct mark *before, *after;

	if (!(option->access & SOCKOPT_SET) || sockopt_parse(option, option->example, &example, NULL) < 0)
		return;
	before = calloc(sockopt_count(), sizeof(*before));
	after = calloc(sockopt_count(), sizeof(*after));
	if (!before || !after)
		abort();
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));)
		check_kind(&report, kind, &example, before, after);
	free(before);
	free(after);
}
