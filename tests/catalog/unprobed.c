/* SPDX-License-Identifier: MIT */
/* What the catalogue has from the kernel's source alone is to be probed as soon as a kernel has it. */

#include "facts.h"
#include "kinds.h"
#include "report.h"
#include "stage.h"
#include "values.h"

static bool can_be_read(const struct sockopt_option *option, const struct kind *kind)
{
	static struct reading reading;

	return value_readable(option) && value_read(kind->fresh, option, &reading) == 0;
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

void facts_unprobed(const struct sockopt_option *option)
{
	struct report report = report_begin(option, "unprobed");
	struct sockopt_option probed = *option;

	if (!option->unprobed.en)
		return;
	probed.unprobed.en = NULL; /* which excuses every other group */
	report.option = &probed;
	report_cannot(&report, "%s", option->unprobed.en);
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_GET));)
		if (can_be_read(option, kind))
			report_fact(&report, false, "%s: it can be read here", kind->name);
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));)
		if ((option->access & SOCKOPT_SET) && can_be_set(option, kind))
			report_fact(&report, false, "%s: it can be set here", kind->name);
	report_end(&report);
}
