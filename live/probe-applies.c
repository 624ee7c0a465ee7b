/* SPDX-License-Identifier: MIT */
/* Where an option can be read and set, and the errno on other sockets. */

#include <errno.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"
#include "probe-world.h"

/** The kernel's ways to say that it knows no such option here. */
static bool is_unknown(const struct kind *kind, int error)
{
	static const int families[] = { AF_CAN, AF_LLC, AF_MCTP, AF_BLUETOOTH, AF_ATMPVC, AF_ATMSVC, AF_PPPOX };

	/* These say so to levels that are not their own. */
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (kind->of.family == families[i] && error == -EINVAL)
			return true;
	return error == -ENOPROTOOPT || error == -EOPNOTSUPP;
}

/** The sockets on which an option does not apply. */
struct elsewhere {
	unsigned count;
	unsigned as_told; /* those that gave the errno of the catalogue */
	bool missing;     /* some are not permitted here, or were not asked for, or all that the level is made for */
	int other;        /* the last errno that another gave */
};

/** The errno that is told is not only allowed for, it is there. */
static void check_told(struct report *report, const char *call, int told, const struct elsewhere *elsewhere)
{
	if (elsewhere->count && elsewhere->as_told == 0 && elsewhere->missing)
		report_cannot(report, &(struct probe_words){ .text = N_("some kinds of socket are not to be had here") });
	else if (elsewhere->count)
		report_fact(report, elsewhere->as_told > 0,
			    &(struct probe_words){
				    .text = N_("{call} gives {expected} on none of the {value} other kinds, but {found}"),
				    .call = call,
				    .expected = report_errno(told),
				    .value = report_number(elsewhere->count),
				    .found = report_errno(elsewhere->other),
			    });
}

/** A call where the option does not apply: the errno that is told, or one that says "no such option". */
static void check_elsewhere(struct report *report, const struct kind *kind, const char *call, int told, int error,
			    struct elsewhere *elsewhere)
{
	/* One with rules of its own says nothing of the others. */
	elsewhere->count += error == -told || !report->aside;
	if (error == -told)
		elsewhere->as_told++;
	else
		elsewhere->other = error;
	report_fact(report, error == -told || (told && is_unknown(kind, error)),
		    &(struct probe_words){
			    .text = N_("{socket}: {call} gives {found}, not {expected}"),
			    .socket = kind->name,
			    .call = call,
			    .found = report_errno(error),
			    .expected = report_errno(told),
		    });
}

/** Are its numbers another option's on such a socket? */
static bool is_another(const struct sockopt_option *option, const struct kind *kind, enum sockopt_access access)
{
	const struct sockopt_option *there =
		sockopt_find_number_on(&kind->of, option->level->number, option->number, access);

	return there && there != option;
}

/** An option that cannot be read at all is not, on any socket. */
static void check_unreadable(struct report *report)
{
	const struct sockopt_option *option = report->option;

	for (size_t i = 0; i < n_kinds; i++) {
		unsigned char bytes[512] = { 0 };
		socklen_t length = sizeof(bytes);
		int r;

		if (!kinds[i].open || is_another(option, &kinds[i], SOCKOPT_GET))
			continue;
		r = probe_raw_get(kinds[i].fresh, option, bytes, &length);
		report->aside = kind_own_rules(&kinds[i], option, SOCKOPT_GET);
		report_fact(report, r < 0,
			    &(struct probe_words){ .text = N_("{socket}: {call} gives {found}, not {expected}"),
						   .socket = kinds[i].name,
						   .call = "get",
						   .found = report_errno(0),
						   .expected = "refused" });
	}
}

