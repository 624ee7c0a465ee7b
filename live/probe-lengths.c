/* SPDX-License-Identifier: MIT */
/* How many bytes get gives, and how few and how many set takes. */

#include <errno.h>
#include <string.h>

#include "probe-facts.h"
#include "probe-kinds.h"
#include "probe-report.h"
#include "probe-stage.h"
#include "probe-values.h"

enum { MORE = 8 }; /* bytes more than are needed */

static const char bytes_not[] = N_("{socket}: {found} bytes are read, not {expected}");
static const char bytes_more[] = N_("{socket}: {found} bytes are read, more than {expected}");

/** How many bytes were read, compared with what the type says. */
static void check_read(struct report *report, const struct kind *kind, const char *text, bool holds, size_t found)
{
	report_fact(report, holds,
		    &(struct probe_words){ .text = text,
					   .socket = kind->name,
					   .call = "get",
					   .found = report_number((int64_t)found),
					   .expected = report_number(report->option->get_type->size) });
}

static void check_fixed(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	unsigned char bytes[4096];
	size_t size = option->get_type->size;
	socklen_t length = (socklen_t)(option->get_length == SOCKOPT_GET_EXACT ? size : size + MORE);
	int r;

	memset(bytes, 0, sizeof(bytes));
	r = probe_raw_get(kind->fresh, option, bytes, &length);
	if (r < 0)
		return; /* whether it can be read is another group's fact */
	check_read(report, kind, bytes_not, length == size, length);
	if (option->get_length != SOCKOPT_GET_EXACT)
		return;
	length = (socklen_t)size + MORE;
	r = probe_raw_get(kind->fresh, option, bytes, &length);
	report_fact(report, r < 0,
		    &(struct probe_words){ .text = N_("{socket}: {call} takes a buffer of {value} bytes too"),
					   .socket = kind->name,
					   .call = "get",
					   .value = report_number((int64_t)size + MORE),
					   .found = report_errno(0),
					   .expected = "refused" });
}

/** The optlen that comes back is the caller's, and less than the size is refused. */
static void check_unchanged(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	unsigned char bytes[4096] = { 0 };
	socklen_t size = option->get_type->size, length = size + MORE;
	int r;

	if (probe_raw_get(kind->fresh, option, bytes, &length) < 0)
		return; /* whether it can be read is another group's fact */
	report_fact(report, length == size + MORE,
		    &(struct probe_words){ .text = bytes_not,
					   .socket = kind->name,
					   .found = report_number(length),
					   .expected = report_number((int64_t)size + MORE) });
	length = size - 1;
	r = probe_raw_get(kind->fresh, option, bytes, &length);
	report_fact(report, r == -EINVAL,
		    &(struct probe_words){ .text = N_("{socket}: {call} of {value} bytes gives {found}, not {expected}"),
					   .socket = kind->name,
					   .call = "get",
					   .value = report_number((int64_t)size - 1),
					   .found = report_errno(r),
					   .expected = report_errno(EINVAL) });
}

/** Ends the struct with as many addresses as there are? */
static bool is_open_ended(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_STRUCT && type->fields[type->n_fields - 1].scalar == SOCKOPT_SOCKADDRS;
}

/** optlen comes back as it was given, and behind the value nothing is written. */
static void check_unsaid(struct report *report, const struct kind *kind)
{
	const struct sockopt_option *option = report->option;
	unsigned char bytes[SOCKOPT_VALUE_MAX + MORE];
	size_t size = option->get_type->size, written = sizeof(bytes);
	socklen_t length = (socklen_t)size + MORE;
	int r;

	memset(bytes, 0xa5, sizeof(bytes));
	r = probe_raw_get(kind->fresh, option, bytes, &length);
	if (r < 0)
		return;
	while (written > 0 && bytes[written - 1] == 0xa5)
		written--;
	check_read(report, kind, bytes_not, length == size + MORE, length);
	check_read(report, kind, bytes_more, written <= size, written);
}

