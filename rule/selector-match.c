/* SPDX-License-Identifier: MIT */
/* Does a selector pick a socket? Three-valued: what is not known is neither true nor false. */

#include <fnmatch.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tree.h"

enum truth { NO,
	     YES,
	     UNKNOWN };

static enum truth truth_of(bool is)
{
	return is ? YES : NO;
}

static enum truth negate(enum truth truth)
{
	return truth == UNKNOWN ? UNKNOWN : truth_of(truth == NO);
}

static bool ordered(enum node_operator op, int64_t order)
{
	switch (op) {
	case OP_EQ: return order == 0;
	case OP_NE: return order != 0;
	case OP_LT: return order < 0;
	case OP_LE: return order <= 0;
	case OP_GT: return order > 0;
	case OP_GE: return order >= 0;
	default: return false;
	}
}

static int64_t order_of(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static bool in_ranges(const struct node *node, uint64_t number)
{
	for (size_t i = 0; i < node->n_ranges; i++)
		if (number >= node->ranges[i].low && number <= node->ranges[i].high)
			return true;
	return false;
}

static bool number_fits(const struct node *node, uint64_t number)
{
	if (node->op == OP_EQ)
		return in_ranges(node, number);
	if (node->op == OP_NE)
		return !in_ranges(node, number);
	return ordered(node->op, order_of(number, node->ranges[0].low));
}

static bool text_fits(const struct node *node, const char *text)
{
	if (node->op == OP_GLOB)
		return fnmatch(node->text, text, 0) == 0;
	return (strcmp(node->text, text) == 0) == (node->op == OP_EQ);
}

static bool bits_equal(const unsigned char *a, const unsigned char *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

/** A link-local address is bound to its interface: by name only the socket's own namespace knows it. */
static bool zone_fits(const char *zone, const struct facts_address *address, const struct facts *facts)
{
	char *end;
	unsigned long number = strtoul(zone, &end, 10);

	return *end ? strcmp(zone, facts->interface) == 0 : address->family == AF_INET6 && address->scope == number;
}

/** An IPv4 prefix also fits the same address mapped into IPv6. */
static bool prefix_fits(const struct prefix *prefix, const struct facts_address *address, const struct facts *facts)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	const unsigned char *ip = address->ip;

	if (address->family != AF_INET && address->family != AF_INET6)
		return false;
	if (prefix->has_port && (address->port < prefix->port.low || address->port > prefix->port.high))
		return false;
	if (prefix->family == 0)
		return true;
	if (prefix->zone[0] && !zone_fits(prefix->zone, address, facts))
		return false;
	if (prefix->family == AF_INET && address->family == AF_INET6) {
		if (memcmp(ip, mapped, sizeof(mapped)) != 0)
			return false;
		ip += sizeof(mapped);
	} else if (prefix->family != address->family) {
		return false;
	}
	return bits_equal(prefix->ip, ip, prefix->bits);
}

static bool user_fits(const struct node *node, uid_t uid)
{
	const struct passwd *user;

	if (node->op != OP_GLOB)
		return ordered(node->op, order_of(uid, node->number));
	user = getpwuid(uid);
	return user && fnmatch(node->text, user->pw_name, 0) == 0;
}

/** Any holder fits; of != and ~: no holder is what the value says. */
static enum truth holders_fit(const struct node *node, const struct facts *facts)
{
	struct node positive = *node;
	bool any = false;

	if (node->op == OP_NE)
		positive.op = OP_EQ;
	for (size_t i = 0; i < facts->n_holders && !any; i++) {
		const struct facts_holder *holder = &facts->holders[i];

		switch (node->key) {
		case KEY_PID: any = number_fits(&positive, (uint64_t)holder->pid); break;
		case KEY_FD: any = number_fits(&positive, (uint64_t)holder->fd); break;
		case KEY_PROCESS: any = text_fits(&positive, holder->process); break;
		case KEY_CGROUP: any = text_fits(&positive, holder->cgroup); break;
		default: any = user_fits(&positive, holder->uid); break;
		}
	}
	return truth_of(any != (node->op == OP_NE));
}

static bool is_ip(const struct facts *facts)
{
	return facts->kind.family == AF_INET || facts->kind.family == AF_INET6;
}

static enum truth ports_fit(const struct node *node, const struct facts *facts)
{
	struct node positive = *node;
	bool local, peer;

	if (!is_ip(facts))
		return NO;
	if (node->op == OP_NE)
		positive.op = OP_EQ;
	local = facts->local.family && number_fits(&positive, facts->local.port);
	peer = facts->peer.family && number_fits(&positive, facts->peer.port);
	if (node->key == KEY_LOCAL_PORT)
		return truth_of(local != (node->op == OP_NE));
	if (node->key == KEY_PEER_PORT)
		return truth_of(peer != (node->op == OP_NE));
	return truth_of((local || peer) != (node->op == OP_NE));
}

static enum truth path_fits(const struct node *node, const struct facts *facts)
{
	bool fits;
	struct node positive = *node;

	if (facts->kind.family != AF_UNIX)
		return NO;
	if (node->op == OP_NE)
		positive.op = OP_EQ;
	fits = (facts->local.family && text_fits(&positive, facts->local.path)) ||
	       (facts->peer.family && text_fits(&positive, facts->peer.path));
	return truth_of(fits != (node->op == OP_NE));
}

static bool has_peer(const struct facts *facts)
{
	return facts->state == FACTS_CONNECTED || facts->state == FACTS_ESTABLISHED;
}

static enum truth key_fits(const struct node *node, const struct facts *facts)
{
	switch (node->key) {
	case KEY_PID:
	case KEY_FD:
	case KEY_PROCESS:
	case KEY_USER:
	case KEY_CGROUP: return holders_fit(node, facts);
	case KEY_NETNS:
		return facts->netns ? truth_of(ordered(node->op, order_of(facts->netns, node->number))) : UNKNOWN;
	case KEY_FAMILY: return truth_of(ordered(node->op, order_of((uint64_t)facts->kind.family, node->number)));
	case KEY_TYPE: return truth_of(ordered(node->op, order_of((uint64_t)facts->kind.type, node->number)));
	case KEY_PROTOCOL:
		return truth_of(is_ip(facts) &&
				ordered(node->op, order_of((uint64_t)facts->kind.protocol, node->number)));
	case KEY_STATE: return truth_of(ordered(node->op, order_of((uint64_t)facts->state, node->number)));
	case KEY_LOCAL: return truth_of(prefix_fits(&node->prefix, &facts->local, facts) == (node->op == OP_EQ));
	case KEY_PEER: return truth_of(prefix_fits(&node->prefix, &facts->peer, facts) == (node->op == OP_EQ));
	case KEY_PORT:
	case KEY_LOCAL_PORT:
	case KEY_PEER_PORT: return ports_fit(node, facts);
	case KEY_INTERFACE: return truth_of(text_fits(node, facts->interface));
	case KEY_PATH: return path_fits(node, facts);
	case KEY_INODE: return truth_of(number_fits(node, facts->inode));
	case KEY_COOKIE: return truth_of(number_fits(node, facts->cookie));
	default: return UNKNOWN;
	}
}

/** Of one field no more is compared than the field. */
static int64_t compare_field(const struct sockopt_field *field, const struct sockopt_value *have,
			     const struct sockopt_value *want)
{
	const unsigned char *a = have->bytes + field->offset, *b = want->bytes + field->offset;

	return field->scalar == SOCKOPT_STRING ? strncmp((const char *)a, (const char *)b, field->size) :
						 memcmp(a, b, field->size);
}

static int64_t compare_values(const struct sockopt_option *option, const struct sockopt_value *have,
			      const struct sockopt_value *want)
{
	const struct sockopt_type *type = option->get_type;
	socklen_t least = have->length < want->length ? have->length : want->length;
	int order;

	if (sockopt_is_number(type)) {
		int64_t a = sockopt_field_number(&type->fields[0], have->bytes, 0);
		int64_t b = sockopt_field_number(&type->fields[0], want->bytes, 0);

		if (type->fields[0].scalar != SOCKOPT_SIGNED)
			return order_of((uint64_t)a, (uint64_t)b);
		return (a > b) - (a < b);
	}
	if (option->part_of)
		return compare_field(&type->fields[0], have, want);
	if (type->form == SOCKOPT_FORM_SCALAR && type->fields[0].scalar == SOCKOPT_STRING)
		return strncmp((const char *)have->bytes, (const char *)want->bytes, type->size);
	/* A linger that is off is off, whatever seconds are left in it. */
	if (type->short_form == SOCKOPT_SHORT_LINGER && !sockopt_field_number(&type->fields[0], have->bytes, 0) &&
	    !sockopt_field_number(&type->fields[0], want->bytes, 0))
		return 0;
	order = memcmp(have->bytes, want->bytes, least);
	return order ? order : order_of(have->length, want->length);
}

static enum truth option_fits(const struct node *node, const struct facts *facts)
{
	const struct sockopt_option *option = sockopt_twin_for(node->option, &facts->kind, SOCKOPT_GET);
	struct sockopt_value have;

	if (!option || !facts->get || facts->get(facts->context, option, &have) < 0)
		return UNKNOWN;
	option = sockopt_read_as(node->option, option, have.length);
	if (!option)
		return UNKNOWN;
	if (node->op == OP_GLOB) {
		char text[1024];

		sockopt_format(option, have.bytes, have.length, text, sizeof(text));
		return truth_of(fnmatch(node->text, text, 0) == 0);
	}
	return truth_of(ordered(node->op, compare_values(option, &have, &node->value)));
}

static enum truth holder_fits(const struct node *node, const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_holders; i++)
		if ((uint64_t)facts->holders[i].pid == node->number &&
		    (node->fd < 0 || facts->holders[i].fd == node->fd))
			return YES;
	return NO;
}

