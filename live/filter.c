/* SPDX-License-Identifier: MIT */
/* Selector tree -> instructions, in postfix order. */

#include "filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <tree.h>

#include "mounts.h"
#include "records.h"

/** A subtree that does not fit is cut back to this length, and becomes unknown. */
struct compiler {
	struct filter_program *program;
	bool overflow;
};

static struct filter_instruction *emit(struct compiler *compiler, enum filter_operation operation)
{
	static struct filter_instruction nowhere;
	struct filter_instruction *at = &nowhere;

	if (compiler->program->length < FILTER_MAX)
		at = &compiler->program->instructions[compiler->program->length++];
	else
		compiler->overflow = true;
	memset(at, 0, sizeof(*at));
	at->operation = (__u8)operation;
	return at;
}

static void emit_unknown(struct compiler *compiler)
{
	emit(compiler, FILTER_UNKNOWN);
}

static void emit_range(struct compiler *compiler, enum filter_fact fact, uint64_t low, uint64_t high)
{
	struct filter_instruction *at = emit(compiler, FILTER_RANGE);

	at->fact = (__u8)fact;
	at->low = low;
	at->high = high;
	at->is_holder = fact == FACT_PID || fact == FACT_FD || fact == FACT_NAME_LOW || fact == FACT_NAME_HIGH ||
			fact == FACT_CGROUP;
	compiler->program->has_holders |= at->is_holder;
}

/**
 * fact op number, as ordered() of rule/selector-match.c; != comes with a "not" behind it. A fact that is not there is
 * greater than the greatest, and in no range.
 */
static void emit_ordered(struct compiler *compiler, enum filter_fact fact, enum node_operator op, uint64_t number,
			 uint64_t greatest)
{
	uint64_t most = number < greatest ? number : greatest;

	switch (op) {
	case OP_LT:
		if (number == 0)
			emit_range(compiler, fact, 1, 0);
		else
			emit_range(compiler, fact, 0, number > greatest ? greatest : number - 1);
		return;
	case OP_LE: emit_range(compiler, fact, 0, most); return;
	case OP_GT: emit_range(compiler, fact, number + 1, number == UINT64_MAX ? 0 : greatest); return;
	case OP_GE: emit_range(compiler, fact, number, greatest); return;
	default: emit_range(compiler, fact, number, most); return;
	}
}

static void emit_not_if(struct compiler *compiler, bool wanted)
{
	if (wanted)
		emit(compiler, FILTER_NOT);
}

static void emit_is_ip(struct compiler *compiler)
{
	emit_range(compiler, FACT_FAMILY, AF_INET, AF_INET);
	emit_range(compiler, FACT_FAMILY, AF_INET6, AF_INET6);
	emit(compiler, FILTER_OR);
}

/** A number of a key that takes ranges: any of them, or a comparison; of != the equality. */
static void emit_number(struct compiler *compiler, const struct node *node, enum filter_fact fact, uint64_t greatest)
{
	if (node->op != OP_EQ && node->op != OP_NE) {
		emit_ordered(compiler, fact, node->op, node->ranges[0].low, greatest);
		return;
	}
	for (size_t i = 0; i < node->n_ranges; i++) {
		uint64_t high = node->ranges[i].high;

		emit_range(compiler, fact, node->ranges[i].low, high < greatest ? high : greatest);
		if (i)
			emit(compiler, FILTER_OR);
	}
}

static bool is_one_number(const struct node *node)
{
	return (node->op == OP_EQ || node->op == OP_NE) && node->n_ranges == 1 &&
	       node->ranges[0].low == node->ranges[0].high;
}

static void emit_ports(struct compiler *compiler, const struct node *node)
{
	if (node->key != KEY_PEER_PORT)
		emit_number(compiler, node, FACT_LOCAL_PORT, UINT16_MAX);
	if (node->key != KEY_LOCAL_PORT)
		emit_number(compiler, node, FACT_PEER_PORT, UINT16_MAX);
	if (node->key == KEY_PORT)
		emit(compiler, FILTER_OR);
	emit_not_if(compiler, node->op == OP_NE);
	emit_is_ip(compiler);
	emit(compiler, FILTER_AND);
}

