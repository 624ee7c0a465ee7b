/* SPDX-License-Identifier: MIT */
/* When is an assignment made? From the catalogue's facts, and from what the selector can know by then. */

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "moments.h"
#include "tree.h"

const enum sockopt_moment rule_moments_in_order[RULE_N_MOMENTS] = {
	SOCKOPT_AT_SOCKET,
	SOCKOPT_AT_BIND,
	SOCKOPT_AT_LISTEN,
	SOCKOPT_AT_CONNECT,
	SOCKOPT_AT_ACCEPT,
};

const char *rule_moment_word(enum sockopt_moment moment)
{
	switch (moment) {
	case SOCKOPT_AT_SOCKET: return "socket";
	case SOCKOPT_AT_BIND: return "bind";
	case SOCKOPT_AT_LISTEN: return "listen";
	case SOCKOPT_AT_CONNECT: return "connect";
	case SOCKOPT_AT_ACCEPT: return "accept";
	default: return "";
	}
}

bool rule_accepts(const struct sockopt_kind *kind)
{
	return kind->type == SOCK_STREAM || kind->type == SOCK_SEQPACKET || kind->type == SOCK_DCCP;
}

/* ---- what a selector can be at a moment ---- */

static bool word_fits(const struct node *node, uint64_t have)
{
	return node->op == OP_NE ? have != node->number : have == node->number;
}

static unsigned certain(bool is)
{
	return is ? CAN_BE_TRUE : CAN_BE_FALSE;
}

#define STATE(state) (1U << (state))

/** The states in which a socket can be when a moment comes. */
static unsigned states_at(enum sockopt_moment moment)
{
	switch (moment) {
	case SOCKOPT_AT_SOCKET:
	case SOCKOPT_AT_BIND: return STATE(FACTS_UNBOUND);
	case SOCKOPT_AT_LISTEN: return STATE(FACTS_UNBOUND) | STATE(FACTS_BOUND);
	case SOCKOPT_AT_CONNECT: return STATE(FACTS_UNBOUND) | STATE(FACTS_BOUND) | STATE(FACTS_CONNECTED);
	case SOCKOPT_AT_ACCEPT: return STATE(FACTS_ESTABLISHED) | STATE(FACTS_CLOSE_WAIT) | STATE(FACTS_CLOSED);
	default: return STATE(FACTS_N_STATES) - 1;
	}
}

static unsigned state_can_be(const struct node *node, enum sockopt_moment moment)
{
	unsigned can = 0;

	for (unsigned state = 0; state < FACTS_N_STATES; state++)
		if (states_at(moment) & STATE(state))
			can |= certain(word_fits(node, state));
	return can;
}

/** A comparison with an address that is not there yet: only != can be true. */
static unsigned absent(const struct node *node)
{
	return certain(node->op == OP_NE);
}

static unsigned key_can_be(const struct node *node, enum sockopt_moment moment, const struct sockopt_kind *kind)
{
	bool has_local = moment != SOCKOPT_AT_SOCKET;
	bool has_peer = moment >= SOCKOPT_AT_CONNECT;
	bool is_ip = kind->family == AF_INET || kind->family == AF_INET6;

	switch (node->key) {
	case KEY_FAMILY: return certain(word_fits(node, (uint64_t)kind->family));
	case KEY_TYPE: return certain(word_fits(node, (uint64_t)kind->type));
	case KEY_PROTOCOL:
		return certain(is_ip && word_fits(node, (uint64_t)kind->protocol));
	case KEY_STATE: return state_can_be(node, moment);
	case KEY_LOCAL: return has_local && is_ip ? CAN_BE_TRUE | CAN_BE_FALSE : absent(node);
	case KEY_PEER: return has_peer && is_ip ? CAN_BE_TRUE | CAN_BE_FALSE : absent(node);
	case KEY_LOCAL_PORT:
	case KEY_PORT:
		if (!is_ip)
			return CAN_BE_FALSE;
		return has_local ? CAN_BE_TRUE | CAN_BE_FALSE : absent(node);
	case KEY_PEER_PORT:
		if (!is_ip)
			return CAN_BE_FALSE;
		return has_peer ? CAN_BE_TRUE | CAN_BE_FALSE : absent(node);
	case KEY_PATH:
		if (kind->family != AF_UNIX)
			return CAN_BE_FALSE;
		return has_local ? CAN_BE_TRUE | CAN_BE_FALSE : absent(node);
	default: return CAN_BE_TRUE | CAN_BE_FALSE;
	}
}

static unsigned both(unsigned a, unsigned b, unsigned wins)
{
	unsigned loses = wins ^ (CAN_BE_TRUE | CAN_BE_FALSE);

	return ((a | b) & wins) | (a & b & loses);
}

