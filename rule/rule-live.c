/* SPDX-License-Identifier: MIT */
/* What a socket that is there already should have by the rules. */

#include "rule.h"

unsigned rules_come_to(const struct facts *facts, bool is_accepted)
{
	switch (facts->state) {
	case FACTS_UNBOUND: return SOCKOPT_AT_SOCKET;
	case FACTS_BOUND: return SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND;
	case FACTS_LISTENING: return SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN;
	default: break;
	}
	if (is_accepted)
		return SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN | SOCKOPT_AT_ACCEPT;
	return SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_CONNECT;
}

/** What an accepted socket has from its listener counts as come to, if the option is inherited. */
static bool has_come(const struct sockopt_option *option, unsigned moments, unsigned past)
{
	if (past & SOCKOPT_AT_ACCEPT && option->inherits == SOCKOPT_NOT_INHERITED)
		past = SOCKOPT_AT_ACCEPT;
	return (moments & past) != 0;
}

bool rules_owe(const struct rules *rules, const struct facts *facts, unsigned past, const struct rule_action *asked)
{
	const struct sockopt_option *wanted = sockopt_twin_for(asked->option, &facts->kind, SOCKOPT_SET);
	const struct rule_action *last = NULL;

	for (size_t i = 0; wanted && i < rules->n; i++) {
		const struct rule *rule = rules->list[i];

		for (size_t k = 0; k < rule->n_actions; k++) {
			const struct rule_action *action = rule->actions[k];

			/* What the program has chosen is not known of a socket that was there before us. */
			if (!rule_action_makes(action) || action->verb == RULE_DEFAULT ||
			    sockopt_twin_for(action->option, &facts->kind, SOCKOPT_SET) != wanted ||
			    !has_come(wanted, rule_moments(rule, action, &facts->kind), past))
				continue;
			if (!rule->selector || selector_matches(rule->selector, facts))
				last = action;
		}
	}
	return last == asked;
}
