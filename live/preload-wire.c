/* SPDX-License-Identifier: MIT */
/* What passes between `sockopt run` and its shared object. */

#include "preload-wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Before each rule: how it is to be read. They do not occur in a line of text. */
#define AS_RULE '\001'
#define AS_ASSIGNMENT '\002'

char *preload_pack_rules(const struct rules *rules)
{
	size_t size = 1;
	char *packed, *to;

	for (size_t i = 0; i < rules->n; i++)
		size += strlen(rules->list[i]->text) + 1;
	packed = malloc(size);
	if (!packed)
		return NULL;
	to = packed;
	for (size_t i = 0; i < rules->n; i++) {
		size_t length = strlen(rules->list[i]->text);

		*to++ = rules->list[i]->is_literal ? AS_ASSIGNMENT : AS_RULE;
		memcpy(to, rules->list[i]->text, length);
		to += length;
	}
	*to = '\0';
	return packed;
}

int preload_unpack_rules(const char *packed, struct rules *ret)
{
	static const char marks[] = { AS_RULE, AS_ASSIGNMENT, '\0' };

	while (*packed) {
		size_t length = strcspn(packed + 1, marks);
		char *text = strndup(packed + 1, length);
		int r;

		if (!text)
			return -ENOMEM;
		if (*packed == AS_ASSIGNMENT)
			r = rules_add(ret, "command line", text, NULL);
		else
			r = *packed == AS_RULE ? rules_parse(ret, "-r", text, NULL) : -EINVAL;
		free(text);
		if (r < 0)
			return r;
		packed += length + 1;
	}
	return 0;
}

static bool find(const struct rules *rules, const struct rule_hit *hit, uint32_t *ret_rule, uint32_t *ret_action)
{
	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; rules->list[i] == hit->rule && k < hit->rule->n_actions; k++)
			if (hit->rule->actions[k] == hit->action) {
				*ret_rule = (uint32_t)i;
				*ret_action = (uint32_t)k;
				return true;
			}
	return false;
}

bool preload_pack(const struct rules *rules, const struct run_event *event, struct preload_message *ret)
{
	const struct change *change = event->change;

	memset(ret, 0, sizeof(*ret));
	if (!find(rules, &event->hit, &ret->rule, &ret->action))
		return false;
	ret->kind = PRELOAD_EVENT;
	ret->event = event->kind;
	ret->moment = event->moment;
	ret->facts = *event->facts;
	ret->has_holder = event->facts->n_holders > 0;
	if (ret->has_holder) {
		ret->holder = event->facts->holders[0];
		strncpy(ret->process, ret->holder.process, sizeof(ret->process) - 1);
	}
	ret->has_before = change->has_before;
	ret->has_after = change->has_after;
	ret->has_asked = event->has_asked;
	ret->before = change->before;
	ret->asked = change->asked;
	ret->after = change->after;
	ret->result = change->result;
	ret->error = change->error;
	return true;
}

static bool is_sound(const struct rules *rules, const struct preload_message *message)
{
	if (message->event > RUN_LOGGED || message->rule >= rules->n ||
	    message->action >= rules->list[message->rule]->n_actions)
		return false;
	if (message->before.length > SOCKOPT_VALUE_MAX || message->asked.length > SOCKOPT_VALUE_MAX ||
	    message->after.length > SOCKOPT_VALUE_MAX)
		return false;
	return message->facts.state < FACTS_N_STATES && message->result <= SOCKOPT_RESULT_PLANNED &&
	       message->error >= 0;
}

static void end_text(char *text, size_t size)
{
	text[size - 1] = '\0';
}

bool preload_unpack(const struct rules *rules, struct preload_message *message, struct change *ret_change,
		    struct run_event *ret_event)
{
	struct facts *facts = &message->facts;
	struct rule_hit hit;

	if (message->kind != PRELOAD_EVENT || !is_sound(rules, message))
		return false;
	hit.rule = rules->list[message->rule];
	hit.action = hit.rule->actions[message->action];
	hit.option = sockopt_twin_for(hit.action->option, &facts->kind, SOCKOPT_SET);
	if (!hit.option)
		hit.option = hit.action->option;

	end_text(message->process, sizeof(message->process));
	end_text(facts->interface, sizeof(facts->interface));
	facts_bound_address(&facts->local);
	facts_bound_address(&facts->peer);
	facts->get = NULL;
	facts->context = NULL;
	message->holder.pid = message->pid;
	message->holder.process = message->process;
	message->holder.cgroup = "";
	facts->holders = message->has_holder ? &message->holder : NULL;
	facts->n_holders = message->has_holder ? 1 : 0;

	memset(ret_change, 0, sizeof(*ret_change));
	ret_change->option = hit.option;
	ret_change->has_before = message->has_before;
	ret_change->before = message->before;
	ret_change->asked = message->asked;
	ret_change->has_after = message->has_after;
	ret_change->after = message->after;
	ret_change->result = message->result;
	ret_change->error = message->error;
	*ret_event = (struct run_event){
		.kind = message->event,
		.moment = message->moment,
		.hit = hit,
		.facts = facts,
		.change = ret_change,
		.has_asked = message->has_asked,
	};
	return true;
}
