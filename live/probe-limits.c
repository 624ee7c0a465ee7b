/* SPDX-License-Identifier: MIT */
/* Where the numbers end that an option takes. */

#include <errno.h>

#include "probe-measures.h"
#include "probe-stage.h"
#include "probe-values.h"

/** Sets a number on a socket of its own. @return 0 or -errno */
static int try_number(const struct sockopt_option *option, const struct kind *kind, int64_t number)
{
	struct sockopt_value value;
	struct stage stage;
	int r = stage_for_example(kind, option, &stage);

	probe_of_number(option, number, &value);
	if (r == 0)
		r = sockopt_set(stage.fd, option, &value);
	stage_end(&stage);
	return r;
}

static bool can_be_measured(const struct sockopt_option *option)
{
	const struct sockopt_field *field = &option->type->fields[0];

	return sockopt_is_number(option->type) && field->look == SOCKOPT_LOOK_NUMBER &&
	       field->size <= sizeof(int32_t) && option->nature == SOCKOPT_SETTING && !option->unverified.en &&
	       field->unit != SOCKOPT_UNIT_FD && field->unit != SOCKOPT_UNIT_IFINDEX &&
	       field->unit != SOCKOPT_UNIT_IFINDEX_BE;
}

/** The last number from good towards bad that is accepted: each half is tried. */
static int64_t search(const struct sockopt_option *option, const struct kind *kind, int64_t good, int64_t bad)
{
	while (good - bad > 1 || bad - good > 1) {
		int64_t middle = good + (bad - good) / 2;

		if (try_number(option, kind, middle) == 0)
			good = middle;
		else
			bad = middle;
	}
	return good;
}

/**
 * @brief One end of what is accepted.
 * @param told where the catalogue says that it is
 * @param limit of the C type
 */
static int64_t find_end(const struct sockopt_option *option, const struct kind *kind, int64_t good, int64_t told,
			int64_t limit, int *ret_outside)
{
	int64_t next = told < good ? told - 1 : told + 1;
	int r = try_number(option, kind, told);

	if (r < 0) {
		*ret_outside = -r;
		return search(option, kind, good, told);
	}
	if (told == limit)
		return limit;
	r = try_number(option, kind, next);
	if (r == 0) {
		r = try_number(option, kind, limit);
		if (r == 0)
			return limit;
		told = search(option, kind, next, limit);
	}
	*ret_outside = -r;
	return told;
}

void probe_range(const struct sockopt_option *option, const struct kind *kind, struct probe_cell *ret)
{
	struct sockopt_value example;
	int64_t number, least, greatest, low, high;

	if (!can_be_measured(option) || sockopt_parse(option, option->example, &example, NULL) < 0)
		return;
	number = sockopt_field_number(&option->type->fields[0], example.bytes, 0);
	probe_limits(&option->type->fields[0], &least, &greatest);
	low = least;
	high = greatest;
	for (size_t i = 0; i < option->n_ranges; i++)
		if (option->ranges[i].least <= number && number <= option->ranges[i].greatest) {
			low = option->ranges[i].least;
			high = option->ranges[i].greatest;
		}
	ret->least = find_end(option, kind, number, low, least, &ret->outside);
	ret->greatest = find_end(option, kind, number, high, greatest, &ret->outside);
	ret->has_range = true;
}