static void emit_address(struct compiler *compiler, const struct node *node)
{
	struct filter_instruction *at = emit(compiler, node->key == KEY_LOCAL ? FILTER_LOCAL : FILTER_PEER);

	at->fact = (__u8)node->prefix.family;
	at->bits = (__u8)node->prefix.bits;
	memcpy(at->address, node->prefix.ip, sizeof(at->address));
	at->low = node->prefix.has_port ? node->prefix.port.low : 0;
	at->high = node->prefix.has_port ? node->prefix.port.high : UINT64_MAX;
	if (node->prefix.zone[0]) {
		emit_unknown(compiler);
		emit(compiler, FILTER_AND);
	}
	emit_not_if(compiler, node->op != OP_EQ);
}

/** A name without a pattern is two numbers, as it stands in the kernel's task. */
static void emit_process(struct compiler *compiler, const struct node *node)
{
	char name[16] = { 0 };
	uint64_t halves[2];

	if (node->op == OP_GLOB) {
		emit_unknown(compiler);
		return;
	}
	if (strlen(node->text) >= sizeof(name)) {
		emit_range(compiler, FACT_PID, 1, 0); /* the kernel has no longer names */
	} else {
		memcpy(name, node->text, strlen(node->text));
		memcpy(halves, name, sizeof(halves));
		emit_range(compiler, FACT_NAME_LOW, halves[0], halves[0]);
		emit_range(compiler, FACT_NAME_HIGH, halves[1], halves[1]);
		emit(compiler, FILTER_AND);
	}
	emit_not_if(compiler, node->op == OP_NE);
}

/** Is there no other way to write this path? The selector compares letters, the kernel's side what they stand for. */
static bool is_canonical(const char *path)
{
	size_t length = strlen(path);

	return path[0] == '/' && !strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../") &&
	       (length == 1 || path[length - 1] != '/') && fnmatch("*/.", path, 0) != 0 && fnmatch("*/..", path, 0) != 0;
}

/**
 * The path of a cgroup is told by its id. That of a process in the root of the unified hierarchy is taken from
 * another hierarchy (live/process.c), which the kernel's side does not know.
 */
static void emit_cgroup(struct compiler *compiler, const struct node *node)
{
	char path[4096];
	struct stat status;

	if (node->op == OP_GLOB || !is_canonical(node->text) || !mounts_cgroup2(path, sizeof(path)) ||
	    strlen(path) + strlen(node->text) >= sizeof(path)) {
		emit_unknown(compiler);
		return;
	}
	strcat(path, node->text);
	if (stat(path, &status) == 0)
		emit_range(compiler, FACT_CGROUP, status.st_ino, status.st_ino);
	else
		emit_range(compiler, FACT_CGROUP, 1, 0);
	emit_range(compiler, FACT_CGROUP, 0, 0);
	emit_unknown(compiler);
	emit(compiler, FILTER_AND);
	emit(compiler, FILTER_OR);
	emit_not_if(compiler, node->op == OP_NE);
}

static void emit_plain(struct compiler *compiler, const struct node *node, enum filter_fact fact, uint64_t greatest)
{
	emit_ordered(compiler, fact, node->op, node->number, greatest);
	emit_not_if(compiler, node->op == OP_NE);
}

