/* SPDX-License-Identifier: MIT */
/* What a fresh socket has. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"
#include "probe-world.h"

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

	if (!sockopt_is_number(option->get_type)) {
		r = world_sysctl(told->sysctl, word, sizeof(word));
		return r < 0 ? r : probe_parse_read(option, word, ret);
	}
	r = world_sysctl_number(told->sysctl, &number);
	if (r < 0)
		return r;
	settable.type = option->get_type;
	probe_of_number(&settable, number * told->numerator / told->denominator, &value);
	ret->error = 0;
	ret->length = value.length;
	memcpy(ret->bytes, value.bytes, value.length);
	return 0;
}

/** Of a namespace in which nothing was set yet: the socket made there, this process remains where it was. */
static int read_default_of_netns(const struct kind *kind, const struct sockopt_option *option, struct reading *ret)
{
	int back, fd;
	int r = world_enter_another(&back);

	if (r < 0)
		return r;
	fd = kind_socket(kind);
	r = fd < 0 ? -errno : 0;
	world_return(back);
	if (r < 0)
		return r;
	r = probe_read(fd, option, ret);
	close(fd);
	return r;
}

/** Of a fresh socket; where such a one refuses, of one prepared as the example needs it. */
static int read_default(const struct kind *kind, const struct sockopt_option *option, struct reading *ret)
{
	struct stage stage;
	int r;

	if (option->is_of_netns)
		return read_default_of_netns(kind, option, ret);
	r = probe_read(kind->fresh, option, ret);

	if (r == 0 || !*option->prepare || !stage_refuses(option, kind, SOCKOPT_GET, 0))
		return r;
	r = stage_begin(kind, option, STAGE_PREPARED, option->example_state, &stage);
	if (r == 0)
		r = probe_read(stage.fd, option, ret);
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
		report_fact(report, false,
			    &(struct probe_words){ .text = N_("{socket}: no default is told"), .socket = kind->name });
		return;
	}
	if (read_default(kind, option, &found) < 0)
		return; /* whether it can be read is another group's fact */
	if (told->sysctl) {
		r = told_by_sysctl(option, told, &expected);
		if (r < 0) {
			report_cannot(report, &(struct probe_words){ .text = N_("{value} cannot be read: {found}"),
								     .value = told->sysctl,
								     .found = report_errno(r) });
			return;
		}
	} else {
		r = probe_parse_read(option, told->value, &expected);
		if (!report_fact(report, r == 0,
				 &(struct probe_words){ .text = N_("{value} is no value"), .value = told->value }))
			return;
	}
	report_fact(report, probe_same(option, &expected, &found),
		    &(struct probe_words){ .text = N_("{socket}: a fresh socket has {found}, not {expected}"),
					   .socket = kind->name,
					   .call = "get",
					   .found = probe_text(option, &found),
					   .expected = probe_text(option, &expected) });
}

void probe_default_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_DEFAULT);

	if (option->n_defaults == 0)
		return;
	if (!probe_readable(option))
		report_cannot(&report, &(struct probe_words){ .text = N_("it cannot be read") });
	else
		for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_GET));)
			check_default(&report, kind);
}
