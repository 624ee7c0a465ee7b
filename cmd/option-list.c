/* SPDX-License-Identifier: MIT */
/* A list of options as an argument. */

#include "option-list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <log.h>
#include <text.h>

#include "cmd.h"

static const struct sockopt_option *find(const char *name, struct sockopt_unnamed *unnamed)
{
	const struct sockopt_option *option = sockopt_find(name);
	char *colon, *end;
	unsigned long level, number;

	if (option)
		return option;
	level = strtoul(name, &colon, 0);
	if (colon == name || *colon != ':')
		return NULL;
	number = strtoul(colon + 1, &end, 0);
	if (end == colon + 1 || *end || level > INT32_MAX || number > INT32_MAX)
		return NULL;
	option = sockopt_find_number((int)level, (int)number, SOCKOPT_GET);
	return option ? option : sockopt_make_unnamed((int)level, (int)number, unnamed);
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

int option_list_parse(const char *text, bool force, struct option_list *ret)
{
	char *copy = xstrdup(text), *rest = copy, *name;
	struct option_list list = { 0 };
	size_t most = 1;
	int r = 0;

	for (const char *at = text; *at; at++)
		most += *at == ',';
	list.options = xmalloc(most * sizeof(*list.options));
	list.unnamed = xmalloc(most * sizeof(*list.unnamed));
	while (r == 0 && (name = strsep(&rest, ","))) {
		const struct sockopt_option *option = find(name, &list.unnamed[list.n]);

		if (!option) {
			struct sockopt_error error = {
				.problem = SOCKOPT_NO_SUCH_OPTION,
				.word = name,
				.word_length = strlen(name),
			};

			sockopt_nearest(name, error.near, 4);
			log_sockopt_error(NULL, &error);
			r = -EINVAL;
		} else if (!may_be_read(option, force)) {
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
	free(list->unnamed);
	*list = (struct option_list){ 0 };
}