void probe_get_length_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_GET_LENGTH);
	static struct reading reading;
	size_t size = option->get_type->size;
	bool fixed = option->get_length == SOCKOPT_GET_FIXED || option->get_length == SOCKOPT_GET_EXACT;

	if (!probe_readable(option))
		return;
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_GET));) {
		bool open_ended = option->get_type->form != SOCKOPT_FORM_SCALAR;

		if (option->get_length == SOCKOPT_GET_UNCHANGED) {
			check_unchanged(&report, kind);
			continue;
		}
		if (option->get_length == SOCKOPT_GET_UNSAID) {
			check_unsaid(&report, kind);
			continue;
		}
		if (fixed && option->n_inputs == 0) {
			check_fixed(&report, kind);
			continue;
		}
		if (probe_read(kind->fresh, option, &reading) < 0)
			continue;
		if (fixed)
			check_read(&report, kind, bytes_not, reading.length == size, reading.length);
		else if (option->get_length == SOCKOPT_GET_ELEMENTS)
			check_read(&report, kind, N_("{socket}: {found} bytes are read, no whole elements of {expected}"),
				   reading.length % size == 0, reading.length);
		else if (is_open_ended(option->get_type))
			check_read(&report, kind, bytes_more, reading.length <= size, reading.length);
		else if (option->get_type->form == SOCKOPT_FORM_STRUCT)
			check_read(&report, kind, N_("{socket}: {found} bytes are read, fewer than {expected}"),
				   reading.length >= size, reading.length);
		else
			check_read(&report, kind, bytes_more, open_ended || reading.length <= size, reading.length);
	}
}

/**
 * @brief Sets length bytes of the example (then zeros) on a socket of its own.
 * @return 0 or -errno; *ret_staged: there was a socket to try it on
 */
static int set_length(struct report *report, const struct kind *kind, const struct sockopt_value *example,
		      size_t length, bool *ret_staged)
{
	struct stage stage;
	unsigned char bytes[SOCKOPT_VALUE_MAX + MORE] = { 0 };
	int r = stage_for_example(kind, report->option, &stage);

	*ret_staged = r == 0;
	memcpy(bytes, example->bytes, example->length);
	if (length == 1 && example->length > 1 && sockopt_is_number(report->option->type))
		bytes[0] = (unsigned char)sockopt_field_number(&report->option->type->fields[0], example->bytes, 0);
	if (r < 0)
		stage_cannot(report, &stage);
	else
		r = probe_raw_set(stage.fd, report->option, bytes, length);
	stage_end(&stage);
	return r;
}

static void check_length(struct report *report, const struct kind *kind, const struct sockopt_value *example,
			 size_t length, int error)
{
	bool staged;
	int r = set_length(report, kind, example, length, &staged);

	if (staged && !report_left_out(report, r))
		report_fact(report, r == -error,
			    &(struct probe_words){ .text = N_("{socket}: {call} of {value} bytes gives {found}, not {expected}"),
						   .socket = kind->name,
						   .call = "set",
						   .value = report_number((int64_t)length),
						   .found = report_errno(r),
						   .expected = report_errno(error) });
}

/** Where no length is too short, none at all is not refused for its length: it is the value 0, or empty. */
static void check_nothing(struct report *report, const struct kind *kind, const struct sockopt_value *example)
{
	bool staged;
	int r = set_length(report, kind, example, 0, &staged);

	if (staged)
		report_fact(report, r != -report->option->length_errno,
			    &(struct probe_words){ .text = N_("{socket}: {call} of {value} bytes gives {found}, not {expected}"),
						   .socket = kind->name,
						   .call = "set",
						   .value = "0",
						   .found = report_errno(r),
						   .expected = report_errno(0) });
}

void probe_set_length_facts(const struct sockopt_option *option)
{
	struct report report = report_begin(option, PROBE_GROUP_SET_LENGTH);
	struct sockopt_value example;
	size_t shortest = option->shortest;

	if (!(option->access & SOCKOPT_SET) || option->type->form == SOCKOPT_FORM_NONE ||
	    sockopt_parse(option, option->example, &example, NULL) < 0)
		return;
	if (option->type->short_form == SOCKOPT_SHORT_PROGRAM) {
		/* Its bytes are the instructions, given by pointer: only that shorter ones fail can be seen. */
		memset(example.bytes, 0, sizeof(example.bytes));
		example.length = option->type->size;
		shortest = option->type->size;
	}
	for (const struct kind *kind = NULL; (kind = kind_next(kind, option, SOCKOPT_SET));) {
		bool exact = option->set_length == SOCKOPT_LENGTH_EXACT;
		bool plain = option->type->form != SOCKOPT_FORM_ARRAY &&
			     option->type->short_form != SOCKOPT_SHORT_PROGRAM;

		report.aside = kind_own_rules(kind, option, SOCKOPT_SET);
		if (shortest > 0)
			check_length(&report, kind, &example, exact && plain ? example.length - 1U : shortest - 1,
				     option->length_errno);
		else
			check_nothing(&report, kind, &example);
		if (exact)
			check_length(&report, kind, &example, example.length + 1U, option->length_errno);
		else if (option->set_length == SOCKOPT_LENGTH_AT_LEAST && plain)
			check_length(&report, kind, &example, example.length + MORE, 0);
		if (!exact && plain && shortest > 0 && shortest < example.length &&
		    option->set_length == SOCKOPT_LENGTH_AT_LEAST)
			check_length(&report, kind, &example, shortest, 0);
	}
}