static void emit_key(struct compiler *compiler, const struct node *node)
{
	switch (node->key) {
	case KEY_PID:
	case KEY_FD:
		emit_number(compiler, node, node->key == KEY_PID ? FACT_PID : FACT_FD, INT32_MAX);
		emit_not_if(compiler, node->op == OP_NE);
		return;
	case KEY_PROCESS: emit_process(compiler, node); return;
	case KEY_CGROUP: emit_cgroup(compiler, node); return;
	case KEY_NETNS: emit_plain(compiler, node, FACT_NETNS, UINT32_MAX); return;
	case KEY_FAMILY: emit_plain(compiler, node, FACT_FAMILY, UINT16_MAX); return;
	case KEY_TYPE: emit_plain(compiler, node, FACT_TYPE, UINT16_MAX); return;
	case KEY_STATE: emit_plain(compiler, node, FACT_STATE, UINT8_MAX); return;
	case KEY_PROTOCOL:
		emit_plain(compiler, node, FACT_PROTOCOL, UINT16_MAX);
		emit_is_ip(compiler);
		emit(compiler, FILTER_AND);
		return;
	case KEY_LOCAL:
	case KEY_PEER: emit_address(compiler, node); return;
	case KEY_PORT:
	case KEY_LOCAL_PORT:
	case KEY_PEER_PORT: emit_ports(compiler, node); return;
	case KEY_PATH:
		emit_range(compiler, FACT_FAMILY, AF_UNIX, AF_UNIX);
		emit_unknown(compiler);
		emit(compiler, FILTER_AND);
		return;
	case KEY_INODE:
		emit_number(compiler, node, FACT_INODE, UINT64_MAX);
		emit_not_if(compiler, node->op == OP_NE);
		return;
	case KEY_COOKIE:
		/* A socket whose cookie was not asked for yet has none, and is none that anybody could name: but it may
		 * get one from among many. */
		if (!is_one_number(node) || node->ranges[0].low == 0) {
			emit_unknown(compiler);
			return;
		}
		emit_number(compiler, node, FACT_COOKIE, UINT64_MAX);
		emit_not_if(compiler, node->op == OP_NE);
		return;
	default: emit_unknown(compiler); return; /* user, interface */
	}
}

static bool is_plain_number(const struct sockopt_type *type)
{
	return type->form == SOCKOPT_FORM_SCALAR && type->fields[0].size <= 4 && type->fields[0].bits == 0 &&
	       (type->fields[0].scalar == SOCKOPT_SIGNED || type->fields[0].scalar == SOCKOPT_UNSIGNED);
}

static void emit_option_range(struct compiler *compiler, const struct node *node, const struct values_place *place)
{
	struct filter_instruction *at = emit(compiler, FILTER_OPTION);
	const struct sockopt_field *field = &node->option->get_type->fields[0];
	int64_t number = sockopt_field_number(field, node->value.bytes, 0);
	int64_t low = INT64_MIN, high = INT64_MAX;

	switch (node->op) {
	case OP_LT: high = number - 1; break;
	case OP_LE: high = number; break;
	case OP_GT: low = number + 1; break;
	case OP_GE: low = number; break;
	default: low = high = number; break;
	}
	at->low = (uint64_t)low;
	at->high = (uint64_t)high;
	at->block = place->block;
	at->offset = place->offset;
	at->size = place->size;
	at->slot = (__u16)(place->slot - 1);
	at->is_signed = field->scalar == SOCKOPT_SIGNED;
	compiler->program->has_options = true;
	emit_not_if(compiler, node->op == OP_NE);
}

/**
 * The kernel's side does not know on which sockets an option applies, so it may find true or false what is neither;
 * it never rules out what the selector picks, and what it picks is decided once more.
 */
static void emit_option(struct compiler *compiler, const struct node *node)
{
	const struct values_place *place = record_place(node->option); /* of a field there is none */

	if (!place || place->size == 0 || node->option->twin || node->op == OP_GLOB ||
	    !is_plain_number(node->option->get_type))
		emit_unknown(compiler);
	else
		emit_option_range(compiler, node, place);
}

