/* SPDX-License-Identifier: MIT */
/* The options of a variant, by moment. */

#include "plan.h"

#include <errno.h>

static const enum sockopt_moment moments[PLAN_MOMENTS] = {
	SOCKOPT_AT_SOCKET,
	SOCKOPT_AT_BIND,
	SOCKOPT_AT_LISTEN,
	SOCKOPT_AT_CONNECT,
	SOCKOPT_AT_ACCEPT,
};

void plan_make(const struct rules *rules, const struct sockopt_kind *kind, struct plan *ret)
{
	static const enum facts_state states[PLAN_MOMENTS] = {
		FACTS_UNBOUND,
		FACTS_UNBOUND,
		FACTS_BOUND,
		FACTS_UNBOUND,
		FACTS_ESTABLISHED,
	};

	*ret = (struct plan){ 0 };
	for (size_t i = 0; i < PLAN_MOMENTS; i++) {
		const struct facts facts = { .kind = *kind, .state = states[i] };
		struct rule_hit hits[PLAN_MAX];
		size_t n = rules_decide(rules, &facts, moments[i], NULL, hits, PLAN_MAX);

		for (size_t k = 0; k < n && k < PLAN_MAX; k++)
			ret->steps[i][ret->n[i]++] = (struct plan_step){ hits[k].option, hits[k].action };
	}
}

int plan_apply(const struct plan *plan, int fd, enum sockopt_moment moment, const char **ret_what)
{
	for (size_t i = 0; i < PLAN_MOMENTS; i++)
		for (size_t k = 0; moments[i] == moment && k < plan->n[i]; k++) {
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
	for (size_t i = 0; i < PLAN_MOMENTS; i++)
		for (size_t k = 0; k < plan->n[i]; k++)
			if (plan->steps[i][k].action == action)
				return true;
	return false;
}
