/* SPDX-License-Identifier: MIT */
/* What engines that hold a descriptor of a socket do with it. */

#include "run-apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tree.h>

#include "process.h"

#define HITS_MAX 64

/* ---- what the rules ask for ---- */

static bool node_asks(const struct node *node, bool (*asks)(const struct node *))
{
	if (!node)
		return false;
	return asks(node) || node_asks(node->left, asks) || node_asks(node->right, asks);
}

/** Is the node a comparison of one of these keys (bits of enum node_key)? */
static bool is_key(const struct node *node, unsigned keys)
{
	return node->kind == NODE_KEY && (keys >> node->key & 1);
}

static bool asks_holder(const struct node *node)
{
	return node->kind == NODE_HOLDER ||
	       is_key(node, 1U << KEY_PID | 1U << KEY_FD | 1U << KEY_PROCESS | 1U << KEY_USER | 1U << KEY_CGROUP);
}

static bool asks_address(const struct node *node)
{
	return is_key(node, 1U << KEY_LOCAL | 1U << KEY_PEER | 1U << KEY_PORT | 1U << KEY_LOCAL_PORT |
				    1U << KEY_PEER_PORT | 1U << KEY_PATH);
}

static bool needs_memory(const struct rule *rule, const struct rule_action *action)
{
	return action->verb == RULE_DEFAULT || (action->verb == RULE_FORCE && rule->moments);
}

int run_state_init(const struct run_job *job, struct run_state *ret)
{
	bool remembers = false;

	*ret = (struct run_state){ .job = job };
	for (size_t i = 0; i < job->rules->n; i++) {
		const struct rule *rule = job->rules->list[i];
		const struct node *root = rule->selector ? rule->selector->root : NULL;

		ret->needs.holder |= node_asks(root, asks_holder);
		for (size_t k = 0; k < rule->n_actions; k++) {
			if (node_asks(root, asks_address))
				ret->needs.address |= rule->actions[k]->moments;
			remembers |= needs_memory(rule, rule->actions[k]);
		}
	}
	if (remembers)
		ret->memory = run_memory_new();
	return remembers && !ret->memory ? -ENOMEM : 0;
}

void run_state_done(struct run_state *state)
{
	run_memory_free(state->memory);
	state->memory = NULL;
}

/* ---- a socket ---- */

static int get_option(void *context, const struct sockopt_option *option, struct sockopt_value *ret)
{
	return sockopt_get(*(const int *)context, option, ret);
}

int run_socket_read(struct run_state *state, int fd, pid_t tid, int their_fd, struct run_socket *ret)
{
	struct process process;
	int r;

	memset(&ret->facts, 0, sizeof(ret->facts));
	ret->fd = fd;
	ret->cgroup = NULL;
	r = identity_read(fd, &state->namespaces, &ret->facts);
	if (r < 0)
		return r;
	ret->facts.get = get_option;
	ret->facts.context = &ret->fd;
	if (!state->needs.holder && !state->job->wants_events)
		return 0;

	/* A thread may have a name of its own. */
	r = tid ? process_read(process_group(tid), &process) : process_read_self(&process);
	if (r < 0)
		return 0;
	ret->cgroup = process.cgroup;
	memcpy(ret->process, process.name, sizeof(ret->process));
	ret->holder = (struct facts_holder){
		.pid = process.pid,
		.fd = their_fd,
		.uid = process.uid,
		.process = ret->process,
		.cgroup = ret->cgroup ? ret->cgroup : "",
	};
	ret->facts.holders = &ret->holder;
	ret->facts.n_holders = 1;
	return 0;
}

void run_socket_done(struct run_socket *socket)
{
	free(socket->cgroup);
	socket->cgroup = NULL;
}

/* ---- moments ---- */

bool run_may_be_due(const struct rules *rules, const struct sockopt_kind *kind, enum sockopt_moment moment)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = rules->list[i];

		for (size_t k = 0; k < rule->n_actions; k++)
			if ((rule->actions[k]->moments & (unsigned)moment) &&
			    (rule_moments(rule, rule->actions[k], kind) & (unsigned)moment))
				return true;
	}
	return false;
}

struct asked_memory {
	const struct run_memory *memory;
	uint64_t cookie;
};

static bool was_set(void *context, const struct sockopt_option *option)
{
	const struct asked_memory *asked = context;

	return asked->memory &&
	       run_memory_was_set(asked->memory, asked->cookie, option->level->number, option->number);
}

static void tell(struct run_state *state, const struct run_event *event)
{
	if (state->job->wants_events || (event->change->error && event->kind != RUN_REFUSED))
		state->job->sink.event(state->job->sink.context, event);
}

