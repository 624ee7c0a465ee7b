/* SPDX-License-Identifier: MIT */
/* Any text as rules: read, asked at every moment of sockets of two kinds, freed. */
#include <errno.h>
#include <netinet/in.h>
#include <rule.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static bool was_set(void *context, const struct sockopt_option *option)
{
	(void)context;
	return option->number & 1;
}

static void decide(const struct rules *rules, struct facts *facts)
{
	struct rule_memory memory = { .was_set = was_set };
	struct rule_hit hits[4];
	unsigned moments = rules_moments(rules);

	for (unsigned moment = SOCKOPT_AT_SOCKET; moment <= SOCKOPT_AT_ACCEPT; moment <<= 1) {
		size_t n;

		facts->state = moment == SOCKOPT_AT_ACCEPT ? FACTS_ESTABLISHED : FACTS_UNBOUND;
		n = rules_decide(rules, facts, (enum sockopt_moment)moment, &memory, hits, 4);
		if (n > 4)
			abort();
		for (size_t i = 0; i < n; i++)
			if (!(moments & hits[i].action->moments) || !hits[i].action->has_value || !hits[i].option)
				abort();
	}
}

static void judge(const struct rules *rules, const struct facts *facts)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = rules->list[i];
		const struct rule_action *action;
		struct rule_verdict verdict;

		if (rule->n_actions == 0 || !rule->text || !rule->source || rule->line == 0)
			abort();
		action = rule->actions[rule->n_actions - 1];
		rules_judge(rules, facts, SOCKOPT_AT_LISTEN,
			    &(struct rule_call){ action->option->level->number, action->option->number, "\1\0\0\0", 4 }, &verdict);
		if ((verdict.judgment == RULE_PASS) != (verdict.by.rule == NULL))
			abort();
	}
}

static void check_error(const char *text, const struct rule_error *error)
{
	char message[512];

	if (error->word < text || error->length > strlen(text) - (size_t)(error->word - text) || error->line == 0)
		abort();
	if (!error->what && !error->value.problem)
		abort();
	if (error->value.problem) {
		sockopt_message(&error->value, "es", message, sizeof(message));
		sockopt_hint(&error->value, "en", message, sizeof(message));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts facts = {
		.kind = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
		.local = { .family = AF_INET, .port = 80 },
		.peer = { .family = AF_INET6, .port = 51000 },
	};
	char *text = fuzz_text(data, size);
	struct rules rules = { 0 };
	struct rule_error error;
	int r = rules_parse(&rules, "fuzz", text, &error);

	if (r == -EINVAL)
		check_error(text, &error);
	if (r < 0 && rules.n)
		abort();
	decide(&rules, &facts);
	judge(&rules, &facts);
	facts.kind = (struct sockopt_kind){ AF_UNIX, SOCK_DGRAM, 0 };
	decide(&rules, &facts);
	rules_free(&rules);

	r = rules_add(&rules, "fuzz", text, &error);
	if (r == -EINVAL)
		check_error(text, &error);
	rules_free(&rules);
	free(text);
	return 0;
}
