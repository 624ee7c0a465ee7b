/* SPDX-License-Identifier: MIT */
/* sockopt explain - the catalogue: one option, a level, a search */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <explain.h>
#include <log.h>
#include <probe-fresh.h>
#include <text.h>

#include "cmd.h"
#include "option-list.h"

struct explain_args {
	char **words; /* parts of argv, cut at blanks */
	int n_words;
	char phrase[256]; /* all of them */
	enum code_language code;
	bool json;
};

static const struct argp_option options[] = {
	{ "code", 'c', N_("LANGUAGE"), 0, N_("Code in this language only: c, python, go, rust, java, node; --lang takes them too"), 0 },
	{ "json", 'J', NULL, 0, N_("The whole entry as JSON, one object per line"), 0 },
	{ 0 },
};

/** 'dead peer' and dead peer are the same search. */
static void take_words(struct explain_args *args, char *text)
{
	size_t used = strlen(args->phrase);

	snprintf(args->phrase + used, sizeof(args->phrase) - used, used ? " %s" : "%s", text);
	for (char *rest, *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		args->words = xrealloc(args->words, ((size_t)args->n_words + 1) * sizeof(char *));
		args->words[args->n_words++] = word;
	}
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct explain_args *args = state->input;

	switch (key) {
	case 'J': args->json = true; return 0;
	case 'c':
		args->code = code_find(arg);
		if (args->code == CODE_N_LANGUAGES)
			command_wrong_use(state, _("'%s' is not one of c, python, go, rust, java, node"), arg);
		return 0;
	case ARGP_KEY_ARG: take_words(args, arg); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = N_("[OPTION | LEVEL | LEVEL:NUMBER | WORD...]"),
	.doc = N_("Explain an option: what it does, its values, default, limits, when it takes effect, what a fresh socket of "
		  "this kernel has, and a ready line of code. Without an argument: list all. A level lists its options; "
		  "LEVEL:NUMBER is what a call with these numbers sets and reads; other words are searched for in all texts.\v"
		  "Examples:\n"
		  "  sockopt explain TCP_USER_TIMEOUT\n"
		  "  sockopt explain nodelay --code python\n"
		  "  sockopt explain mptcp\n"
		  "  sockopt explain ip:80\n"
		  "  sockopt explain dead peer\n"
		  "  sockopt explain --json | jq -r .name\n\n"
		  "Exit status: 0 explained, 1 nothing found, 2 wrong use."),
	.children = common_children,
};

static void probe(const struct sockopt_option *option, struct explain_probe *ret)
{
	struct probe_fresh fresh;

	probe_fresh(option, &fresh);
	*ret = (struct explain_probe){
		.tried = fresh.opened && (option->access & SOCKOPT_GET),
		.kind = fresh.kind,
		.socket_error = fresh.opened ? 0 : fresh.socket_error,
		.error = fresh.error,
		.readable = fresh.read,
		.value = fresh.value,
	};
}

static void put_one(const struct explain_args *args, const struct sockopt_option *option)
{
	struct explain_probe probed;

	probe(option, &probed);
	if (args->json)
		explain_json(stdout, option, &probed);
	else
		explain_entry(stdout, option, &probed, args->code);
}

static void list(const struct explain_args *args, const struct sockopt_level *only)
{
	const struct sockopt_level *level = NULL;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		if (only && option->level != only)
			continue;
		if (args->json) {
			explain_json(stdout, option, NULL);
			continue;
		}
		if (option->level != level) {
			if (level)
				putchar('\n');
			level = option->level;
			explain_level(stdout, level);
		}
		explain_line(stdout, option);
	}
}

/** Does a word of the text begin with this one? "dead" is in "dead peer" and "deadline", not in "instead". */
static bool contains(const char *text, const char *word)
{
	const char *at = text;

	while (at && (at = strcasestr(at, word))) {
		if (at == text || !isalnum((unsigned char)at[-1]))
			return true;
		at++;
	}
	return false;
}

static bool has_word(const struct sockopt_option *option, const char *word)
{
	if (contains(option->name, word) || contains(option->level->key, word) ||
	    contains(option->summary.en, word) || contains(option->summary.es, word) ||
	    contains(option->description.en, word) || contains(option->description.es, word))
		return true;
	for (const char *const *alias = option->aliases; *alias; alias++)
		if (contains(*alias, word))
			return true;
	for (size_t i = 0; i < option->n_elsewhere; i++)
		if (contains(option->elsewhere[i].name, word))
			return true;
	return false;
}

#define NAME 9U
#define PHRASE 5U

/** What stands in the name counts more than what stands in the summary, and that more than the description. */
static unsigned int weight_of_word(const struct sockopt_option *option, const char *word)
{
	if (contains(option->name, word))
		return NAME;
	return contains(option->summary.en, word) || contains(option->summary.es, word) ? 4 : 1;
}

/** What has all words as they were given, one behind the other, comes first. */
static bool has_phrase(const struct sockopt_option *option, const char *phrase)
{
	return contains(option->summary.en, phrase) || contains(option->summary.es, phrase) ||
	       contains(option->description.en, phrase) || contains(option->description.es, phrase);
}

