/* SPDX-License-Identifier: MIT */
/* A list of options as an argument. */

#include "option-list.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <text.h>

#include "cmd.h"

bool option_numbers_parse(const char *text, int *ret_level, int *ret_number)
{
	const char *colon = strchr(text, ':');
	const struct sockopt_level *level;
	unsigned long level_number, number;
	char name[64], *end;

	if (!colon || colon - text >= (ptrdiff_t)sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(colon - text), text);
	number = strtoul(colon + 1, &end, 0);
	if (end == colon + 1 || *end || number > INT32_MAX)
		return false;
	level = sockopt_find_level(name);
	level_number = level ? (unsigned long)level->number : strtoul(name, &end, 0);
	if (!level && (end == name || *end || level_number > INT32_MAX))
		return false;
	*ret_level = (int)level_number;
	*ret_number = (int)number;
	return true;
}

/** One without a name, or a field of one. */
struct option_made {
	struct sockopt_unnamed unnamed;
	struct sockopt_part part;
};

static const struct sockopt_option *find(const char *name, unsigned takes, struct option_made *made)
{
	const struct sockopt_option *option = takes & OPTION_LIST_PARTS ? sockopt_find_or_part(name, &made->part) :
									  sockopt_find(name);
	struct sockopt_unnamed *unnamed = &made->unnamed;
	int level, number;

	if (option || !option_numbers_parse(name, &level, &number))
		return option;
	option = sockopt_meant_by(level, number, SOCKOPT_GET, unnamed);
	/* Several options have these numbers: the heading names none of them. */
	if (option == &unnamed->option) {
		snprintf(unnamed->name, sizeof(unnamed->name), "%d:%d", level, number);
		unnamed->option.name = unnamed->name;
	}
	return option;
}

static void say_unknown(const char *name, const struct sockopt_option *part_of)
{
	struct sockopt_error error = {
		.problem = SOCKOPT_NO_SUCH_OPTION,
		.word = name,
		.word_length = strlen(name),
	};

	if (part_of) {
		log_error(_("'%s' names no field that could be shown alone"), name);
		log_hint(_("'sockopt explain %s' lists the fields"), part_of->name);
		return;
	}
	sockopt_nearest(name, error.near, 4);
	log_sockopt_error(NULL, &error);
}

static bool may_be_read(const struct sockopt_option *option, bool force)
{
	if (!(option->access & SOCKOPT_GET)) {
		log_sockopt_error(NULL, &(struct sockopt_error){ .problem = SOCKOPT_CANNOT_GET, .option = option });
		return false;
	}
	if (option->input_from_caller) {
		log_error(_("%s cannot be read from outside: only its program knows what to ask"), option->name);
		return false;
	}
	if (option->read_effect.kind != SOCKOPT_READ_HARMLESS && !force) {
		log_error(_("%s is not read unasked: %s"), option->name,
			  sockopt_text(option->read_effect.why, text_language()));
		log_hint(_("--force reads it all the same"));
		return false;
	}
	return true;
}

int option_list_parse(const char *text, unsigned takes, struct option_list *ret)
{
	char *copy = xstrdup(text), *rest = copy, *name;
	struct option_list list = { 0 };
	size_t most = 1;
	int r = 0;

	for (const char *at = text; *at; at++)
		most += *at == ',';
	list.options = xmalloc(most * sizeof(*list.options));
	list.made = xmalloc(most * sizeof(*list.made));
	while (r == 0 && (name = strsep(&rest, ","))) {
		struct option_made *made = &list.made[list.n];
		const struct sockopt_option *option = find(name, takes, made);

		if (!option) {
			say_unknown(name, made->part.option.part_of);
			r = -EINVAL;
		} else if (!may_be_read(option, takes & OPTION_LIST_UNREAD)) {
			r = -EINVAL;
		} else {
			list.options[list.n++] = option;
		}
	}
	free(copy);
	if (r < 0)
		option_list_free(&list);
	else
		*ret = list;
	return r;
}

void option_list_free(struct option_list *list)
{
	free(list->options);
	free(list->made);
	*list = (struct option_list){ 0 };
}
