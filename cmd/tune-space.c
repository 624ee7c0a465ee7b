/* SPDX-License-Identifier: MIT */
/* Which options tune tries, and with which values. */

#include "tune-space.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <log.h>
#include <sysctl.h>
#include <text.h>

#include "cmd.h"

void tune_space_free(struct tune_space *space)
{
	for (size_t i = 0; i < space->space.n_options; i++)
		free(space->words[i]);
	space->space.n_options = 0;
}

/** Is the value past the sysctl that bounds it? Then it would be cut, and is the same as that bound. */
static bool is_cut(const struct sockopt_assignment *assignment)
{
	const struct sockopt_option *option = assignment->option;
	int64_t asked, most;

	if (!option->limit.sysctl || !option->limit.is_max || option->type->form != SOCKOPT_FORM_SCALAR ||
	    sysctl_number(option->limit.sysctl, &most) < 0)
		return false;
	asked = sockopt_field_number(&option->type->fields[0], assignment->value.bytes, 0);
	if (asked <= most)
		return false;
	log_warning(_("%s: %" PRId64 " is more than %s (%" PRId64 ") allows, and is left out; to try it, raise that"),
		    option->name, asked, option->limit.sysctl, most);
	return true;
}

/** Does this system take it on a fresh socket of TCP? If not, it is said. */
static bool is_taken(const char *text)
{
	struct sockopt_assignment assignment;
	struct sockopt_error error;
	int fd, r;

	if (sockopt_parse_assignment(text, &assignment, NULL, &error) < 0) {
		log_sockopt_error(NULL, &error);
		return false;
	}
	if (is_cut(&assignment))
		return false;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	r = fd < 0 ? -errno : sockopt_set_text(fd, text, &error);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		log_warning(_("%s is left out: %s"), text, strerror(-r));
	return r == 0;
}

static bool is_quantity(const struct sockopt_option *option)
{
	return sockopt_is_number(option->type) && option->type->fields[0].look == SOCKOPT_LOOK_NUMBER;
}

/** Adds an option with those of the values, separated by commas, that can be had; none: it is left out. */
static int add(struct tune_space *space, const char *name, const char *values)
{
	const struct sockopt_option *option = sockopt_find(name);
	size_t size = strlen(name) + strlen(values) + sizeof("=default,"), n = 1;
	char *word = xmalloc(size), *list = xstrdup(values), *rest = list, *value;

	if (space->space.n_options == SEARCH_OPTIONS_MAX) {
		log_error(_("more than %d options"), SEARCH_OPTIONS_MAX);
		free(word);
		free(list);
		return EXIT_WRONG_USE;
	}
	snprintf(word, size, "%s=default", name);
	while ((value = strsep(&rest, ","))) {
		char text[256];

		snprintf(text, sizeof(text), "%s=%s", name, value);
		if (strcmp(value, "default") == 0 || !is_taken(text))
			continue;
		snprintf(word + strlen(word), size - strlen(word), ",%s", value);
		n++;
	}
	free(list);
	if (n == 1) {
		free(word);
		return EXIT_DONE;
	}
	space->words[space->space.n_options] = word;
	space->space.options[space->space.n_options++] = (struct search_option){ n, option && is_quantity(option) };
	return EXIT_DONE;
}

static int add_word(struct tune_space *space, const char *word)
{
	const char *equals = strchr(word, '=');
	char *name;
	int status;

	if (!equals || equals == word || !equals[1]) {
		log_error(_("'%s': which values are to be tried?"), word);
		log_hint(_("write OPTION=VALUE,VALUE; what is not set is tried in any case"));
		return EXIT_WRONG_USE;
	}
	name = xstrdup(word);
	name[equals - word] = '\0';
	status = add(space, name, equals + 1);
	free(name);
	return status;
}

static int add_of_catalogue(struct tune_space *space, const struct sockopt_option *option)
{
	char values[512] = "";
	size_t length = 0;

	for (size_t i = 0; option->tuning.values[i] && length < sizeof(values); i++)
		length += (size_t)snprintf(values + length, sizeof(values) - length, "%s%s", i ? "," : "",
					   option->tuning.values[i]);
	return add(space, option->name, values);
}

int tune_space_make(enum sockopt_goal goal, char *const *words, size_t n_words, struct tune_space *ret)
{
	int status = EXIT_DONE;

	*ret = (struct tune_space){ 0 };
	for (size_t i = 0; i < n_words && status == EXIT_DONE; i++)
		status = add_word(ret, words[i]);
	for (size_t i = 0; i < sockopt_count() && !n_words && status == EXIT_DONE; i++)
		if (sockopt_at(i)->tuning.goals & goal)
			status = add_of_catalogue(ret, sockopt_at(i));
	if (status == EXIT_DONE && ret->space.n_options == 0) {
		log_error(_("there is nothing to try: this system takes none of the values"));
		status = EXIT_PARTLY;
	}
	if (status != EXIT_DONE)
		tune_space_free(ret);
	return status;
}
