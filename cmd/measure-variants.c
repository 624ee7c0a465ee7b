/* SPDX-License-Identifier: MIT */
/* OPTION=V1,V2 as variants. */

#include "measure-variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <log.h>
#include <plan.h>
#include <text.h>

#include "cmd.h"
#include "rule-source.h"

#define DEFAULT "default"

/** An option, and what it is given one after the other. */
struct dimension {
	char *name;
	char **values;
	size_t n;
};

struct dimensions {
	struct dimension *list;
	size_t n;
};

static void free_dimensions(struct dimensions *dimensions)
{
	for (size_t i = 0; i < dimensions->n; i++) {
		for (size_t k = 0; k < dimensions->list[i].n; k++)
			free(dimensions->list[i].values[k]);
		free(dimensions->list[i].values);
		free(dimensions->list[i].name);
	}
	free(dimensions->list);
}

/** The same option in two words is one with the values of both. */
static struct dimension *dimension_of(struct dimensions *dimensions, const char *name, size_t length)
{
	struct dimension *added;

	for (size_t i = 0; i < dimensions->n; i++)
		if (strlen(dimensions->list[i].name) == length &&
		    strncasecmp(dimensions->list[i].name, name, length) == 0)
			return &dimensions->list[i];
	dimensions->list = xrealloc(dimensions->list, (dimensions->n + 1) * sizeof(struct dimension));
	added = &dimensions->list[dimensions->n++];
	*added = (struct dimension){ .name = xmalloc(length + 1) };
	memcpy(added->name, name, length);
	return added;
}

/** Up to the next comma; "\," is one of the value. @return what follows, NULL: nothing does */
static const char *take_value(const char *text, char *ret)
{
	while (*text && *text != ',') {
		if (text[0] == '\\' && text[1] == ',')
			text++;
		*ret++ = *text++;
	}
	*ret = '\0';
	return *text == ',' ? text + 1 : NULL;
}

static bool read_word(struct dimensions *dimensions, const char *word)
{
	const char *equals = strchr(word, '='), *at;
	struct dimension *dimension;

	if (!equals || equals[1] == '\0' || equals == word) {
		log_error(_("'%s': which values are to be compared?"), word);
		log_hint(_("write OPTION=VALUE or OPTION=VALUE,VALUE; what is not set is measured in any case"));
		return false;
	}
	dimension = dimension_of(dimensions, word, (size_t)(equals - word));
	for (at = equals + 1; at;) {
		char *value = xmalloc(strlen(at) + 1);

		at = take_value(at, value);
		dimension->values = xrealloc(dimension->values, (dimension->n + 1) * sizeof(char *));
		dimension->values[dimension->n++] = value;
	}
	return true;
}

/** Adds OPTION=VALUE to a text and its rules. @return false: it is wrong, which was said */
static bool append(const struct dimension *dimension, const char *value, char **text, struct rules *rules)
{
	size_t length = strlen(*text), room = length + strlen(dimension->name) + strlen(value) + 3;
	const char *assignment;

	if (strcasecmp(value, DEFAULT) == 0)
		return true;
	*text = xrealloc(*text, room);
	snprintf(*text + length, room - length, "%s%s=%s", length ? " " : "", dimension->name, value);
	assignment = *text + length + (length ? 1 : 0);
	return rule_source_assignment(rules, assignment) == 0;
}

static bool is_known(const struct measure_variants *variants, const char *text)
{
	for (size_t i = 0; i < variants->n; i++)
		if (strcmp(variants->texts[i], text) == 0)
			return true;
	return false;
}

/** @param number of the combination: a digit a dimension */
static bool add_variant(const struct dimensions *dimensions, size_t number, struct measure_variants *ret)
{
	struct rules rules = { 0 };
	char *text = xstrdup("");
	bool well = true;

	for (size_t i = 0; i < dimensions->n && well; i++) {
		const struct dimension *dimension = &dimensions->list[i];

		well = append(dimension, dimension->values[number % dimension->n], &text, &rules);
		number /= dimension->n;
	}
	/* All of it "default", or a value given twice. */
	if (!well || !*text || is_known(ret, text)) {
		free(text);
		rules_free(&rules);
		return well;
	}
	ret->texts[ret->n] = text;
	ret->rules[ret->n++] = rules;
	return true;
}

static int combine(const struct dimensions *dimensions, bool force, struct measure_variants *ret)
{
	size_t total = 1;

	for (size_t i = 0; i < dimensions->n; i++) {
		total *= dimensions->list[i].n;
		if (total > MEASURE_VARIANTS_MAX) {
			log_error(_("more than %d combinations"), MEASURE_VARIANTS_MAX);
			log_hint(_("'sockopt tune' searches where all cannot be tried"));
			return EXIT_WRONG_USE;
		}
	}
	ret->texts = xmalloc((total + 1) * sizeof(char *));
	ret->rules = xmalloc((total + 1) * sizeof(struct rules));
	ret->texts[0] = xstrdup(DEFAULT);
	ret->n = 1;
	for (size_t number = 0; number < total && dimensions->n; number++)
		if (!add_variant(dimensions, number, ret))
			return EXIT_WRONG_USE;
	for (size_t i = 0; i < ret->n && !force; i++)
		if (rule_source_dangers(&ret->rules[i]) < 0)
			return EXIT_WRONG_USE;
	return EXIT_DONE;
}

int measure_variants_read(char *const *words, size_t n_words, bool force, struct measure_variants *ret)
{
	struct dimensions dimensions = { 0 };
	int status = EXIT_DONE;

	*ret = (struct measure_variants){ 0 };
	for (size_t i = 0; i < n_words && status == EXIT_DONE; i++)
		status = read_word(&dimensions, words[i]) ? EXIT_DONE : EXIT_WRONG_USE;
	if (status == EXIT_DONE)
		status = combine(&dimensions, force, ret);
	free_dimensions(&dimensions);
	if (status != EXIT_DONE)
		measure_variants_free(ret);
	return status;
}

size_t measure_variants_check(const struct measure_variants *variants, const struct sockopt_kind *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < variants->n; i++) {
		const struct rules *rules = &variants->rules[i];
		static struct plan plan;

		plan_make(rules, kind, &plan);
		for (size_t k = 0; k < rules->n; k++) {
			if (plan_has(&plan, rules->list[k]->actions[0]))
				continue;
			log_error(_("%s: the sockets of this load have no such option"), rules->list[k]->actions[0]->text);
			n++;
		}
	}
	return n;
}

void measure_variants_free(struct measure_variants *variants)
{
	for (size_t i = 0; i < variants->n; i++) {
		free(variants->texts[i]);
		rules_free(&variants->rules[i]);
	}
	free(variants->texts);
	free(variants->rules);
	*variants = (struct measure_variants){ 0 };
}
