/* SPDX-License-Identifier: MIT */
/* OPTION=VALUE -> an option and its value. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sockopt.h"

#define NAME_MAX_LENGTH 64

/** LEVEL:NUMBER, both numbers or the level by name. */
static const struct sockopt_option *find_unnamed(const char *name, struct sockopt_unnamed *ret)
{
	char level_name[NAME_MAX_LENGTH];
	const char *colon = strchr(name, ':');
	const struct sockopt_level *level;
	long level_number, number;
	char *end;

	memcpy(level_name, name, (size_t)(colon - name));
	level_name[colon - name] = '\0';
	level = sockopt_find_level(level_name);
	level_number = level ? level->number : strtol(level_name, &end, 0);
	if (!level && (*end || end == level_name))
		return NULL;
	number = strtol(colon + 1, &end, 0);
	if (*end || end == colon + 1 || number < 0 || number > INT32_MAX || level_number < 0 ||
	    level_number > INT32_MAX)
		return NULL;
	return sockopt_make_unnamed((int)level_number, (int)number, ret);
}

static int fail_name(const char *text, size_t length, const char *name, struct sockopt_error *reterr)
{
	struct sockopt_error error = { .problem = SOCKOPT_NO_SUCH_OPTION, .word = text, .word_length = length };
	size_t found = sockopt_nearest(name, error.near, sizeof(error.near) / sizeof(error.near[0]));
	const struct sockopt_option *fits = found ? sockopt_find(error.near[0]->name) : NULL;
	const char *bare = fits ? strchr(fits->name, '_') : NULL;

	/* Several that fit the word without their prefix, or none that does. */
	if (found > 1 && bare && strcasecmp(bare + 1, name) == 0)
		error.problem = SOCKOPT_AMBIGUOUS;
	if (reterr)
		*reterr = error;
	return error.problem == SOCKOPT_AMBIGUOUS ? -ENOTUNIQ : -ENOENT;
}

int sockopt_parse_assignment(const char *text, struct sockopt_assignment *ret_assignment,
			     struct sockopt_unnamed *ret_unnamed, struct sockopt_error *reterr)
{
	char name[NAME_MAX_LENGTH];
	size_t length = strcspn(text, "=");
	const struct sockopt_option *option;

	if (text[length] != '=') {
		if (reterr)
			*reterr = (struct sockopt_error){
				.problem = SOCKOPT_NO_VALUE,
				.word = text,
				.word_length = length,
			};
		return -EINVAL;
	}
	if (length == 0 || length >= sizeof(name)) {
		if (reterr)
			*reterr = (struct sockopt_error){
				.problem = SOCKOPT_NO_SUCH_OPTION,
				.word = text,
				.word_length = length,
			};
		return -ENOENT;
	}
	memcpy(name, text, length);
	name[length] = '\0';

	option = sockopt_find(name);
	if (!option && ret_unnamed && strchr(name, ':'))
		option = find_unnamed(name, ret_unnamed);
	if (!option)
		return fail_name(text, length, name, reterr);
	if (!(option->access & SOCKOPT_SET)) {
		if (reterr)
			*reterr = (struct sockopt_error){
				.problem = SOCKOPT_CANNOT_SET,
				.option = option,
				.word = text,
				.word_length = length,
			};
		return -EOPNOTSUPP;
	}
	ret_assignment->option = option;
	return sockopt_parse(option, text + length + 1, &ret_assignment->value, reterr);
}

int sockopt_set_text(int fd, const char *assignment, struct sockopt_error *reterr)
{
	struct sockopt_assignment parsed;
	struct sockopt_unnamed unnamed;
	struct sockopt_kind kind;
	int r = sockopt_parse_assignment(assignment, &parsed, &unnamed, reterr);

	if (r < 0)
		return r;
	r = sockopt_set(fd, parsed.option, &parsed.value);
	if (r == 0)
		return 0;

	/* Only a failure asks what kind of socket it is: perhaps the name's twin at another level fits. */
	if (sockopt_kind_of(fd, &kind) == 0 && parsed.option->twin) {
		const struct sockopt_option *twin = sockopt_twin_for(parsed.option, &kind, SOCKOPT_SET);

		if (twin && twin != parsed.option)
			r = sockopt_set(fd, twin, &parsed.value);
	}
	if (r < 0 && reterr)
		sockopt_why(parsed.option, sockopt_kind_of(fd, &kind) == 0 ? &kind : NULL, SOCKOPT_SET, -r,
			    reterr);
	return r;
}
