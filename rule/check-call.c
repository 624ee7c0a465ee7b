/* SPDX-License-Identifier: MIT */
/* Checks on system calls: what the program gave, what the kernel answered, what the catalogue says of it. */

#include "check-call.h"

#include <errno.h>
#include <string.h>

/** Bytes of a call as a value; what is longer is not judged by its number. */
static int take(const void *bytes, size_t size, struct sockopt_value *ret)
{
	if (!bytes || size > sizeof(ret->bytes))
		return -ENODATA;
	memcpy(ret->bytes, bytes, size);
	ret->length = (socklen_t)size;
	return 0;
}

static int ask_given(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct call *call = context;

	if (option != call->option || call->is_unread)
		return -ENODATA;
	return take(call->bytes, call->size, ret);
}

static int ask_kept(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct call *call = context;

	if (option != call->option || !call->has_kept)
		return -ENODATA;
	return take(call->kept_bytes, call->kept_size, ret);
}

/** Is the number that was given one that the entry says is taken? */
static int find_in_range(struct call *call, int64_t *ret)
{
	const struct sockopt_option *option = call->option;
	struct sockopt_value value;
	int64_t number;

	if (option->n_ranges == 0 || option->type->form != SOCKOPT_FORM_SCALAR || ask_given(call, option, &value) < 0 ||
	    value.length < option->type->size)
		return -ENODATA;
	number = sockopt_field_number(&option->type->fields[0], value.bytes, 0);
	*ret = 0;
	for (size_t i = 0; i < option->n_ranges; i++)
		if (number >= option->ranges[i].least && number <= option->ranges[i].greatest)
			*ret = 1;
	return 0;
}

static int find_fact(void *context, enum check_fact fact, int64_t *ret)
{
	struct call *call = context;
	const struct sockopt_option *option = call->option;

	switch (fact) {
	case CHECK_FACT_SETS: *ret = call->kind == CALL_SET; return 0;
	case CHECK_FACT_ERROR: *ret = call->error; return 0;
	case CHECK_FACT_LENGTH: *ret = (int64_t)call->length; return 0;
	case CHECK_FACT_SIZE: *ret = option->type->size; return option->type->form == SOCKOPT_FORM_ARRAY ? -ENODATA : 0;
	case CHECK_FACT_IN_RANGE: return find_in_range(call, ret);
	case CHECK_FACT_SETTABLE: *ret = (option->access & SOCKOPT_SET) != 0; return 0;
	case CHECK_FACT_UNTIL: *ret = option->until != NULL; return 0;
	case CHECK_FACT_PRIVILEGED: *ret = option->privilege.capabilities != NULL; return 0;
	case CHECK_FACT_LATE:
		if (!call->has_socket)
			return -ENODATA;
		*ret = option->moments && !(option->moments & facts_moments_left(&call->facts));
		return 0;
	default: return -ENODATA;
	}
}

static bool is_about(const struct check *check, const struct call *call)
{
	if ((call->kind != CALL_SET && call->kind != CALL_GET) || !call->option || !call->option->type)
		return false;
	for (const char *const *name = check->options; name && *name; name++)
		if (strcmp(*name, call->option->name) == 0)
			return true;
	return !check->options || !check->options[0];
}

bool check_call_finds(const struct check *check, const struct selector *selector, const struct call *call,
		      struct check_finding *ret)
{
	struct check_world world = {
		.kind = call->facts.kind,
		.option = ask_given,
		.kept = ask_kept,
		.about = call->option,
		.fact = find_fact,
		.context = (void *)(uintptr_t)call,
	};

	if (!check_applies(check, CHECK_TRACE) || !is_about(check, call))
		return false;
	if (check->socket && (!call->has_socket || !selector || !selector_matches(selector, &call->facts)))
		return false;
	return check_judge(check, CHECK_TRACE, &world, ret);
}
