/* SPDX-License-Identifier: MIT */
/* Both ends of a range are accepted, one beyond is refused. */

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"

static bool is_unsigned_wide(const struct sockopt_field *field)
{
	return field->scalar != SOCKOPT_SIGNED && field->size == sizeof(uint64_t);
}

static bool is_less(const struct sockopt_field *field, int64_t a, int64_t b)
{
	return is_unsigned_wide(field) ? (uint64_t)a < (uint64_t)b : a < b;
}

static bool is_in_range(const struct sockopt_option *option, int64_t number)
{
	const struct sockopt_field *field = &option->type->fields[0];

	for (size_t i = 0; i < option->n_ranges; i++)
		if (!is_less(field, number, option->ranges[i].least) &&
		    !is_less(field, option->ranges[i].greatest, number))
			return true;
	return false;
}

static bool is_symbol(const struct sockopt_symbols *symbols, int64_t number)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->list[i].value == number)
			return true;
	return false;
}

/** Does a number name something that has to exist? */
static bool names_something(const struct sockopt_field *field)
{
	return field->unit == SOCKOPT_UNIT_IFINDEX || field->unit == SOCKOPT_UNIT_IFINDEX_BE ||
	       field->unit == SOCKOPT_UNIT_FD;
}

static void check_number(struct report *report, const struct kind *kind, int64_t number, int error)
{
	struct sockopt_value value;
	struct stage stage;
	int r = stage_for_example(kind, report->option, &stage);

	if (r < 0) {
		stage_cannot(report, &stage);
	} else {
		probe_of_number(report->option, number, &value);
		r = sockopt_set(stage.fd, report->option, &value);
		if (names_something(&report->option->type->fields[0]) && error == 0 && r < 0)
			report_cannot(report, &(struct probe_words){ .text = N_("there is nothing of the number {value}"),
								     .value = report_number(number) });
		else if (!report_left_out(report, r))
			report_fact(report, r == -error,
				    &(struct probe_words){ .text = N_("{socket}: {call} of {value} gives {found}, not {expected}"),
							   .socket = kind->name,
							   .call = "set",
							   .value = report_number(number),
							   .found = report_errno(r),
							   .expected = report_errno(error) });
	}
	stage_end(&stage);
}

static void check_ranges(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	const struct sockopt_field *field = &option->type->fields[0];
	int64_t least, greatest;

	probe_limits(field, &least, &greatest);
	for (size_t i = 0; i < option->n_ranges; i++) {
		int64_t low = option->ranges[i].least, high = option->ranges[i].greatest;

		check_number(report, kind, low, 0);
		check_number(report, kind, high, 0);
		if (option->range_errno && is_less(field, least, low) && !is_in_range(option, low - 1))
			check_number(report, kind, low - 1, option->range_errno);
		if (option->range_errno && is_less(field, high, greatest) && !is_in_range(option, high + 1))
			check_number(report, kind, high + 1, option->range_errno);
	}
}

/** An enum's range is its symbols. */
static void check_symbols(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	const struct sockopt_symbols *symbols = option->type->fields[0].symbols;

	for (size_t i = 0; i < symbols->count; i++) {
		int64_t number = symbols->list[i].value;

		check_number(report, kind, number, 0);
		if (option->range_errno && !is_symbol(symbols, number - 1))
			check_number(report, kind, number - 1, option->range_errno);
		if (option->range_errno && !is_symbol(symbols, number + 1))
			check_number(report, kind, number + 1, option->range_errno);
	}
}

void probe_range_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_RANGE);
	bool by_symbols;

	if (!(option->access & SOCKOPT_SET) || !sockopt_is_number(option->type))
		return;
	by_symbols = option->n_ranges == 0 && option->type->fields[0].look == SOCKOPT_LOOK_ENUM;
	if (option->n_ranges == 0 && !by_symbols)
		return;
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));) {
		report.aside = kind_own_rules(kind, option, SOCKOPT_SET);
		by_symbols ? check_symbols(&report, kind) : check_ranges(&report, kind);
	}
}
