/* SPDX-License-Identifier: MIT */
/* A word of a rule -> a verb, or an option with its value. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rule-read.h"
#include "tree.h"

#define N_(text) text
#define ERRNO_MAX 4095 /* the greatest that a system call can return */
#define OPTION_NAME_MAX 64

static const char *const verb_words[] = {
	[RULE_SET] = "set",
	[RULE_FORCE] = "force",
	[RULE_DEFAULT] = "default",
	[RULE_DENY] = "deny",
	[RULE_LOG] = "log",
};

/* A deny whose errno is none. */
static const char ignore_word[] = "ignore";

const char *rule_verb_word(const struct rule_action *action)
{
	return action->verb == RULE_DENY && action->error == 0 ? ignore_word : verb_words[action->verb];
}

static int find_errno(const char *word, size_t length)
{
	char text[24], *end;
	long number;

	if (length == 0 || length >= sizeof(text))
		return 0;
	memcpy(text, word, length);
	text[length] = '\0';
	number = strtol(text, &end, 10);
	if (*end == '\0')
		return number > 0 && number <= ERRNO_MAX ? (int)number : 0;
	for (int error = 1; error <= ERRNO_MAX; error++) {
		const char *name = strerrorname_np(error);

		if (name && strcmp(name, text) == 0)
			return error;
	}
	return 0;
}

int verb_read(const char *word, size_t length, struct verb *ret, struct action_error *ret_error)
{
	if (length == strlen(ignore_word) && memcmp(word, ignore_word, length) == 0) {
		ret->verb = RULE_DENY;
		ret->is_used = false;
		ret->error = 0;
		return 1;
	}
	for (unsigned verb = RULE_SET; verb <= RULE_LOG; verb++) {
		const char *known = verb_words[verb];
		size_t n = strlen(known);
		bool has_errno = verb == RULE_DENY && length > n && word[n] == '=';

		if (strncmp(word, known, n < length ? n : length) != 0 || (length != n && !has_errno))
			continue;
		if (length < n)
			continue;
		ret->verb = (enum rule_verb)verb;
		ret->is_used = false;
		ret->error = has_errno ? find_errno(word + n + 1, length - n - 1) : EPERM;
		if (ret->error)
			return 1;
		ret_error->what = N_("names no errno");
		ret_error->hint = N_("write deny=EPERM, deny=EACCES or another name of errno(3), or its number");
		return -EINVAL;
	}
	return 0;
}

/** A copy of the word without its quotes. */
static char *unquote(const char *word, size_t length, bool is_literal)
{
	char *text = malloc(length + 1), *to = text;
	char quote = '\0';

	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (is_literal || (quote ? word[i] != quote : word[i] != '"' && word[i] != '\''))
			*to++ = word[i];
		else
			quote = quote ? '\0' : word[i];
	}
	*to = '\0';
	return text;
}

static int wrong_word(const char *text, const struct verb *verb, struct action_error *ret)
{
	ret->what = N_("is neither a verb nor OPTION=VALUE");
	ret->hint = N_("verbs: set, force, default, deny, ignore, log; options: TCP_NODELAY=on, SO_RCVBUF=4MiB");
	if (sockopt_find(text)) {
		ret->what = N_("needs a value");
		ret->hint = verb->verb == RULE_SET ? N_("write OPTION=VALUE, such as TCP_NODELAY=on; deny, ignore and log "
							"take an option without one") :
						     N_("write OPTION=VALUE, such as TCP_NODELAY=on");
	}
	return -EINVAL;
}

static int read_name(const char *text, struct rule_action *action, struct action_error *wrong)
{
	char with_value[OPTION_NAME_MAX + 8];
	struct sockopt_assignment unused;
	size_t length = strlen(text);

	action->option = sockopt_find(text);
	if (action->option && (action->option->access & SOCKOPT_SET))
		return 0;
	/* A name that is wrong, read-only, or numbers: as that of an assignment. */
	if (length >= OPTION_NAME_MAX || length == 0) {
		wrong->what = N_("is no socket option");
		return -EINVAL;
	}
	memcpy(with_value, text, length);
	memcpy(with_value + length, "=0x00", sizeof("=0x00"));
	if (sockopt_parse_assignment(with_value, &unused, &action->unnamed, &wrong->value) == 0) {
		action->option = unused.option;
		return 0;
	}
	return -EINVAL;
}

/** port=80 where OPTION=VALUE should stand: the ':' is missing. */
static int looks_like_condition(const char *text, struct action_error *wrong)
{
	char key[OPTION_NAME_MAX];
	size_t length = strcspn(text, "=");

	if (wrong->value.problem != SOCKOPT_NO_SUCH_OPTION || length >= sizeof(key))
		return -EINVAL;
	memcpy(key, text, length);
	key[length] = '\0';
	if (words_key(key) == KEY_N_KEYS)
		return -EINVAL;
	wrong->value = (struct sockopt_error){ 0 };
	wrong->what = N_("is a condition, and no option");
	wrong->hint = N_("a ':' and a space stand between the conditions and the options: port=80: TCP_NODELAY=on");
	return -EINVAL;
}

static int read_assignment(const char *text, struct rule_action *action, struct action_error *wrong)
{
	struct sockopt_assignment assignment;

	if (sockopt_parse_assignment(text, &assignment, &action->unnamed, &wrong->value) < 0) {
		if (wrong->value.word >= text && wrong->value.word <= text + strlen(text))
			wrong->word_at = (size_t)(wrong->value.word - text);
		return looks_like_condition(text, wrong);
	}
	action->option = assignment.option;
	action->value = assignment.value;
	action->has_value = true;
	return 0;
}

int action_read(const char *word, size_t length, const struct verb *verb, struct rule_action **ret_action,
		struct action_error *ret_error, struct sockopt_unnamed *ret_unnamed)
{
	struct rule_action *action = calloc(1, sizeof(*action));
	char *text = unquote(word, length, verb->is_literal);
	int r = -ENOMEM;

	if (action && text) {
		action->verb = verb->verb;
		action->error = verb->error;
		action->text = text;
		if (strchr(text, '='))
			r = read_assignment(text, action, ret_error);
		else if (verb->verb == RULE_DENY || verb->verb == RULE_LOG)
			r = read_name(text, action, ret_error);
		else
			r = wrong_word(text, verb, ret_error);
	}
	if (r == 0) {
		*ret_action = action;
		return 0;
	}
	/* What the error points to must outlive the action. */
	if (r == -EINVAL && ret_error->value.option == &action->unnamed.option) {
		const struct sockopt_option *made = &action->unnamed.option;

		ret_error->value.option = sockopt_make_unnamed(made->level->number, made->number, ret_unnamed);
	}
	free(action);
	free(text);
	return r;
}
