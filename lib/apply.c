/* SPDX-License-Identifier: MIT */
/* Several assignments on one socket: all or none. */

#include <errno.h>

#include "sockopt.h"
#include "twin.h"

/** Old values at once: of the options that are set, and of those that change along (SO_BUF_LOCK with SO_SNDBUF). */
#define OLD_VALUES_MAX (2 * SOCKOPT_APPLY_MAX)

struct old_value {
	const struct sockopt_option *option;
	struct sockopt_value before;
};

/** 34 KB on the stack: there is no heap here. */
struct old_values {
	struct old_value list[OLD_VALUES_MAX];
	size_t n;
};

static void remember(int fd, const struct sockopt_option *option, struct old_values *ret)
{
	bool readable = (option->access & SOCKOPT_GET) && option->read_effect.kind == SOCKOPT_READ_HARMLESS &&
			option->nature != SOCKOPT_ACTION && option->type == option->get_type;

	if (!readable || ret->n == OLD_VALUES_MAX || sockopt_get(fd, option, &ret->list[ret->n].before) < 0)
		return;
	ret->list[ret->n++].option = option;
}

/** What changes along is given back after the option itself, so it is remembered before it. */
static void remember_with_touched(int fd, const struct sockopt_option *option, const struct sockopt_kind *kind,
				  struct old_values *ret)
{
	for (const char *const *name = option->touches; *name; name++) {
		const struct sockopt_option *touched = sockopt_find(*name);

		touched = touched ? sockopt_twin_for(touched, kind, SOCKOPT_SET) : NULL;
		if (touched)
			remember(fd, touched, ret);
	}
	remember(fd, option, ret);
}

static bool is_now(int fd, const struct old_value *old)
{
	struct sockopt_value now;

	if (sockopt_get(fd, old->option, &now) < 0 || now.length != old->before.length)
		return false;
	for (socklen_t i = 0; i < now.length; i++)
		if (now.bytes[i] != old->before.bytes[i])
			return false;
	return true;
}

/** Last first; tells the first that could not be given back, and goes on. */
static void restore(int fd, const struct old_values *old, struct sockopt_error *reterr)
{
	bool told = false;

	for (size_t i = old->n; i-- > 0;) {
		struct sockopt_value value;
		int r = 0;

		if (is_now(fd, &old->list[i]))
			continue;
		sockopt_asked_for(old->list[i].option, &old->list[i].before, &value);
		r = sockopt_set(fd, old->list[i].option, &value);
		if (r == 0 || told)
			continue;
		told = true;
		if (reterr)
			*reterr = (struct sockopt_error){
				.problem = SOCKOPT_NOT_ROLLED_BACK,
				.error = -r,
				.option = old->list[i].option,
			};
	}
}

static int refuse(int error, struct sockopt_error *reterr)
{
	if (reterr)
		*reterr = (struct sockopt_error){ .problem = SOCKOPT_REFUSED, .error = -error };
	return error;
}

int sockopt_apply(int fd, const struct sockopt_assignment *assignments, size_t count,
		  struct sockopt_error *reterr)
{
	struct old_values old;
	struct sockopt_kind kind;
	int r;

	old.n = 0;
	if (count > SOCKOPT_APPLY_MAX)
		return refuse(-E2BIG, reterr);
	r = sockopt_kind_of(fd, &kind);
	if (r < 0)
		return refuse(r, reterr);

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct sockopt_option *wanted = assignments[i].option;
		const struct sockopt_option *option = sockopt_twin_for(wanted, &kind, SOCKOPT_SET);

		option = option ? option : wanted;
		remember_with_touched(fd, option, &kind, &old);
		r = twin_set(fd, &kind, option, &assignments[i].value);
		if (r < 0 && reterr)
			sockopt_why(option, &kind, SOCKOPT_SET, -r, reterr);
	}
	if (r < 0)
		restore(fd, &old, reterr);
	return r;
}
