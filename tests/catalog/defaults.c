/* SPDX-License-Identifier: MIT */
/* What a fresh socket has. */

#include <string.h>

#include "facts.h"
#include "kinds.h"
#include "report.h"
#include "stage.h"
#include "values.h"
#include "world.h"

static const struct sockopt_default *default_for(const struct sockopt_option *option, const struct kind *kind)
{
	for (size_t i = 0; i < option->n_defaults; i++)
		if (sockopt_where_fits(&option->defaults[i].where, &kind->of))
			return &option->defaults[i];
	return NULL;
}

/** A default told by a sysctl: a word, or a number in another unit. @return 0 or -errno */
static int told_by_sysctl(const struct sockopt_option *option, const struct sockopt_default *told,
			  struct reading *ret)
{
	struct sockopt_option settable = *option;
	struct sockopt_value value;
	int64_t number;
	char word[64];
	int r;

	if (!value_is_number(option->get_type)) {
		r = world_sysctl(told->sysctl, word, sizeof(word));
		return r < 0 ? r : value_parse_read(option, word, ret);
	}
	r = world_sysctl_number(told->sysctl, &number);
	if (r < 0)
		return r;
	settable.type = option->get_type;
	value_of_number(&settable, number * told->numerator / told->denominator, &value);
	ret->error = 0;
	ret->length = value.length;
	memcpy(ret->bytes, value.bytes, value.length);
	return 0;
}

/** Of a fresh socket; where such a one refuses, of one prepared as the example needs it. */
static int read_default(const struct kind *kind, const struct sockopt_option *option, struct reading *ret)
{
	struct stage stage;
	int r = value_read(kind->fresh, option, ret);

	if (r == 0 || !*option->prepare || !stage_refuses(option, kind, SOCKOPT_GET, 0))
		return r;
	r = stage_begin(kind, option, STAGE_PREPARED, option->example_state, &stage);
	if (r == 0)
		r = value_read(stage.fd, option, ret);
	stage_end(&stage);
	return r;
}

static void check_default(struct report *report, const struct kind *kind)
{
	static struct reading expected, found;
	const struct sockopt_option *option = report->option;
	const struct sockopt_default *told = default_for(option, kind);
	int r;

	if (!told) {
		report_fact(report, false, "%s: no default is told", kind->name);
		return;
	}
	if (read_default(kind, option, &found) < 0)
		return; /* whether it can be read is another group's fact */
	if (told->sysctl) {
		r = told_by_sysctl(option, told, &expected);
		if (r < 0) {
			report_cannot(report, "%s: %s", told->sysctl, report_errno(r));
			return;
		}
	} else {
		r = value_parse_read(option, told->value, &expected);
		if (!report_fact(report, r == 0, "%s: '%s' is no value", kind->name, told->value))
			return;
	}
	report_fact(report, value_same(option, &expected, &found), "%s: a fresh socket has %s, not %s", kind->name,
		    value_text(option, &found), value_text(option, &expected));
}

void facts_default(const struct sockopt_option *option)
{
	struct report report = report_begin(option, "default");

	if (option->n_defaults == 0)
		return;
	if (!value_readable(option))
		report_cannot(&report, "it cannot be read");
	else
		for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_GET));)
			check_default(&report, kind);
	report_end(&report);
}
