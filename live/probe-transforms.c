/* SPDX-License-Identifier: MIT */
/* The example can be set, and what is read afterwards. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"
#include "probe-world.h"

static void check_example(struct report *report, const struct kind *kind, const struct sockopt_value *example)
{
	const struct sockopt_option *option = report->option;
	struct stage stage;
	int r = stage_for_example(kind, option, &stage);

	if (r == 0)
		r = sockopt_set(stage.fd, option, example);
	else if (r == -EAFNOSUPPORT || r == -ECANCELED || stage.lacks || kind->deaf)
		stage_cannot(report, &stage);
	else
		report_fact(report, false,
			    &(struct probe_words){ .text = N_("{socket} cannot be made ready: {value}: {found}"),
						   .socket = kind->name,
						   .value = stage.problem,
						   .found = report_errno(r) });
	if (r == -ENOPROTOOPT && *option->config)
		report_absent(report, &(struct probe_words){ .text = N_("this kernel is built without {value}"),
							     .value = *option->config });
	else if (stage.error == 0)
		report_fact(report, r == 0,
			    &(struct probe_words){ .text = N_("{socket}: {call} of {value} gives {found}, not {expected}"),
						   .socket = kind->name,
						   .call = "set",
						   .value = option->example,
						   .found = report_errno(r),
						   .expected = report_errno(0) });
	stage_end(&stage);
}

void probe_example_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_EXAMPLE);
	struct sockopt_value example;

	if (!(option->access & SOCKOPT_SET) || sockopt_parse(option, option->example, &example, NULL) < 0)
		return;
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));)
		check_example(&report, kind, &example);
}

/** What a limit of the system makes of a number. */
static int64_t limited(const struct sockopt_option *option, int64_t number)
{
	int64_t bound;

	if (!option->limit.sysctl || option->limit.refuses || world_sysctl_number(option->limit.sysctl, &bound) < 0)
		return number;
	if (option->limit.is_max)
		return number > bound ? bound : number;
	return number < bound ? bound : number;
}

/** The number that is to be read after this one was set; false: the catalogue does not say which. */
static bool expected_number(const struct sockopt_option *option, const struct kind *kind, int64_t before,
			    int64_t asked, int64_t *ret)
{
	const struct sockopt_transform *transform = &option->transform;
	int64_t number = limited(option, asked);

	switch (transform->kind) {
	case SOCKOPT_KEPT:
		break;
	case SOCKOPT_DOUBLED:
		number *= 2;
		break;
	case SOCKOPT_TO_BOOLEAN:
		number = number != 0;
		break;
	case SOCKOPT_MASKED:
		number = (int64_t)((uint64_t)number & transform->mask);
		/* The two ECN bits of a stream are the kernel's own. */
		if (option->type->fields[0].unit == SOCKOPT_UNIT_TOS && kind->of.type == SOCK_STREAM)
			number = (number & ~INT64_C(3)) | (before & 3);
		break;
	case SOCKOPT_IGNORED:
		number = before;
		break;
	case SOCKOPT_CLAMPED:
		break;
	case SOCKOPT_ROUNDED:
	case SOCKOPT_ADJUSTED_VALUE:
	case SOCKOPT_BOUND_BY_OTHER:
		return false;
	}
	if (transform->has_min && number < transform->min)
		number = transform->min;
	if (transform->has_max && number > transform->max)
		number = transform->max;
	*ret = number;
	return true;
}

/** The word that sockopt_compare() should have for it. */
static bool is_told(const struct sockopt_option *option, enum sockopt_result result, bool changed)
{
	switch (option->transform.kind) {
	case SOCKOPT_KEPT:
	case SOCKOPT_TO_BOOLEAN:
		return result == SOCKOPT_RESULT_KEPT || (changed && result == SOCKOPT_RESULT_CLAMPED);
	case SOCKOPT_DOUBLED:
		return result == SOCKOPT_RESULT_DOUBLED || result == SOCKOPT_RESULT_CLAMPED;
	case SOCKOPT_IGNORED:
		return result == SOCKOPT_RESULT_IGNORED;
	default:
		return result != SOCKOPT_RESULT_FAILED && result != SOCKOPT_RESULT_DOUBLED;
	}
}

/** Rounding comes to rest: what was read, set again, is read again. */
static void check_rest(struct report *report, const struct kind *kind, int fd, const struct sockopt_value *kept)
{
	static struct reading again;
	struct reading first = { .length = kept->length };
	int r = sockopt_set(fd, report->option, kept);

	memcpy(first.bytes, kept->bytes, kept->length);
	report_fact(report,
		    r == 0 && probe_read(fd, report->option, &again) == 0 &&
			    probe_same(report->option, &first, &again),
		    &(struct probe_words){ .text = N_("{socket}: what was read is not kept when it is set again"),
					   .socket = kind->name,
					   .call = "set" });
}