static void compile(struct compiler *compiler, const struct node *node)
{
	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		compile(compiler, node->left);
		compile(compiler, node->right);
		emit(compiler, node->kind == NODE_AND ? FILTER_AND : FILTER_OR);
		return;
	case NODE_NOT:
		compile(compiler, node->left);
		emit(compiler, FILTER_NOT);
		return;
	case NODE_ALL: emit(compiler, FILTER_TRUE); return;
	case NODE_WORD_FAMILY: emit_range(compiler, FACT_FAMILY, node->number, node->number); return;
	case NODE_WORD_TYPE: emit_range(compiler, FACT_TYPE, node->number, node->number); return;
	case NODE_WORD_PROTOCOL:
		emit_range(compiler, FACT_PROTOCOL, node->number, node->number);
		return;
	case NODE_WORD_STATE: emit_range(compiler, FACT_STATE, node->number, node->number); return;
	case NODE_WORD_CONNECTED:
		emit_range(compiler, FACT_STATE, FACTS_CONNECTED, FACTS_CONNECTED);
		emit_range(compiler, FACT_STATE, FACTS_ESTABLISHED, FACTS_ESTABLISHED);
		emit(compiler, FILTER_OR);
		return;
	case NODE_HOLDER:
		emit_range(compiler, FACT_PID, node->number, node->number);
		if (node->fd < 0)
			return;
		emit_range(compiler, FACT_FD, (uint64_t)node->fd, (uint64_t)node->fd);
		emit(compiler, FILTER_AND);
		return;
	case NODE_KEY: emit_key(compiler, node); return;
	case NODE_OPTION: emit_option(compiler, node); return;
	}
	emit_unknown(compiler);
}

void filter_compile(const struct selector *selector, struct filter_program *ret)
{
	struct compiler compiler = { .program = ret };

	*ret = (struct filter_program){ .length = 0 };
	if (selector)
		compile(&compiler, selector->root);
	else
		emit(&compiler, FILTER_TRUE);
	if (!compiler.overflow)
		return;
	/* Longer than the kernel's side takes: it decides nothing, and all sockets are looked at here. */
	*ret = (struct filter_program){ .length = 0 };
	emit(&compiler, FILTER_UNKNOWN);
}

#define ANY_NAMESPACE 0

enum truth { NO,
	     YES,
	     UNKNOWN };

static enum truth both(enum truth a, enum truth b)
{
	return a == NO || b == NO ? NO : a == YES && b == YES ? YES :
								UNKNOWN;
}

static enum truth negate(enum truth a)
{
	return a == UNKNOWN ? UNKNOWN : a == YES ? NO :
						   YES;
}

static enum truth judge_unheld(const struct filter_instruction *at, const uint64_t *known)
{
	if (at->operation == FILTER_TRUE)
		return YES;
	if (at->operation != FILTER_RANGE)
		return UNKNOWN;
	if (at->is_holder)
		return NO;
	if ((at->fact > FACT_PROTOCOL && at->fact != FACT_NETNS) || known[at->fact] == ANY_NAMESPACE)
		return UNKNOWN;
	return known[at->fact] >= at->low && known[at->fact] <= at->high ? YES : NO;
}

bool filter_may_pick_unheld(const struct filter_program *program, const struct sockopt_kind *kind, uint64_t netns)
{
	uint64_t known[FACT_N_FACTS] = {
		[FACT_FAMILY] = (uint64_t)kind->family,
		[FACT_TYPE] = (uint64_t)kind->type,
		[FACT_PROTOCOL] = kind->family == AF_UNIX ? (uint64_t)FILTER_NO_PROTOCOL : (uint64_t)kind->protocol,
		[FACT_NETNS] = netns, /* ANY_NAMESPACE: not known */
	};
	enum truth stack[FILTER_MAX + 1] = { UNKNOWN };
	size_t depth = 0;

	for (size_t i = 0; i < program->length; i++) {
		const struct filter_instruction *at = &program->instructions[i];

		switch (at->operation) {
		case FILTER_AND:
			depth--;
			stack[depth - 1] = both(stack[depth - 1], stack[depth]);
			break;
		case FILTER_OR:
			depth--;
			stack[depth - 1] = negate(both(negate(stack[depth - 1]), negate(stack[depth])));
			break;
		case FILTER_NOT: stack[depth - 1] = negate(stack[depth - 1]); break;
		default: stack[depth++] = judge_unheld(at, known); break;
		}
	}
	return stack[0] != NO;
}