static enum truth evaluate(const struct node *node, const struct facts *facts)
{
	enum truth left, right;

	switch (node->kind) {
	case NODE_AND:
		left = evaluate(node->left, facts);
		if (left == NO)
			return NO;
		right = evaluate(node->right, facts);
		return right == NO ? NO : left == YES && right == YES ? YES :
									UNKNOWN;
	case NODE_OR:
		left = evaluate(node->left, facts);
		if (left == YES)
			return YES;
		right = evaluate(node->right, facts);
		return right == YES ? YES : left == NO && right == NO ? NO :
									UNKNOWN;
	case NODE_NOT: return negate(evaluate(node->left, facts));
	case NODE_ALL: return YES;
	case NODE_WORD_FAMILY: return truth_of((uint64_t)facts->kind.family == node->number);
	case NODE_WORD_TYPE: return truth_of((uint64_t)facts->kind.type == node->number);
	case NODE_WORD_PROTOCOL: return truth_of(is_ip(facts) && (uint64_t)facts->kind.protocol == node->number);
	case NODE_WORD_STATE: return truth_of((uint64_t)facts->state == node->number);
	case NODE_WORD_CONNECTED: return truth_of(has_peer(facts));
	case NODE_HOLDER: return holder_fits(node, facts);
	case NODE_KEY: return key_fits(node, facts);
	case NODE_OPTION: return option_fits(node, facts);
	}
	return UNKNOWN;
}

bool selector_matches(const struct selector *selector, const struct facts *facts)
{
	return evaluate(selector->root, facts) == YES;
}