void probe_readable_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_READABLE);
	static struct reading reading;
	struct elsewhere elsewhere = { 0 };

	if (!(option->access & SOCKOPT_GET))
		check_unreadable(&report);
	else if (option->input_from_caller)
		report_cannot(&report, &(struct probe_words){ .text = N_("only the caller knows what to ask") });
	else if (!probe_readable(option))
		report_cannot(&report, &(struct probe_words){ .text = N_("reading has an effect") });
	for (size_t i = 0; probe_readable(option) && i < n_kinds; i++) {
		const struct kind *kind = &kinds[i];
		int r;

		if (!kind->open) {
			elsewhere.missing |= kind->withheld && !sockopt_applies(option, &kind->of, SOCKOPT_GET);
			continue;
		}
		if (is_another(option, kind, SOCKOPT_GET))
			continue;
		r = probe_read(kind->fresh, option, &reading);
		report.aside = NULL;
		if (!sockopt_applies(option, &kind->of, SOCKOPT_GET)) {
			report.aside = kind_own_rules(kind, option, SOCKOPT_GET);
			check_elsewhere(&report, kind, "get", option->otherwise_get, r, &elsewhere);
		} else if (r < 0 && stage_refuses(option, kind, SOCKOPT_GET, 0) == -r)
			report_fact(&report, true, NULL);
		else if (r < 0 && option->privilege.access == SOCKOPT_GET && r == -option->privilege.error &&
			 world_is_others())
			report_cannot(&report, &(struct probe_words){ .text = N_("needs {value}"),
								      .value = option->privilege.capabilities[0] });
		else if (!report_left_out(&report, r))
			report_fact(&report, r == 0,
				    &(struct probe_words){ .text = N_("{socket}: {call} gives {found}, not {expected}"),
							   .socket = kind->name,
							   .call = "get",
							   .found = report_errno(r),
							   .expected = report_errno(0) });
	}
	report.aside = NULL;
	elsewhere.missing |= !kind_next(NULL, option, SOCKOPT_GET);
	check_told(&report, "get", option->otherwise_get, &elsewhere);
	if (probe_readable(option) && !kind_next(NULL, option, SOCKOPT_GET))
		report_absent(&report, &(struct probe_words){ .text = N_("no socket can be opened here on which it applies") });
}

static void check_unwritable(struct report *report)
{
	const struct sockopt_option *option = report->option;
	static const unsigned char bytes[512];

	for (size_t i = 0; i < n_kinds; i++) {
		int fd, r;

		if (!kinds[i].open || is_another(option, &kinds[i], SOCKOPT_SET))
			continue;
		/* One of its own: IEEE 802.15.4 sockets look at no level, and set their option of that number. */
		fd = kind_socket(&kinds[i]);
		r = probe_raw_set(fd, option, bytes, option->get_type->size ? option->get_type->size : 4U);
		kind_close(&kinds[i], fd);
		report->aside = kind_own_rules(&kinds[i], option, SOCKOPT_SET);
		report_fact(report, r < 0,
			    &(struct probe_words){ .text = N_("{socket}: {call} gives {found}, not {expected}"),
						   .socket = kinds[i].name,
						   .call = "set",
						   .found = report_errno(0),
						   .expected = "refused" });
	}
}

/** Where it applies the example is not answered by "no such option". */
static void check_applying(struct report *report, const struct kind *kind, const struct sockopt_value *example)
{
	const struct sockopt_option *option = report->option;
	struct stage stage;
	int r = stage_for_example(kind, option, &stage);

	if (r < 0) {
		stage_cannot(report, &stage);
	} else {
		r = sockopt_set(stage.fd, option, example);
		if (!report_left_out(report, r))
			report_fact(report, !is_unknown(kind, r) || r == -EINVAL,
				    &(struct probe_words){ .text = N_("{socket}: {call} gives {found}, not {expected}"),
							   .socket = kind->name,
							   .call = "set",
							   .found = report_errno(r),
							   .expected = report_errno(0) });
	}
	stage_end(&stage);
}

void probe_writable_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_WRITABLE);
	struct sockopt_value example;
	struct elsewhere elsewhere = { 0 };

	if (!(option->access & SOCKOPT_SET)) {
		check_unwritable(&report);
		return;
	}
	if (report_fact(&report, sockopt_parse(option, option->example, &example, NULL) == 0,
			&(struct probe_words){ .text = N_("{value} is no value"), .value = option->example })) {
		for (size_t i = 0; i < n_kinds; i++) {
			const struct kind *kind = &kinds[i];

			if (!kind->open) {
				elsewhere.missing |= kind->withheld && !sockopt_applies(option, &kind->of, SOCKOPT_SET);
				continue;
			}
			if (is_another(option, kind, SOCKOPT_SET))
				continue;
			report.aside = NULL;
			if (sockopt_applies(option, &kind->of, SOCKOPT_SET)) {
				check_applying(&report, kind, &example);
				continue;
			}
			int fd = kind_socket(kind);

			report.aside = kind_own_rules(kind, option, SOCKOPT_SET);
			check_elsewhere(&report, kind, "set", option->otherwise, sockopt_set(fd, option, &example),
					&elsewhere);
			kind_close(kind, fd);
		}
	}
	report.aside = NULL;
	elsewhere.missing |= !kind_next(NULL, option, SOCKOPT_SET);
	check_told(&report, "set", option->otherwise, &elsewhere);
	if (!kind_next(NULL, option, SOCKOPT_SET))
		report_absent(&report, &(struct probe_words){ .text = N_("no socket can be opened here on which it applies") });
}
