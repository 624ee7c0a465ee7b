/* SPDX-License-Identifier: MIT */
/* What the catalogue has from the kernel's source alone is to be probed as soon as a kernel has it. */

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"

static bool can_be_read(const struct sockopt_option *option, const struct kind *kind)
{
	static struct reading reading;

	return probe_readable(option) && probe_read(kind->fresh, option, &reading) == 0;
}

static bool can_be_set(const struct sockopt_option *option, const struct kind *kind)
{
	struct sockopt_value example;
	struct stage stage;
	int r;

	if (sockopt_parse(option, option->example, &example, NULL) < 0)
		return false;
	r = stage_for_example(kind, option, &stage);
	if (r == 0)
		r = sockopt_set(stage.fd, option, &example);
	stage_end(&stage);
	return r == 0;
}

void probe_unprobed_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_UNPROBED);

	if (!option->unprobed.en)
		return;
	report.inexcusable = true;
	report_absent(&report, &(struct probe_words){ .text = N_("from the kernel's source alone, as the entry says") });
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_GET));)
		if (can_be_read(option, kind))
			report_fact(&report, false,
				    &(struct probe_words){ .text = N_("{socket}: it can be read here"), .socket = kind->name });
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));)
		if ((option->access & SOCKOPT_SET) && can_be_set(option, kind))
			report_fact(&report, false,
				    &(struct probe_words){ .text = N_("{socket}: it can be set here"), .socket = kind->name });
}
