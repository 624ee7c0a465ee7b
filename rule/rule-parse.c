/* SPDX-License-Identifier: MIT */
/* Text -> rules. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moments.h"
#include "rule-read.h"

#define N_(text) text

/** Where in a text a rule is being read. The copy has the same offsets, with comments and continuations blanked. */
struct reader {
	const char *source;
	const char *text; /* the caller's */
	char *copy;
	struct rule_error *error;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/** Fails with the word at this offset. */
static int fail(struct reader *reader, size_t at, size_t length, const char *what, const char *hint)
{
	struct rule_error *error = reader->error;

	error->source = reader->source;
	error->word = reader->text + at;
	error->length = length;
	error->what = what;
	error->hint = hint;
	error->line = 1;
	error->column = 1;
	for (size_t i = 0; i < at; i++) {
		error->column++;
		if (reader->text[i] == '\n') {
			error->line++;
			error->column = 1;
		}
	}
	return -EINVAL;
}

/** Does the line that begins here go on with the rule before it? */
static bool continues(const char *line)
{
	const char *at = line;

	while (is_blank(*at))
		at++;
	return at > line && *at && *at != '\n' && *at != '#';
}

/** Blanks a line break if the rule goes on: after a '\', or with a line that is indented. Returns where to go on. */
static char *break_line(char *at)
{
	char *next = at + 1;

	/* Empty lines and comments may stand between. */
	while (!continues(next)) {
		char *end = strchr(next, '\n');
		char *first = next + strspn(next, " \t\r");

		if (!end || (*first != '#' && *first != '\n'))
			return at + 1;
		next = end + 1;
	}
	for (char *blank = at; blank < next; blank++)
		*blank = ' ';
	return next;
}

/** Comments, and line breaks that do not end a rule, become spaces. */
static void blank(char *copy)
{
	char quote = '\0';
	bool word_begins = true;

	for (char *at = copy; *at;) {
		bool begins = word_begins;

		word_begins = is_blank(*at) || *at == '\n';
		if (quote && *at != '\n') {
			quote = *at == quote ? '\0' : quote;
			at++;
		} else if (begins && *at == '#') {
			while (*at && *at != '\n')
				*at++ = ' ';
			word_begins = true;
		} else if (*at == '\\' && at[1 + strspn(at + 1, " \t\r")] == '\n') {
			char *end = strchr(at, '\n');

			while (at <= end)
				*at++ = ' ';
			word_begins = true;
		} else if (*at == '\n') {
			quote = '\0';
			at = break_line(at);
		} else {
			quote = *at == '"' || *at == '\'' ? *at : '\0';
			at++;
		}
	}
}

/* ---- the head ---- */

/** The ':' that ends the head: outside of quotes, with a space or the end after it. SIZE_MAX: there is none. */
static size_t find_colon(const char *copy, size_t at, size_t end)
{
	char quote = '\0';

	for (; at < end; at++) {
		if (quote)
			quote = copy[at] == quote ? '\0' : quote;
		else if (copy[at] == '"' || copy[at] == '\'')
			quote = copy[at];
		else if (copy[at] == ':' && (at + 1 == end || is_blank(copy[at + 1])))
			return at;
	}
	return SIZE_MAX;
}

static size_t skip(const char *copy, size_t at, size_t end)
{
	while (at < end && is_blank(copy[at]))
		at++;
	return at;
}

static unsigned moment_of(const char *word, size_t length)
{
	for (unsigned bit = SOCKOPT_AT_SOCKET; bit <= SOCKOPT_AT_ACCEPT; bit <<= 1) {
		const char *known = rule_moment_word((enum sockopt_moment)bit);

		if (strlen(known) == length && strncmp(known, word, length) == 0)
			return bit;
	}
	return 0;
}

static size_t word_length(const char *copy, size_t at, size_t end)
{
	size_t length = 0;

	while (at + length < end && !is_blank(copy[at + length]) && copy[at + length] != ',')
		length++;
	return length;
}

static bool is_word(const char *copy, size_t at, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(copy + at, word, length) == 0;
}

static int wrong_selector(struct reader *reader, size_t begin, const char *selector, const struct selector_error *wrong)
{
	size_t at = begin + wrong->at;
	int r;

	if (moment_of(selector + wrong->at, wrong->length))
		return fail(reader, at, wrong->length, N_("is a moment, and not a condition"),
			    N_("the moment stands first: listen and port=80"));
	r = fail(reader, at, wrong->length, wrong->what, wrong->hint);
	memcpy(reader->error->meant, wrong->meant, sizeof(reader->error->meant));
	if (wrong->value.problem) {
		reader->error->value = wrong->value;
		reader->error->value.word = reader->text + at;
		if (wrong->value.problem == SOCKOPT_BAD_VALUE)
			reader->error->what = NULL;
	}
	return r;
}

static int read_selector(struct reader *reader, size_t begin, size_t end, struct rule *rule)
{
	struct selector_error wrong;
	char *text = strndup(reader->copy + begin, end - begin);
	int r;

	if (!text)
		return -ENOMEM;
	r = selector_parse(text, &rule->selector, &wrong);
	if (r == -EINVAL)
		r = wrong_selector(reader, begin, text, &wrong);
	free(text);
	return r;
}

/** MOMENT [, MOMENT]... ['and' SELECTOR] | SELECTOR */
static int read_head(struct reader *reader, size_t at, size_t end, struct rule *rule)
{
	const char *copy = reader->copy;
	size_t begin;

	at = skip(copy, at, end);
	if (at == end)
		return fail(reader, at, 1, N_("has no condition before it"), N_("write: listen and port=80: OPTION=VALUE"));
	for (;;) {
		size_t length = word_length(copy, at, end);
		unsigned moment = moment_of(copy + at, length);

		if (!moment)
			break;
		rule->moments |= moment;
		at = skip(copy, at + length, end);
		if (at < end && copy[at] == ',')
			at = skip(copy, at + 1, end);
		else if (is_word(copy, at, word_length(copy, at, end), "or"))
			at = skip(copy, at + 2, end);
	}
	begin = at;
	if (rule->moments && at < end) {
		size_t length = word_length(copy, at, end);

		if (!is_word(copy, at, length, "and"))
			return fail(reader, at, length, N_("is not expected after a moment"),
				    N_("write: listen and port=80: OPTION=VALUE"));
		begin = skip(copy, at + length, end);
	}
	/* "listen and" without a selector is for the selector's reader to complain of. */
	return rule->moments && at == end ? 0 : read_selector(reader, begin, end, rule);
}

/* ---- the actions ---- */

/** The end of a word: at a space outside of quotes. */
static size_t word_end(const char *copy, size_t at, size_t end)
{
	char quote = '\0';

	for (; at < end && (quote || !is_blank(copy[at])); at++) {
		if (quote)
			quote = copy[at] == quote ? '\0' : quote;
		else if (copy[at] == '"' || copy[at] == '\'')
			quote = copy[at];
	}
	return at;
}

static int place(struct reader *reader, size_t at, size_t length, const struct action_error *wrong)
{
	struct rule_error *error = reader->error;
	int r = fail(reader, at, length, wrong->what, wrong->hint);

	error->value = wrong->value;
	if (wrong->value.problem)
		error->value.word = reader->text + at + (wrong->word_at < length ? wrong->word_at : 0);
	return r;
}

static int add_action(struct reader *reader, struct rule *rule, struct verb *verb, size_t at, size_t end)
{
	struct rule_action **list = realloc(rule->actions, (rule->n_actions + 1) * sizeof(rule->actions[0]));
	struct action_error wrong = { 0 };
	struct rule_action *action;
	struct rule_fault fault;
	int r;

	if (!list)
		return -ENOMEM;
	rule->actions = list;
	r = action_read(reader->copy + at, end - at, verb, &action, &wrong, &reader->error->unnamed);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return place(reader, at, end - at, &wrong);
	rule->actions[rule->n_actions++] = action;
	verb->is_used = true;
	if (rule->moments && !rule_action_makes(action))
		return fail(reader, verb->at, verb->length, N_("looks at what the program asks for, whenever it asks: it takes no moment"),
			    N_("write a state in place of the moment: listening: deny SO_RCVBUF"));
	if (rule_check(rule, action, &fault) == 0)
		return 0;
	if (fault.of_selector)
		r = fail(reader, verb->selector_at, verb->selector_length, fault.what, fault.hint);
	else
		r = fail(reader, at, end - at, fault.what, fault.hint);
	reader->error->reason = fault.reason;
	return r;
}

static int read_actions(struct reader *reader, size_t at, size_t end, struct rule *rule, struct verb *verb)
{
	size_t begin = at;

	while ((at = skip(reader->copy, at, end)) < end) {
		size_t stop = word_end(reader->copy, at, end);
		struct action_error wrong = { 0 };
		int r = verb_read(reader->copy + at, stop - at, verb, &wrong);

		if (r < 0)
			return fail(reader, at, stop - at, wrong.what, wrong.hint);
		if (r > 0) {
			verb->at = at;
			verb->length = stop - at;
		} else {
			r = add_action(reader, rule, verb, at, stop);
		}
		if (r < 0)
			return r;
		at = stop;
	}
	if (rule->n_actions == 0)
		return fail(reader, begin ? begin - 1 : 0, 1, N_("has no OPTION=VALUE after it"),
			    N_("such as: listen and port=80: TCP_DEFER_ACCEPT=5s"));
	if (!verb->is_used)
		return fail(reader, verb->at, verb->length, N_("has no option after it"),
			    N_("a verb stands before the options it is meant for: force TCP_NODELAY=on"));
	return 0;
}

/* ---- rules ---- */

static void rule_free(struct rule *rule)
{
	if (!rule)
		return;
	for (size_t i = 0; i < rule->n_actions; i++) {
		free(rule->actions[i]->text);
		free(rule->actions[i]);
	}
	free(rule->actions);
	selector_free(rule->selector);
	free(rule->source);
	free(rule->text);
	free(rule);
}

/** The rule's text with each run of blanks as one. */
static char *squeeze(const char *copy, size_t at, size_t end)
{
	char *text = malloc(end - at + 1), *to = text;

	if (!text)
		return NULL;
	while ((at = skip(copy, at, end)) < end) {
		size_t stop = word_end(copy, at, end);

		if (to > text)
			*to++ = ' ';
		memcpy(to, copy + at, stop - at);
		to += stop - at;
		at = stop;
	}
	*to = '\0';
	return text;
}

static struct rule *rule_new(struct rules *rules, const char *source)
{
	struct rule **list = realloc(rules->list, (rules->n + 1) * sizeof(rules->list[0]));
	struct rule *rule;

