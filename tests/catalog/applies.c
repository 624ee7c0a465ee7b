/* SPDX-License-Identifier: MIT */
/* Where an option can be read and set, and the errno on other sockets. */

#include <errno.h>
#include <unistd.h>

#include "facts.h"
#include "kinds.h"
#include "report.h"
#include "stage.h"
#include "values.h"

/** The kernel's ways to say that it knows no such option here. */
static bool is_unknown(const struct kind *kind, int error)
{
	/* CAN says so to levels that are not its own. */
	if (kind->of.family == AF_CAN && error == -EINVAL)
		return true;
	return error == -ENOPROTOOPT || error == -EOPNOTSUPP;
}

/** The sockets on which an option does not apply. */
struct elsewhere {
	unsigned count;
	unsigned as_told; /* those that gave the errno of the catalogue */
	int other;        /* the last errno that another gave */
};

/** The errno that is told is not only allowed for, it is there. */
static void check_told(struct report *report, const char *call, int told, const struct elsewhere *elsewhere)
{
	if (elsewhere->count)
		report_fact(report, elsewhere->as_told > 0, "%s gives %s on none of %u other sockets, but %s", call,
			    report_errno(told), elsewhere->count, report_errno(elsewhere->other));
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
	if (told == 0)
		report_fact(report, error == 0, "%s: %s gives %s; it should be accepted without effect", kind->name,
			    call, report_errno(error));
	else
		report_fact(report, error == -told || is_unknown(kind, error), "%s: %s gives %s, not %s", kind->name, call,
			    report_errno(error), report_errno(told));
}

/** Not there because the kernel was built without it? */
static bool is_left_out(struct report *report, int error)
{
	const char *const *symbol = report->option->config;

	if (error != -ENOPROTOOPT || !*symbol)
		return false;
	report_cannot(report, "this kernel has it not: %s", *symbol);
	return true;
}

/** An option that cannot be read at all is not, on any socket. */
static void check_unreadable(struct report *report)
{
	const struct sockopt_option *option = report->option;

	if (sockopt_find_number(option->level->number, option->number, SOCKOPT_GET))
		return; /* its number is another option's too */
	for (size_t i = 0; i < n_kinds; i++) {
		unsigned char bytes[512] = { 0 };
		socklen_t length = sizeof(bytes);
		int r;

		if (!kinds[i].open)
			continue;
		r = value_raw_get(kinds[i].fresh, option, bytes, &length);
		report_fact(report, r < 0, "%s: can be read", kinds[i].name);
	}
}

void facts_readable(const struct sockopt_option *option)
{
	struct report report = report_begin(option, "readable");
	static struct reading reading;
	struct elsewhere elsewhere = { 0 };

	if (!(option->access & SOCKOPT_GET))
		check_unreadable(&report);
	else if (option->input_from_caller)
		report_cannot(&report, "only the caller knows what to ask");
	else if (!value_readable(option))
		report_cannot(&report, "reading has an effect: %s", option->read_effect.why.en);
	for (size_t i = 0; value_readable(option) && i < n_kinds; i++) {
		const struct kind *kind = &kinds[i];
		int r;

		if (!kind->open)
			continue;
		r = value_read(kind->fresh, option, &reading);
		report.aside = NULL;
		if (!sockopt_applies(option, &kind->of, SOCKOPT_GET)) {
			report.aside = kind_own_rules(kind, option, SOCKOPT_GET);
			check_elsewhere(&report, kind, "get", option->otherwise_get, r, &elsewhere);
		} else if (r < 0 && stage_refuses(option, kind, SOCKOPT_GET, 0) == -r)
			report_fact(&report, true, " ");
		else if (!is_left_out(&report, r))
			report_fact(&report, r == 0, "%s: get gives %s", kind->name, report_errno(r));
	}
	report.aside = NULL;
	check_told(&report, "get", option->otherwise_get, &elsewhere);
	if (value_readable(option) && !kind_next(NULL, option, SOCKOPT_GET))
		report_cannot(&report, "no socket can be opened here on which it applies");
	report_end(&report);
}

static void check_unwritable(struct report *report)
{
	const struct sockopt_option *option = report->option;
	static const unsigned char bytes[512];

	if (sockopt_find_number(option->level->number, option->number, SOCKOPT_SET))
		return;
	for (size_t i = 0; i < n_kinds; i++) {
		int r;

		if (!kinds[i].open)
			continue;
		r = value_raw_set(kinds[i].fresh, option, bytes, option->get_type->size ? option->get_type->size : 4U);
		report_fact(report, r < 0, "%s: can be set", kinds[i].name);
	}
}

/** Where it applies the example is not answered by "no such option". */
static void check_applying(struct report *report, const struct kind *kind, const struct sockopt_value *example)
{
	const struct sockopt_option *option = report->option;
	struct stage stage;
	int r = stage_for_example(kind, option, &stage);

	if (r < 0) {
		report_cannot(report, "%s: %s", kind->name, stage_why(&stage));
	} else {
		r = sockopt_set(stage.fd, option, example);
		if (!is_left_out(report, r))
			report_fact(report, !is_unknown(kind, r) || r == -EINVAL, "%s: set gives %s", kind->name, report_errno(r));
	}
	stage_end(&stage);
}

void facts_writable(const struct sockopt_option *option)
{
	struct report report = report_begin(option, "writable");
	struct sockopt_value example;
	struct elsewhere elsewhere = { 0 };

	if (!(option->access & SOCKOPT_SET)) {
		check_unwritable(&report);
		report_end(&report);
		return;
	}
	if (report_fact(&report, sockopt_parse(option, option->example, &example, NULL) == 0,
			"the example '%s' is no value", option->example)) {
		for (size_t i = 0; i < n_kinds; i++) {
			const struct kind *kind = &kinds[i];

			if (!kind->open)
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
			close(fd);
		}
	}
	report.aside = NULL;
	check_told(&report, "set", option->otherwise, &elsewhere);
	if (!kind_next(NULL, option, SOCKOPT_SET))
		report_cannot(&report, "no socket can be opened here on which it applies");
	report_end(&report);
}