/** 0: not all words are there. */
static unsigned int weight(const struct sockopt_option *option, const struct explain_args *args)
{
	bool is_whole = args->n_words > 1 && has_phrase(option, args->phrase);
	unsigned int sum = is_whole ? PHRASE * (unsigned int)args->n_words : 0;

	for (int i = 0; i < args->n_words; i++) {
		if (!has_word(option, args->words[i]))
			return 0;
		sum += weight_of_word(option, args->words[i]);
	}
	return sum;
}

static int search(const struct explain_args *args)
{
	unsigned int *weights = xmalloc(sockopt_count() * sizeof(*weights));
	size_t found = 0;

	for (size_t i = 0; i < sockopt_count(); i++)
		weights[i] = weight(sockopt_at(i), args);
	for (unsigned int wanted = (NAME + PHRASE) * (unsigned int)args->n_words; wanted > 0; wanted--)
		for (size_t i = 0; i < sockopt_count(); i++) {
			const struct sockopt_option *option = sockopt_at(i);

			if (weights[i] != wanted)
				continue;
			found++;
			if (args->json)
				explain_json(stdout, option, NULL);
			else
				explain_line(stdout, option);
		}
	free(weights);
	if (found)
		return EXIT_DONE;

	struct sockopt_error error = {
		.problem = SOCKOPT_NO_SUCH_OPTION,
		.word = args->words[0],
		.word_length = strlen(args->words[0]),
	};

	sockopt_nearest(args->words[0], error.near, 4);
	if (args->n_words == 1)
		log_sockopt_error(NULL, &error);
	else
		log_error(_("no option has all these words"));
	return EXIT_NOTHING;
}

/**
 * @brief Explains what LEVEL:NUMBER means: one option, or one to set and another to read (0:64).
 * @return false: it is no such word, or nothing is known of it
 */
static bool explain_numbers(const struct explain_args *args, const char *word)
{
	const struct sockopt_option *set, *get;
	int level, number;

	if (!option_numbers_parse(word, &level, &number))
		return false;
	set = sockopt_find_number(level, number, SOCKOPT_SET);
	get = sockopt_find_number(level, number, SOCKOPT_GET);
	if (set)
		put_one(args, set);
	if (set && get && set != get && !args->json)
		printf("\n%s\n\n", _("The same number means another option when it is read:"));
	if (get && get != set)
		put_one(args, get);
	return set || get;
}

/** OPTION.FIELD, in JSON with the whole option. @return false: it is no such word */
static bool explain_field(const struct explain_args *args, const char *word)
{
	struct sockopt_part part;
	const struct sockopt_option *option = sockopt_find_or_part(word, &part);

	if (!option || !option->part_of)
		return false;
	if (args->json)
		put_one(args, option->part_of);
	else
		explain_part(stdout, option);
	return true;
}

/** @return false: not all words are names of options */
static bool explain_several(const struct explain_args *args)
{
	for (int i = 0; i < args->n_words; i++)
		if (!sockopt_find(args->words[i]))
			return false;
	for (int i = 0; i < args->n_words; i++) {
		if (i && !args->json)
			putchar('\n');
		put_one(args, sockopt_find(args->words[i]));
	}
	return true;
}

static int explain(const struct explain_args *args)
{
	const struct sockopt_option *option;
	const struct sockopt_level *level;

	if (args->n_words == 0) {
		list(args, NULL);
		return EXIT_DONE;
	}
	if (args->n_words > 1)
		return explain_several(args) ? EXIT_DONE : search(args);
	if (explain_field(args, args->words[0]))
		return EXIT_DONE;
	if (explain_numbers(args, args->words[0]))
		return EXIT_DONE;
	option = sockopt_find(args->words[0]);
	level = sockopt_find_level(args->words[0]);
	if (level) {
		list(args, level);
		return EXIT_DONE;
	}
	for (bool first = true; option; option = option->twin, first = false) {
		if (!first && !args->json)
			printf("\n%s\n\n", _("The same name at another level:"));
		put_one(args, option);
		if (!option->twin || strcmp(option->name, option->twin->name) != 0)
			return EXIT_DONE;
	}
	return search(args);
}

static enum code_language *wanted_code;

/** --lang go means code in Go, as --code go does. */
static bool take_code_language(const char *word)
{
	enum code_language language = code_find(word);

	if (language == CODE_N_LANGUAGES)
		return false;
	*wanted_code = language;
	return true;
}

static int run(int argc, char **argv)
{
	struct explain_args args = { .code = CODE_N_LANGUAGES };
	int status;

	wanted_code = &args.code;
	common_take_language = take_code_language;
	if (command_parse(&cmd_explain, argc, argv, &args))
		return EXIT_WRONG_USE;
	status = explain(&args);
	free(args.words);
	return status;
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = N_("what an option does, its values and limits, and code for it"),
	.run = run,
	.argp = &argp,
	.arguments = ARGUMENTS_OPTION,
};