	if (!list)
		return NULL;
	rules->list = list;
	rule = calloc(1, sizeof(*rule));
	if (!rule)
		return NULL;
	rules->list[rules->n++] = rule;
	rule->source = strdup(source);
	return rule->source ? rule : NULL;
}

static int read_rule(struct reader *reader, size_t at, size_t end, struct rules *rules)
{
	struct rule *rule = rule_new(rules, reader->source);
	size_t colon = find_colon(reader->copy, at, end);
	struct verb verb = { .verb = RULE_SET, .is_used = true };
	int r = 0;

	if (!rule)
		return -ENOMEM;
	fail(reader, at, 0, NULL, NULL);
	rule->line = reader->error->line;
	rule->text = squeeze(reader->copy, at, end);
	if (!rule->text)
		return -ENOMEM;
	if (colon != SIZE_MAX) {
		verb.selector_at = skip(reader->copy, at, colon);
		verb.selector_length = colon - verb.selector_at;
		r = read_head(reader, at, colon, rule);
		at = colon + 1;
	}
	return r < 0 ? r : read_actions(reader, at, end, rule, &verb);
}

/** Takes back what was appended since there were n. */
static void cut(struct rules *rules, size_t n)
{
	while (rules->n > n)
		rule_free(rules->list[--rules->n]);
	/* Of an empty list nothing is left, so that who was refused has nothing to free. */
	if (n == 0) {
		free(rules->list);
		rules->list = NULL;
	}
}

int rules_parse(struct rules *rules, const char *source, const char *text, struct rule_error *ret_error)
{
	struct rule_error unused = { 0 };
	struct reader reader = { .source = source, .text = text, .error = ret_error ? ret_error : &unused };
	size_t before = rules->n, length = strlen(text);
	int r = 0;

	memset(reader.error, 0, sizeof(*reader.error));
	reader.copy = strdup(text);
	if (!reader.copy)
		return -ENOMEM;
	blank(reader.copy);
	for (size_t at = 0; at < length && r == 0;) {
		size_t end = at + strcspn(reader.copy + at, "\n");
		size_t begin = skip(reader.copy, at, end);

		if (begin < end)
			r = read_rule(&reader, begin, end, rules);
		at = end + 1;
	}
	free(reader.copy);
	if (r < 0)
		cut(rules, before);
	return r;
}

int rules_add(struct rules *rules, const char *source, const char *assignment, struct rule_error *ret_error)
{
	struct rule_error unused = { 0 };
	struct verb verb = { .verb = RULE_SET, .is_used = true, .is_literal = true };
	struct reader reader = { .source = source, .text = assignment, .error = ret_error ? ret_error : &unused };
	struct rule *rule = rule_new(rules, source);
	int r = -ENOMEM;

	memset(reader.error, 0, sizeof(*reader.error));
	reader.copy = strdup(assignment);
	if (rule)
		rule->text = strdup(assignment);
	if (rule && reader.copy && rule->text) {
		rule->line = 1;
		rule->is_literal = true;
		r = add_action(&reader, rule, &verb, 0, strlen(assignment));
	}
	free(reader.copy);
	if (r < 0 && rule)
		cut(rules, rules->n - 1);
	return r;
}

void rules_free(struct rules *rules)
{
	cut(rules, 0);
	*rules = (struct rules){ 0 };
}
