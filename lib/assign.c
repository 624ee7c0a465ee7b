/* SPDX-License-Identifier: MIT */
/* OPTION=VALUE -> an option and its value. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "sockopt.h"
#include "twin.h"

#define NAME_MAX_LENGTH 64
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

/** The option of a level that is given by name. */
static const struct sockopt_option *find_of_level(const char *level, size_t length, int number)
{
	const struct sockopt_option *option;

	for (size_t i = 0; (option = sockopt_at(i)); i++)
		if (option->number == number && (option->access & SOCKOPT_SET) &&
		    level_has_name(option->level, level, length))
			return option;
	return NULL;
}

/** An option that is given by its numbers may have a name all the same: then it is known what it does. */
static const struct sockopt_option *find_known(const char *name, struct sockopt_unnamed *unnamed)
{
	int level = unnamed->option.level->number, number = unnamed->option.number;
	const struct sockopt_option *of_level = find_of_level(name, strcspn(name, ":"), number);

	return of_level ? of_level : sockopt_meant_by(level, number, SOCKOPT_SET, unnamed);
}

static int fail_name(const char *text, size_t length, const char *name, struct sockopt_error *reterr)
{
	struct sockopt_error error = { .problem = SOCKOPT_NO_SUCH_OPTION, .word = text, .word_length = length };

	/* Several fit the word without their prefix, or none does. */
	if (name_matches(name, error.near, COUNT(error.near)) > 1)
		error.problem = SOCKOPT_AMBIGUOUS;
	else
		sockopt_nearest(name, error.near, COUNT(error.near));
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
	int r;

	if (text[length] != '=') {
		if (reterr)
			*reterr = (struct sockopt_error){
				.problem = SOCKOPT_NO_VALUE,
				.option = sockopt_find(text),
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
	/* Bytes are bytes; any other value is written as that of the option which has these numbers. */
	if (option && ret_unnamed && option == &ret_unnamed->option && strncmp(text + length, "=0x", 3) != 0)
		option = find_known(name, ret_unnamed);
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
	r = sockopt_parse(option, text + length + 1, &ret_assignment->value, reterr);
	if (r < 0)
		return r;
	if (ret_unnamed && option == &ret_unnamed->option)
		option = find_known(name, ret_unnamed);
	ret_assignment->option = option;
	return 0;
}

int sockopt_set_text(int fd, const char *assignment, struct sockopt_error *reterr)
{
	struct sockopt_assignment parsed;
	struct sockopt_unnamed unnamed;
	struct sockopt_kind kind;
	int r = sockopt_parse_assignment(assignment, &parsed, &unnamed, reterr);
	bool known;

	if (r < 0)
		return r;
	r = sockopt_set(fd, parsed.option, &parsed.value);
	if (r == 0)
		return 0;

	/* Only a failure asks what kind of socket it is: perhaps the name's twin at another level fits. */
	known = sockopt_kind_of(fd, &kind) == 0;
	if (known && parsed.option->twin && twin_set(fd, &kind, parsed.option->twin, &parsed.value) == 0)
		return 0;
	if (reterr)
		sockopt_why(parsed.option, known ? &kind : NULL, SOCKOPT_SET, -r, reterr);
	return r;
}
