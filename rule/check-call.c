/* SPDX-License-Identifier: MIT */
/* Checks on system calls: what the program gave, what the kernel answered, what the catalogue says of it. */

#include "check-call.h"

#include <errno.h>
#include <string.h>

/** A call, and what the judge knows besides. */
struct call_world {
	const struct call *call;
	const struct call_context *known;
};

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
	const struct call *call = ((const struct call_world *)context)->call;

	if (option != call->option || call->is_unread)
		return -ENODATA;
	return take(call->bytes, call->size, ret);
}

static int ask_kept(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	const struct call *call = ((const struct call_world *)context)->call;

	if (option != call->option || !call->has_kept)
		return -ENODATA;
	return take(call->kept_bytes, call->kept_size, ret);
}

/** Is the number that was given one that the entry says is taken? */
static int find_in_range(const struct call_world *world, int64_t *ret)
{
	const struct sockopt_option *option = world->call->option;
	struct sockopt_value value;
	int64_t number;

	if (option->n_ranges == 0 || option->type->form != SOCKOPT_FORM_SCALAR ||
	    ask_given((void *)(uintptr_t)world, option, &value) < 0 || value.length < option->type->size)
		return -ENODATA;
	number = sockopt_field_number(&option->type->fields[0], value.bytes, 0);
	*ret = check_in_range(option, number);
	return 0;
}

static int find_capable(const struct call *call, int64_t *ret)
{
	if (call->error != EPERM && call->error != EACCES)
		return -ENODATA;
	*ret = call_is_capable(call);
	return 0;
}

static int find_of_option(const struct call_world *world, enum check_fact fact, int64_t *ret)
{
	const struct call *call = world->call;
	const struct sockopt_option *option = call->option;

	if (!option)
		return -ENODATA;
	switch (fact) {
	case CHECK_FACT_SIZE: *ret = option->type->size; return option->type->form == SOCKOPT_FORM_ARRAY ? -ENODATA : 0;
	case CHECK_FACT_IN_RANGE: return find_in_range(world, ret);
	case CHECK_FACT_SETTABLE: *ret = (option->access & SOCKOPT_SET) != 0; return 0;
	case CHECK_FACT_UNTIL: *ret = option->until != NULL; return 0;
	case CHECK_FACT_PRIVILEGED: *ret = option->privilege.capabilities != NULL; return 0;
	case CHECK_FACT_CAPABLE: return find_capable(call, ret);
	case CHECK_FACT_LATE:
		if (!call->has_socket)
			return -ENODATA;
		*ret = option->moments && !(option->moments & facts_moments_left(&call->facts));
		return 0;
	default: return -ENODATA;
	}
}

static int find_fact(void *context, enum check_fact fact, int64_t *ret)
{
	const struct call_world *world = context;
	const struct call *call = world->call;

	switch (fact) {
	case CHECK_FACT_SETS: *ret = call->kind == CALL_SET; return 0;
	case CHECK_FACT_CLOSES: *ret = call->kind == CALL_CLOSE; return 0;
	case CHECK_FACT_ERROR: *ret = call->error; return 0;
	case CHECK_FACT_LENGTH: *ret = (int64_t)call->length; return 0;
	case CHECK_FACT_NONBLOCKING: *ret = call->is_nonblocking; return call->has_socket ? 0 : -ENODATA;
	case CHECK_FACT_SHARES_PORT: *ret = call->shares_port; return call->has_queue ? 0 : -ENODATA;
	case CHECK_FACT_WAITING: *ret = call->n_waiting; return call->has_queue ? 0 : -ENODATA;
	case CHECK_FACT_FOLLOWS_ACCEPT: *ret = world->known->follows_accept; return 0;
	default: return find_of_option(world, fact, ret);
	}
}

static int find_sysctl(void *context, const char *name, int64_t *ret)
{
	const struct call_world *world = context;

	return world->known->sysctl ? world->known->sysctl(world->call, name, ret) : -ENODATA;
}

static bool is_about(const struct check *check, const struct call *call)
{
	if (call->kind == CALL_CLOSE)
		return !check->options || !check->options[0];
	if ((call->kind != CALL_SET && call->kind != CALL_GET) || !call->option || !call->option->type)
		return false;
	for (const char *const *name = check->options; name && *name; name++)
		if (strcmp(*name, call->option->name) == 0)
			return true;
	return !check->options || !check->options[0];
}

bool check_call_finds(const struct check *check, const struct selector *selector, const struct call *call,
		      const struct call_context *known, struct check_finding *ret)
{
	struct call_world context = { call, known };
	struct check_world world = {
		.kind = call->facts.kind,
		.option = ask_given,
		.kept = ask_kept,
		.about = call->option,
		.sysctl = find_sysctl,
		.fact = find_fact,
		.context = &context,
	};

	if (!check_applies(check, CHECK_TRACE) || !is_about(check, call))
		return false;
	if (check->socket && (!call->has_socket || !selector || !selector_matches(selector, &call->facts)))
		return false;
	if (!check_judge(check, CHECK_TRACE, &world, ret))
		return false;
	ret->option = call->option;
	return true;
}

bool call_history_see(struct call_history *history, const struct call *call)
{
	size_t at = 0;
	bool follows;

	for (size_t i = 0; i < CALL_HISTORY_MAX; i++) {
		if (history->threads[i].tid == call->tid) {
			at = i;
			break;
		}
		if (history->threads[i].order < history->threads[at].order)
			at = i;
	}
	follows = history->threads[at].tid == call->tid && call->fd >= 0 &&
		  history->threads[at].accepted_on == call->fd;
	history->threads[at].tid = call->tid;
	history->threads[at].accepted_on = call->kind == CALL_ACCEPT && call->error == 0 ? call->fd : -1;
	history->threads[at].order = ++history->n;
	return follows;
}
