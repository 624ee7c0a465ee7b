/* SPDX-License-Identifier: MIT */
/* A rule that can never take effect is a mistake, and there is a reason for it. */

#include <errno.h>
#include <string.h>

#include "moments.h"
#include "tree.h"

#define N_(text) text

static unsigned lowest_bit(uint64_t bits)
{
	unsigned number = 0;

	while (bits && !(bits & 1)) {
		bits >>= 1;
		number++;
	}
	return number;
}

/** A kind of socket for a place that the entry names, if it is none of the known ones. */
static bool unknown_kind(const struct sockopt_where *where, struct sockopt_kind *ret)
{
	struct sockopt_kind kind;

	for (size_t i = 0; rule_kind(i, &kind); i++)
		if (sockopt_where_fits(where, &kind))
			return false;
	*ret = (struct sockopt_kind){
		.family = where->families ? (int)lowest_bit(where->families) : AF_INET,
		.type = where->types ? (int)lowest_bit(where->types) : SOCK_STREAM,
		.protocol = where->n_protocols ? where->protocols[0] : 0,
	};
	return true;
}

/** The kinds of socket with an option: of the known ones, and one for each place beyond them. */
static bool next_kind(const struct sockopt_option *option, size_t *index, struct sockopt_kind *ret)
{
	size_t n_places = option->n_applies;

	for (size_t i = *index; i < n_places || rule_kind(i - n_places, ret); i++) {
		bool is_new = i < n_places && unknown_kind(&option->applies[i], ret);

		if (!is_new && (i < n_places || !sockopt_twin_for(option, ret, SOCKOPT_SET)))
			continue;
		*index = i + 1;
		return true;
	}
	return false;
}

static bool can_match(const struct rule *rule, enum sockopt_moment moment, const struct sockopt_kind *kind)
{
	return !rule->selector || (node_can_be(rule->selector->root, moment, kind) & CAN_BE_TRUE);
}

/** Can the selector be true of some socket at all, whatever its options? */
static bool is_possible(const struct rule *rule, enum sockopt_moment moment)
{
	struct sockopt_kind kind;

	for (size_t i = 0; rule_kind(i, &kind); i++)
		if (can_match(rule, moment, &kind))
			return true;
	return false;
}

/** Can it be true of a socket that has the option? */
static bool is_possible_with(const struct rule *rule, const struct sockopt_option *option, enum sockopt_moment moment)
{
	struct sockopt_kind kind;

	for (size_t i = 0; next_kind(option, &i, &kind);)
		if (can_match(rule, moment, &kind))
			return true;
	return false;
}

static int fault(struct rule_fault *ret, bool of_selector, const char *what, const char *hint)
{
	*ret = (struct rule_fault){ .of_selector = of_selector, .what = what, .hint = hint };
	return -EINVAL;
}

/** The first moment that the rule names and at which the option has no effect on any socket; 0: none. */
static int check_moment(const struct rule *rule, const struct sockopt_option *option, enum sockopt_moment moment,
			struct rule_fault *ret)
{
	bool accepts = false, effective = false, selected = false;
	struct sockopt_kind kind;

	for (size_t i = 0; next_kind(option, &i, &kind);) {
		const struct sockopt_option *twin = sockopt_twin_for(option, &kind, SOCKOPT_SET);
		bool takes_effect = (option_moments(twin, &kind) & (unsigned)moment) != 0;

		accepts |= rule_accepts(&kind);
		effective |= takes_effect;
		selected |= takes_effect && can_match(rule, moment, &kind);
	}
	if (selected)
		return 0;
	if (!effective && !accepts)
		return fault(ret, false, N_("is an option of sockets that neither listen nor accept"),
			     N_("their moments are socket, bind and connect"));
	if (!effective) {
		fault(ret, false, N_("has no effect at a moment that the rule names"),
		      N_("'sockopt explain OPTION' says when it takes effect"));
		ret->reason = option->late;
		return -EINVAL;
	}
	return fault(ret, true, N_("cannot be true at a moment that the rule names"),
		     N_("a socket has a local address from bind on and a peer from connect on; it is listening only after "
			"the moment listen"));
}

static int check_moments(const struct rule *rule, struct rule_action *action, struct rule_fault *ret)
{
	for (size_t i = 0; i < RULE_N_MOMENTS; i++) {
		enum sockopt_moment moment = rule_moments_in_order[i];
		int r = rule->moments & moment ? check_moment(rule, action->option, moment, ret) : 0;

		if (r < 0)
			return r;
	}
	if (action->moments)
		return 0;
	fault(ret, true, N_("can be true only when it is too late to set this option"),
	      N_("name a moment in place of a state: listen, connect or accept, and what the selector needs by then"));
	ret->reason = action->option->late;
	return -EINVAL;
}

int rule_check(const struct rule *rule, struct rule_action *action, struct rule_fault *ret_fault)
{
	struct sockopt_kind kind;

	action->moments = 0;
	for (size_t i = 0; next_kind(action->option, &i, &kind);)
		action->moments |= rule_moments(rule, action, &kind);

	if (!is_possible(rule, SOCKOPT_AT_ANY_TIME))
		return fault(ret_fault, true, N_("is true of no socket"), NULL);
	if (!is_possible_with(rule, action->option, SOCKOPT_AT_ANY_TIME))
		return fault(ret_fault, false, N_("is no option of the sockets that the selector picks"),
			     N_("'sockopt explain OPTION' says on which sockets it works"));
	return rule_action_makes(action) ? check_moments(rule, action, ret_fault) : 0;
}
