/* SPDX-License-Identifier: MIT */
/* The options of a variant, by moment. */

#include "plan.h"

#include <errno.h>

void plan_make(const struct rules *rules, const struct sockopt_kind *kind, struct plan *ret)
{
	static const enum facts_state states[RULE_N_MOMENTS] = {
		FACTS_UNBOUND,
		FACTS_UNBOUND,
		FACTS_BOUND,
		FACTS_UNBOUND,
		FACTS_ESTABLISHED,
	};

	*ret = (struct plan){ 0 };
	for (size_t i = 0; i < RULE_N_MOMENTS; i++) {
		const struct facts facts = { .kind = *kind, .state = states[i] };
		struct rule_hit hits[PLAN_MAX];
		size_t n = rules_decide(rules, &facts, rule_moments_in_order[i], NULL, hits, PLAN_MAX);

		for (size_t k = 0; k < n && k < PLAN_MAX; k++)
			ret->steps[i][ret->n[i]++] = (struct plan_step){ hits[k].option, hits[k].action };
	}
}

int plan_apply(const struct plan *plan, int fd, enum sockopt_moment moment, const char **ret_what)
{
	for (size_t i = 0; i < RULE_N_MOMENTS; i++)
		for (size_t k = 0; rule_moments_in_order[i] == moment && k < plan->n[i]; k++) {
			struct sockopt_value value = plan->steps[i][k].action->value;
			int r = sockopt_set(fd, plan->steps[i][k].option, &value);

			if (r < 0) {
				*ret_what = plan->steps[i][k].action->text;
				return r;
			}
		}
	return 0;
}

bool plan_has(const struct plan *plan, const struct rule_action *action)
{
	for (size_t i = 0; i < RULE_N_MOMENTS; i++)
		for (size_t k = 0; k < plan->n[i]; k++)
			if (plan->steps[i][k].action == action)
				return true;
	return false;
}