unsigned node_can_be(const struct node *node, enum sockopt_moment moment, const struct sockopt_kind *kind)
{
	unsigned can = 0, right;

	if (node->kind == NODE_AND || node->kind == NODE_OR || node->kind == NODE_NOT)
		can = node_can_be(node->left, moment, kind);
	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		right = node_can_be(node->right, moment, kind);
		return both(can, right, node->kind == NODE_AND ? CAN_BE_FALSE : CAN_BE_TRUE);
	case NODE_NOT:
		return (can & CAN_BE_TRUE ? CAN_BE_FALSE : 0U) | (can & CAN_BE_FALSE ? CAN_BE_TRUE : 0U);
	case NODE_ALL: return CAN_BE_TRUE;
	case NODE_WORD_FAMILY: return certain((uint64_t)kind->family == node->number);
	case NODE_WORD_TYPE: return certain((uint64_t)kind->type == node->number);
	case NODE_WORD_PROTOCOL:
		return certain((kind->family == AF_INET || kind->family == AF_INET6) &&
			       (uint64_t)kind->protocol == node->number);
	case NODE_WORD_STATE: return state_can_be(node, moment);
	case NODE_WORD_CONNECTED:
		if (moment == SOCKOPT_AT_ANY_TIME || (moment == SOCKOPT_AT_CONNECT && !rule_accepts(kind)))
			return CAN_BE_TRUE | CAN_BE_FALSE;
		return certain(moment == SOCKOPT_AT_ACCEPT);
	case NODE_KEY: return key_can_be(node, moment, kind);
	default: return CAN_BE_TRUE | CAN_BE_FALSE;
	}
}

static bool selector_can_match(const struct selector *selector, enum sockopt_moment moment,
			       const struct sockopt_kind *kind)
{
	return !selector || (node_can_be(selector->root, moment, kind) & CAN_BE_TRUE);
}

/* ---- when an option takes effect ---- */

static bool is_refused(const struct sockopt_option *option, const struct sockopt_kind *kind, unsigned state)
{
	for (size_t i = 0; i < option->n_refused; i++) {
		const struct sockopt_refusal *refusal = &option->refused[i];

		if (refusal->access == SOCKOPT_SET && !refusal->unless.en && (refusal->states & state) == state &&
		    sockopt_where_fits(&refusal->where, kind))
			return true;
	}
	return false;
}

unsigned option_moments(const struct sockopt_option *option, const struct sockopt_kind *kind)
{
	unsigned moments = option->moments;

	if (moments & SOCKOPT_AT_ANY_TIME || moments == 0)
		moments = RULE_ALL_MOMENTS;
	if (!rule_accepts(kind))
		moments &= ~(unsigned)(SOCKOPT_AT_LISTEN | SOCKOPT_AT_ACCEPT);
	if (is_refused(option, kind, SOCKOPT_UNBOUND))
		moments &= ~(unsigned)(SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND);
	if (is_refused(option, kind, SOCKOPT_BOUND)) {
		moments &= ~(unsigned)SOCKOPT_AT_LISTEN;
		if (is_refused(option, kind, SOCKOPT_UNBOUND))
			moments &= ~(unsigned)SOCKOPT_AT_CONNECT;
	}
	if (is_refused(option, kind, SOCKOPT_CONNECTED))
		moments &= ~(unsigned)SOCKOPT_AT_ACCEPT;
	return moments;
}

static unsigned latest(unsigned moments)
{
	for (size_t i = RULE_N_MOMENTS; i-- > 0;)
		if (moments & rule_moments_in_order[i])
			return rule_moments_in_order[i];
	return 0;
}

/** A socket that can listen either does so or connects; an assignment is made once on each way. */
static unsigned choose(const struct sockopt_option *option, const struct sockopt_kind *kind, unsigned candidates)
{
	unsigned accept = candidates & SOCKOPT_AT_ACCEPT;
	unsigned listener, client;

	if (!rule_accepts(kind)) {
		if (candidates & SOCKOPT_AT_SOCKET)
			return SOCKOPT_AT_SOCKET;
		return candidates & (SOCKOPT_AT_BIND | SOCKOPT_AT_CONNECT);
	}
	listener = latest(candidates & (SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_LISTEN));
	client = latest(candidates & (SOCKOPT_AT_SOCKET | SOCKOPT_AT_BIND | SOCKOPT_AT_CONNECT));
	/* What has an effect before listen(2) and none before connect(2) is meant for listeners. */
	if ((option_moments(option, kind) & (SOCKOPT_AT_LISTEN | SOCKOPT_AT_CONNECT)) == SOCKOPT_AT_LISTEN)
		client = 0;
	/* Not inherited: the connections are meant, where it works on them at all. */
	if (!listener || (option->inherits == SOCKOPT_NOT_INHERITED && accept))
		listener = accept;
	return listener | client;
}

unsigned rule_moments(const struct rule *rule, const struct rule_action *action, const struct sockopt_kind *kind)
{
	const struct sockopt_option *option = sockopt_twin_for(action->option, kind, SOCKOPT_SET);
	unsigned candidates;

	if (!option || !rule_action_makes(action))
		return 0;
	candidates = option_moments(option, kind);
	for (size_t i = 0; i < RULE_N_MOMENTS; i++) {
		enum sockopt_moment moment = rule_moments_in_order[i];

		if ((candidates & moment) && !selector_can_match(rule->selector, moment, kind))
			candidates &= ~(unsigned)moment;
	}
	if (rule->moments)
		return candidates & rule->moments;
	return choose(option, kind, candidates);
}
