/* SPDX-License-Identifier: MIT */
/* The catalogue's facts on an option, group by group. */

#include <stdio.h>
#include <string.h>

#include "probe-board.h"
#include "probe-facts.h"
#include "probe-report.h"
#include "probe-version.h"
#include "probe-world.h"

/** A kernel that is older than the option, or younger than its end, has nothing to be probed. */
static bool is_of_this_kernel(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_HERE);
	bool early = version_number(option->since) > version_running();

	if (!early && (!option->until || version_number(option->until) > version_running()))
		return true;
	report_absent(&report, &(struct probe_words){ .text = early ? N_("this is Linux {found}; {value} brought it") :
								      N_("this is Linux {found}; {value} removed it"),
						      .found = version_text(),
						      .value = early ? option->since : option->until });
	return false;
}

/** Does a group call setsockopt(2)? */
static bool group_sets(unsigned group)
{
	return group != PROBE_GROUP_READABLE && group != PROBE_GROUP_GET_LENGTH && group != PROBE_GROUP_DEFAULT;
}

/** What forbids to probe a group; NULL: nothing does. */
static const char *obstacle(const struct probe_result *result, const struct sockopt_option *option, unsigned group)
{
	if (result->world.get_call == PROBE_KILLED)
		return N_("getsockopt(2) is the end of who calls it");
	if (!group_sets(group))
		return NULL;
	if (result->world.set_call == PROBE_KILLED)
		return N_("setsockopt(2) is the end of who calls it");
	return world_may_set(option) ? NULL : N_("not among others' sockets: there is no network namespace of its own");
}

bool probe_verify_step(const struct probe_result *result, const struct sockopt_option *option, size_t step)
{
	static void (*const groups[PROBE_N_GROUPS])(const struct sockopt_option *) = {
		[PROBE_GROUP_READABLE] = probe_readable_facts,
		[PROBE_GROUP_WRITABLE] = probe_writable_facts,
		[PROBE_GROUP_GET_LENGTH] = probe_get_length_facts,
		[PROBE_GROUP_SET_LENGTH] = probe_set_length_facts,
		[PROBE_GROUP_DEFAULT] = probe_default_facts,
		[PROBE_GROUP_RANGE] = probe_range_facts,
		[PROBE_GROUP_EXAMPLE] = probe_example_facts,
		[PROBE_GROUP_TRANSFORM] = probe_transform_facts,
		[PROBE_GROUP_REFUSED] = probe_refused_facts,
		[PROBE_GROUP_INHERITS] = probe_inherits_facts,
		[PROBE_GROUP_PRIVILEGE] = probe_privilege_facts,
		[PROBE_GROUP_TOUCHES] = probe_touches_facts,
		[PROBE_GROUP_UNPROBED] = probe_unprobed_facts,
	};
	unsigned group = (unsigned)step;
	const char *why;

	if (group == PROBE_GROUP_HERE)
		return is_of_this_kernel(option);
	why = obstacle(result, option, group);
	if (why) {
		struct report report = report_begin(option, group);

		report_cannot(&report, &(struct probe_words){ .text = why });
	} else {
		groups[group](option);
	}
	return true;
}

void probe_verify_ended(struct probe_board *board, const struct sockopt_option *option, size_t step, int outcome)
{
	struct report report;
	char room[16];

	report_into(&board->result, &board->ticks);
	report = report_begin(option, (unsigned)step);
	report_fact(&report, false,
		    &(struct probe_words){ .text = N_("who tried it was {found}"), .found = probe_outcome_word(outcome, room) });
}