static void check_read(struct report *report, const struct kind *kind, int fd, const struct sockopt_value *before,
		       const struct sockopt_value *asked, int refusal)
{
	const struct sockopt_option *option = report->option;
	struct sockopt_value after;
	enum sockopt_result result;
	int64_t wanted = 0, number = 0, old = 0, expected;
	int r = sockopt_get(fd, option, &after);

	if (r < 0 && r == -refusal) {
		report_absent(report, &(struct probe_words){ .text = N_("{socket}: refused in that state, as the states show"),
							     .socket = kind->name });
		return;
	}
	if (!report_fact(report, r == 0,
			 &(struct probe_words){ .text = N_("{socket}: {call} gives {found}, not {expected}"),
						.socket = kind->name,
						.call = "get",
						.found = report_errno(r),
						.expected = report_errno(0) }))
		return;
	result = sockopt_compare(option, before->length ? before : NULL, asked, &after);
	if (sockopt_is_number(option->type) && sockopt_is_number(option->get_type)) {
		wanted = sockopt_field_number(&option->type->fields[0], asked->bytes, 0);
		number = sockopt_field_number(&option->get_type->fields[0], after.bytes, 0);
		old = sockopt_field_number(&option->get_type->fields[0], before->bytes, 0);
		if (expected_number(option, kind, old, wanted, &expected))
			report_fact(report, number == expected,
				    &(struct probe_words){ .text = N_("{socket}: after a set of {value} it is {found}, not {expected}"),
							   .socket = kind->name,
							   .call = "set",
							   .value = report_number(wanted),
							   .found = report_number(number),
							   .expected = report_number(expected) });
	}
	report_fact(report, is_told(option, result, number != wanted),
		    &(struct probe_words){ .text = N_("{socket}: a set of {value} is {found}"),
					   .socket = kind->name,
					   .call = "set",
					   .value = report_number(wanted),
					   .found = sockopt_result_word(result) });
	if (option->transform.kind == SOCKOPT_ROUNDED && option->type == option->get_type)
		check_rest(report, kind, fd, &after);
}

static void check_set(struct report *report, const struct kind *kind, const struct sockopt_value *asked)
{
	const struct sockopt_option *option = report->option;
	struct sockopt_value before = { .length = 0 };
	bool later = stage_refuses(option, kind, SOCKOPT_GET, option->example_state) && !*option->prepare;
	unsigned state = later ? SOCKOPT_CONNECTED : option->example_state;
	struct stage stage;
	int r = later ? stage_begin(kind, option, STAGE_PREPARED, state, &stage) :
			stage_for_example(kind, option, &stage);

	if (r < 0) {
		stage_cannot(report, &stage);
	} else {
		if (sockopt_get(stage.fd, option, &before) < 0)
			before.length = 0;
		r = sockopt_set(stage.fd, option, asked);
		if (r == 0)
			check_read(report, kind, stage.fd, &before, asked,
				   stage_refuses(option, kind, SOCKOPT_GET, state));
		else
			stage_cannot_set(report, &stage, r);
	}
	stage_end(&stage);
}

static void check_set_number(struct report *report, const struct kind *kind, int64_t number)
{
	struct sockopt_value value;

	probe_of_number(report->option, number, &value);
	check_set(report, kind, &value);
}

/** Numbers at which the transform shows. */
static void check_numbers(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	const struct sockopt_transform *transform = &option->transform;

	if (option->unverified.en)
		return;
	switch (transform->kind) {
	case SOCKOPT_TO_BOOLEAN:
		check_set_number(report, kind, 2);
		check_set_number(report, kind, 0);
		break;
	case SOCKOPT_MASKED:
	case SOCKOPT_DOUBLED:
		check_set_number(report, kind, INT32_MAX);
		check_set_number(report, kind, 1);
		break;
	case SOCKOPT_CLAMPED:
		if (transform->has_min)
			check_set_number(report, kind, transform->min - 1);
		if (transform->has_max)
			check_set_number(report, kind, transform->max + 1);
		break;
	case SOCKOPT_KEPT:
		for (size_t i = 0; i < option->n_ranges; i++) {
			check_set_number(report, kind, option->ranges[i].least);
			check_set_number(report, kind, option->ranges[i].greatest);
		}
		break;
	default:
		break;
	}
}

void probe_transform_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_TRANSFORM);
	struct sockopt_value example;

	if (!(option->access & SOCKOPT_SET) || !(option->access & SOCKOPT_GET))
		return;
	if (!probe_readable(option))
		report_cannot(&report, &(struct probe_words){ .text = option->input_from_caller ? N_("only the caller knows what to ask") :
												  N_("reading has an effect") });
	else if (sockopt_parse(option, option->example, &example, NULL) == 0)
		for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));) {
			if (!sockopt_applies(option, &kind->of, SOCKOPT_GET))
				continue;
			check_set(&report, kind, &example);
			if (sockopt_is_number(option->type))
				check_numbers(&report, kind);
		}
}