/** What is there before; nobody will take it back, so nothing else is read. */
static void plan(const struct run_socket *socket, const struct rule_hit *hit, struct change *ret)
{
	const struct sockopt_option *read_by = change_read_by(hit->option);

	ret->asked.length = hit->action->value.length;
	memcpy(ret->asked.bytes, hit->action->value.bytes, hit->action->value.length);
	ret->has_before = read_by && sockopt_get(socket->fd, read_by, &ret->before) == 0;
}

static void assign(struct run_state *state, struct run_socket *socket, struct run_event *event)
{
	struct change change = { .option = event->hit.option };

	if (state->job->wants_events) {
		plan(socket, &event->hit, &change);
		change_make(socket->fd, &change);
	} else {
		change.asked = event->hit.action->value;
		change.error = -sockopt_set(socket->fd, event->hit.option, &change.asked);
		change.result = change.error ? SOCKOPT_RESULT_FAILED : SOCKOPT_RESULT_KEPT;
	}
	event->change = &change;
	event->facts = &socket->facts;
	tell(state, event);
	event->change = NULL;
	event->facts = NULL;
}

void run_apply(struct run_state *state, struct run_socket *socket, enum sockopt_moment moment)
{
	struct asked_memory asked = { state->memory, socket->facts.cookie };
	struct rule_memory memory = { was_set, &asked };
	struct rule_hit hits[HITS_MAX];
	size_t n = rules_decide(state->job->rules, &socket->facts, moment, &memory, hits, HITS_MAX);

	for (size_t i = 0; i < n; i++) {
		struct run_event event = { .kind = RUN_ASSIGNED, .moment = moment, .hit = hits[i] };

		assign(state, socket, &event);
	}
	if (state->memory)
		run_memory_pass(state->memory, socket->facts.cookie, moment);
}

void run_inherit(struct run_state *state, uint64_t listener, const struct facts *accepted)
{
	if (state->memory)
		run_memory_inherit(state->memory, listener, accepted->cookie, &accepted->kind);
}

/* ---- the program's own calls ---- */

/** Does some deny or log of this option name a value? */
static bool names_value(const struct rules *rules, const struct rule_call *call)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = rules->list[i];

		for (size_t k = 0; k < rule->n_actions; k++) {
			const struct rule_action *action = rule->actions[k];

			if (action->verb == RULE_DENY && action->has_value && action->option->number == call->number &&
			    action->option->level->number == call->level)
				return true;
		}
	}
	return false;
}

void run_judge(struct run_state *state, const struct run_socket *socket, const struct rule_call *call,
	       struct rule_verdict *ret, bool *ret_value_matters)
{
	unsigned past = state->memory ? run_memory_past(state->memory, socket->facts.cookie) : 0;

	rules_judge(state->job->rules, &socket->facts, past, call, ret);
	*ret_value_matters = names_value(state->job->rules, call);
}

void run_remember(struct run_state *state, const struct run_socket *socket, const struct rule_call *call)
{
	if (state->memory)
		run_memory_set(state->memory, socket->facts.cookie, call->level, call->number);
}

/** What the program asked for, as a value. */
static bool take_asked(const struct rule_call *call, struct sockopt_value *ret)
{
	if (!call->bytes || call->length > sizeof(ret->bytes))
		return false;
	memcpy(ret->bytes, call->bytes, call->length);
	ret->length = (socklen_t)call->length;
	return true;
}

int run_replace(struct run_state *state, struct run_socket *socket, const struct rule_verdict *verdict,
		const struct rule_call *call)
{
	struct change change = { .option = verdict->by.option };
	struct run_event event = {
		.kind = RUN_REPLACED, .hit = verdict->by, .facts = &socket->facts, .change = &change
	};

	plan(socket, &verdict->by, &change);
	change_make(socket->fd, &change);
	event.has_asked = take_asked(call, &change.asked);
	tell(state, &event);
	return -change.error;
}

void run_tell_call(struct run_state *state, const struct run_socket *socket, enum run_event_kind kind,
		   const struct rule_hit *hit, const struct rule_call *call, int error)
{
	struct change change = { .option = hit->option, .error = error, .result = SOCKOPT_RESULT_PLANNED };
	struct run_event event = { .kind = kind, .hit = *hit, .facts = &socket->facts, .change = &change };

	if (!state->job->wants_events)
		return;
	if (change_readable(hit->option))
		change.has_before = sockopt_get(socket->fd, hit->option, &change.before) == 0;
	event.has_asked = take_asked(call, &change.asked);
	tell(state, &event);
}
