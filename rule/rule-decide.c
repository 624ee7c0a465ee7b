/* SPDX-License-Identifier: MIT */
/* What is due at a moment, and what becomes of a program's own call. */

#include <fnmatch.h>
#include <string.h>

#include "tree.h"
#include "rule.h"

bool rule_action_makes(const struct rule_action *action)
{
	return action->verb == RULE_SET || action->verb == RULE_FORCE || action->verb == RULE_DEFAULT;
}

bool rule_action_watches(const struct rule_action *action)
{
	return action->verb != RULE_SET;
}

unsigned rules_moments(const struct rules *rules)
{
	unsigned moments = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = rules->list[i];

		for (size_t k = 0; k < rule->n_actions; k++) {
			const struct rule_action *action = rule->actions[k];

			moments |= action->moments;
			/* That an accepted socket comes from such a listener has to be seen. */
			if (action->verb == RULE_FORCE && (rule->moments & (SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN)))
				moments |= SOCKOPT_AT_ACCEPT;
		}
	}
	return moments;
}

/** The entry of these numbers among the action's option and its twins. kind: of the socket; NULL: of any */
static const struct sockopt_option *option_of(const struct rule_action *action, const struct sockopt_kind *kind,
					      int level, int number)
{
	for (const struct sockopt_option *option = action->option; option; option = option->twin) {
		if (option->level->number != level || option->number != number || !(option->access & SOCKOPT_SET))
			continue;
		if (kind && option == &action->unnamed.option)
			return sockopt_twin_for(option, kind, SOCKOPT_SET);
		/* Other families have levels of the same number: what is 6:1 there, if not TCP_NODELAY? */
		if (!kind || sockopt_find_number_on(kind, level, number, SOCKOPT_SET) == option)
			return option;
	}
	return NULL;
}

bool rules_watch(const struct rules *rules, int level, int number)
{
	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < rules->list[i]->n_actions; k++)
			if (rule_action_watches(rules->list[i]->actions[k]) &&
			    option_of(rules->list[i]->actions[k], NULL, level, number))
				return true;
	return false;
}

/**
 * Where a socket stands when a moment comes. Only a socket of its own connects and listens for the first
 * time: a second listen(2) only changes the backlog, a second connect(2) asks how the first one goes.
 */
static unsigned moments_due(const struct facts *facts, enum sockopt_moment moment)
{
	bool fresh = facts->state == FACTS_UNBOUND;

	if (moment != SOCKOPT_AT_LISTEN && moment != SOCKOPT_AT_CONNECT)
		return moment;
	if (fresh)
		return (unsigned)moment | SOCKOPT_AT_BIND;
	if (facts->state == FACTS_BOUND || (facts->state == FACTS_CONNECTED && moment == SOCKOPT_AT_CONNECT))
		return moment;
	return 0;
}

static bool same_option(const struct sockopt_option *a, const struct sockopt_option *b)
{
	return a == b || (a->level->number == b->level->number && a->number == b->number);
}

/** Appends a hit; an earlier one of the same option gives way. */
static size_t put_hit(struct rule_hit *hits, size_t n, size_t max, const struct rule_hit *hit)
{
	for (size_t i = 0; i < n; i++)
		if (same_option(hits[i].option, hit->option)) {
			memmove(&hits[i], &hits[i + 1], (n - i - 1) * sizeof(hits[0]));
			n--;
			break;
		}
	if (n < max)
		hits[n++] = *hit;
	return n;
}

static bool fits(const struct rule *rule, const struct facts *facts)
{
	return !rule->selector || selector_matches(rule->selector, facts);
}

size_t rules_decide(const struct rules *rules, const struct facts *facts, enum sockopt_moment moment,
		    const struct rule_memory *memory, struct rule_hit *ret, size_t max)
{
	unsigned due = moments_due(facts, moment);
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = rules->list[i];
		int matched = -1; /* asked once a rule, and only if an action is due */

		for (size_t k = 0; k < rule->n_actions; k++) {
			const struct rule_action *action = rule->actions[k];
			struct rule_hit hit = { .rule = rule, .action = action };

			if (!(action->moments & due) || !(rule_moments(rule, action, &facts->kind) & due))
				continue;
			hit.option = sockopt_twin_for(action->option, &facts->kind, SOCKOPT_SET);
			if (!hit.option || (matched < 0 ? (matched = fits(rule, facts)) : matched) == 0)
				continue;
			if (action->verb == RULE_DEFAULT && memory && memory->was_set(memory->context, hit.option))
				continue;
			n = put_hit(ret, n, max, &hit);
		}
	}
	return n;
}

