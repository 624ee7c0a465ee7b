/* SPDX-License-Identifier: MIT */
/* Facts as they are found, counted and put down. */

#include "probe-report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe-version.h"
#include "probe-world.h"

static struct probe_result *into;
static atomic_uint *pulse;

void report_into(struct probe_result *result, atomic_uint *ticks)
{
	into = result;
	pulse = ticks;
}

const char *report_errno(int error)
{
	static char rooms[4][16];
	static unsigned next;

	return error == 0 ? "success" : probe_outcome_word(abs(error), rooms[next++ % 4]);
}

const char *report_number(int64_t number)
{
	static char texts[4][24];
	static unsigned next;
	char *text = texts[next++ % 4];

	snprintf(text, sizeof(texts[0]), "%" PRId64, number);
	return text;
}

/** The first change of such facts that this kernel has not got. */
static const struct sockopt_change *change_to_come(const struct sockopt_option *option, unsigned group)
{
	unsigned fact = group == PROBE_GROUP_HERE || group == PROBE_GROUP_UNPROBED ? 0 : 1U << (group - 1);

	for (size_t i = 0; i < option->n_changes; i++)
		if ((option->changes[i].facts & fact) && version_number(option->changes[i].version) > version_running())
			return &option->changes[i];
	return NULL;
}

struct report report_begin(const struct sockopt_option *option, unsigned group)
{
	size_t index = 0;
	struct probe_claim *claim;

	while (sockopt_at(index) != option)
		index++;
	claim = &into->claims[index][group];
	claim->change = change_to_come(option, group);
	return (struct report){ .option = option, .group = group, .claim = claim };
}

static void copy(char ret[static PROBE_TEXT_MAX], const char *text)
{
	snprintf(ret, PROBE_TEXT_MAX, "%s", text ? text : "");
}

static void put_down(struct report *report, enum probe_status status, const struct probe_words *words)
{
	struct probe_remark *remark;

	if (status != PROBE_CONTRADICTED && (report->noted & 1U << status))
		return;
	report->noted |= 1U << status;
	if (into->n_remarks >= PROBE_REMARKS_MAX) {
		into->n_lost++;
		return;
	}
	remark = &into->remarks[into->n_remarks];
	remark->option = report->option;
	remark->group = report->group;
	remark->status = status;
	remark->text = words->text;
	remark->socket = words->socket;
	remark->state = words->state;
	remark->call = words->call;
	copy(remark->value, words->value);
	copy(remark->found, words->found);
	copy(remark->expected, words->expected);
	into->n_remarks++; /* last: who reads it after our death finds whole ones */
}

bool report_fact(struct report *report, bool holds, const struct probe_words *words)
{
	const struct sockopt_privilege *privilege = &report->option->privilege;

	(*pulse)++;
	if (holds) {
		report->claim->probed++;
		return true;
	}
	if ((report->option->unverified.en || report->option->unprobed.en) && !report->inexcusable) {
		report_absent(report, &(struct probe_words){ .text = N_("the entry says why") });
	} else if (privilege->initial_userns && !world_is_initial()) {
		report_cannot(report, &(struct probe_words){ .text = N_("needs {value} in the initial user namespace"),
							     .value = privilege->capabilities[0] });
	} else if (report->claim->change) {
		report->claim->differs++;
		put_down(report, PROBE_DIFFERS, words);
	} else if (report->aside) {
		report_absent(report, words);
	} else {
		report->claim->probed++;
		report->claim->contradicted++;
		put_down(report, PROBE_CONTRADICTED, words);
	}
	return false;
}

void report_cannot(struct report *report, const struct probe_words *words)
{
	(*pulse)++;
	report->claim->cannot++;
	put_down(report, PROBE_CANNOT, words);
}

void report_absent(struct report *report, const struct probe_words *words)
{
	put_down(report, PROBE_ABSENT, words);
}

bool report_left_out(struct report *report, int error)
{
	const char *const *symbol = report->option->config;

	if (error != -ENOPROTOOPT || !*symbol)
		return false;
	report_absent(report, &(struct probe_words){ .text = N_("this kernel is built without {value}"), .value = *symbol });
	return true;
}