/** Is what the program passed the value that a deny or log names? A shorter or longer int is the same number. */
static bool same_value(const struct rule_action *action, const void *bytes, size_t length)
{
	const struct sockopt_type *type = action->option->type;
	size_t wanted = action->value.length;

	if (!action->has_value)
		return true;
	if (type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING)
		return strnlen(bytes, length) == strnlen((const char *)action->value.bytes, wanted) &&
		       memcmp(bytes, action->value.bytes, strnlen(bytes, length)) == 0;
	if (type->form == SOCKOPT_FORM_SCALAR && length != wanted) {
		int64_t have = length == 1 ? *(const unsigned char *)bytes : 0;

		if (length > wanted)
			return memcmp(bytes, action->value.bytes, wanted) == 0;
		return length == 1 && have == sockopt_field_number(&type->fields[0], action->value.bytes, 0);
	}
	return length >= wanted && memcmp(bytes, action->value.bytes, wanted) == 0;
}

/** Has the socket come to the moment from which on the rule holds? What it inherits holds for an accepted one. */
static bool has_begun(const struct rule *rule, const struct sockopt_option *option, unsigned past)
{
	if (option->inherits == SOCKOPT_NOT_INHERITED && (past & SOCKOPT_AT_ACCEPT))
		past = SOCKOPT_AT_ACCEPT;
	return rule->moments == 0 || ((past | SOCKOPT_AT_SOCKET) & rule->moments) != 0;
}

/** What one action that fits has to say. */
static void hear(const struct rule_hit *hit, const struct rule_call *call, struct rule_hit *forced,
		 struct rule_hit *denied, struct rule_verdict *verdict)
{
	switch (hit->action->verb) {
	case RULE_SET:
	case RULE_DEFAULT: forced->rule = NULL; break;
	case RULE_FORCE:
		*forced = *hit;
		denied->rule = NULL;
		break;
	case RULE_DENY:
		if (same_value(hit->action, call->bytes, call->length))
			*denied = *hit;
		break;
	case RULE_LOG:
		if (same_value(hit->action, call->bytes, call->length))
			verdict->logged = *hit;
		break;
	}
}

void rules_judge(const struct rules *rules, const struct facts *facts, unsigned past, const struct rule_call *call,
		 struct rule_verdict *ret)
{
	struct rule_hit forced = { 0 }, denied = { 0 };

	*ret = (struct rule_verdict){ .judgment = RULE_PASS };
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = rules->list[i];
		int matched = -1;

		for (size_t k = 0; k < rule->n_actions; k++) {
			const struct rule_action *action = rule->actions[k];
			struct rule_hit hit = { rule, action,
						option_of(action, &facts->kind, call->level, call->number) };

			if (!hit.option)
				continue;
			/* The selector may fit only later, when the default is due. */
			ret->remember |= action->verb == RULE_DEFAULT;
			matched = matched < 0 ? fits(rule, facts) : matched;
			if (matched && has_begun(rule, hit.option, past))
				hear(&hit, call, &forced, &denied, ret);
		}
	}
	if (denied.rule) {
		ret->judgment = RULE_REFUSE;
		ret->by = denied;
	} else if (forced.rule) {
		ret->judgment = RULE_REPLACE;
		ret->by = forced;
	}
}

bool rule_is_dangerous(const struct sockopt_option *option, const struct sockopt_value *value)
{
	struct sockopt_option settable = *option;
	char text[1024];

	if (option->danger.kind == SOCKOPT_SAFE)
		return false;
	if (!option->danger.value)
		return true;
	/* Compared as text, in the form that show uses. */
	settable.get_type = settable.type;
	sockopt_format(&settable, value->bytes, value->length, text, sizeof(text));
	return fnmatch(option->danger.value, text, 0) == 0;
}
