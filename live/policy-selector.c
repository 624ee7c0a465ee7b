/* SPDX-License-Identifier: MIT */
/* A selector's tree -> tests in postfix form. */

#include "policy-selector.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <tree.h>

#include "policy-pattern.h"

#define N_(text) text
#define ANY UINT64_MAX

struct compiler {
	struct policy_program *program;
	struct policy_asks *asks;
	struct policy_refusal *refusal;
	unsigned sees;
	unsigned depth; /* truths on the stack */
};

static int refuse(const struct compiler *compiler, const char *word, const char *what, const char *hint)
{
	snprintf(compiler->refusal->word, sizeof(compiler->refusal->word), "%s", word ? word : "");
	compiler->refusal->what = what;
	compiler->refusal->hint = hint;
	return -EOPNOTSUPP;
}

static __u8 outcomes_of(bool is_negated)
{
	return is_negated ? POLICY_NEGATED : POLICY_PLAIN;
}

static int put(struct compiler *compiler, const struct policy_test *test)
{
	struct policy_program *program = compiler->program;

	if (program->n_tests == POLICY_TESTS_MAX)
		return refuse(compiler, NULL, N_("the selectors are too long for a BPF program"), NULL);
	if (test->operation == POLICY_AND || test->operation == POLICY_OR)
		compiler->depth--;
	else if (test->operation != POLICY_NOT)
		compiler->depth++;
	if (compiler->depth > POLICY_DEPTH_MAX)
		return refuse(compiler, NULL, N_("the selector is nested too deep for a BPF program"), NULL);
	program->tests[program->n_tests++] = *test;
	return 0;
}

static int put_operation(struct compiler *compiler, enum policy_operation operation)
{
	return put(compiler, &(struct policy_test){ .operation = (__u8)operation, .outcomes = POLICY_PLAIN });
}

static int put_range(struct compiler *compiler, enum policy_fact fact, uint64_t low, uint64_t high, bool is_negated,
		     bool needs_ip)
{
	return put(compiler, &(struct policy_test){
				     .operation = POLICY_RANGE,
				     .fact = (__u8)fact,
				     .low = low,
				     .high = high,
				     .outcomes = outcomes_of(is_negated),
				     .needs_ip = needs_ip,
			     });
}

/** The numbers that a comparison means, but for !=, which is the contrary of =. @return false: none */
static bool range_of(enum node_operator op, uint64_t number, uint64_t *ret_low, uint64_t *ret_high)
{
	*ret_low = 0;
	*ret_high = ANY;
	switch (op) {
	case OP_LT: *ret_high = number - 1; return number > 0;
	case OP_LE: *ret_high = number; return true;
	case OP_GT: *ret_low = number + 1; return number < ANY;
	case OP_GE: *ret_low = number; return true;
	default: *ret_low = *ret_high = number; return true;
	}
}

/** One number, which the node has as such. */
static int put_number(struct compiler *compiler, const struct node *node, enum policy_fact fact, bool needs_ip)
{
	uint64_t low, high;

	if (node->op == OP_GLOB)
		return refuse(compiler, node->text, N_("patterns such as '%s' are not compared in the kernel"),
			      N_("write the value itself with ="));
	if (!range_of(node->op, node->number, &low, &high))
		return put_range(compiler, fact, 0, ANY, true, needs_ip);
	return put_range(compiler, fact, low, high, node->op == OP_NE, needs_ip);
}

/** A list of ranges: any of them; with != none. */
static int put_ranges(struct compiler *compiler, const struct node *node, enum policy_fact fact, bool needs_ip)
{
	uint64_t low, high;
	int r = 0;

	if (node->op != OP_EQ && node->op != OP_NE) {
		if (!range_of(node->op, node->ranges[0].low, &low, &high))
			return put_range(compiler, fact, 0, ANY, true, needs_ip);
		/* An absent port is greater than any, and yet none. */
		if (needs_ip && high == ANY)
			high = POLICY_ABSENT - 1;
		return put_range(compiler, fact, low, high, false, needs_ip);
	}
	for (size_t i = 0; i < node->n_ranges && r == 0; i++) {
		r = put_range(compiler, fact, node->ranges[i].low, node->ranges[i].high, node->op == OP_NE, needs_ip);
		if (r == 0 && i > 0)
			r = put_operation(compiler, node->op == OP_NE ? POLICY_AND : POLICY_OR);
	}
	return r;
}

static int put_either_port(struct compiler *compiler, const struct node *node)
{
	int r = put_ranges(compiler, node, POLICY_LOCAL_PORT, true);

	if (r == 0)
		r = put_ranges(compiler, node, POLICY_PEER_PORT, true);
	return r < 0 ? r : put_operation(compiler, node->op == OP_NE ? POLICY_AND : POLICY_OR);
}

static int put_prefix(struct compiler *compiler, const struct node *node, enum policy_operation operation)
{
	struct policy_test test = {
		.operation = (__u8)operation,
		.family = (__u8)node->prefix.family,
		.bits = (__u8)node->prefix.bits,
		.low = node->prefix.has_port ? node->prefix.port.low : 0,
		.high = node->prefix.has_port ? node->prefix.port.high : ANY,
		.outcomes = outcomes_of(node->op != OP_EQ),
	};

	memcpy(test.bytes, node->prefix.ip, sizeof(test.bytes));
	return put(compiler, &test);
}

/** A text, or a pattern of it. */
static int put_pattern(struct compiler *compiler, const struct node *node, enum policy_operation operation)
{
	struct policy_program *program = compiler->program;
	struct policy_test test = {
		.operation = (__u8)operation,
		.outcomes = outcomes_of(node->op == OP_NE),
		.pattern = (__u8)program->n_patterns,
	};

	compiler->asks->process = true;
	compiler->asks->types = true;
	if (program->n_patterns == POLICY_PATTERNS_MAX)
		return refuse(compiler, NULL, N_("these are more names than a BPF program here has room for"), NULL);
	if (policy_pattern_make(node->text, node->op == OP_GLOB, &program->patterns[program->n_patterns]) < 0)
		return refuse(compiler, node->text, N_("'%s' is longer than what a BPF program here compares"),
			      N_("a pattern can be shorter: cgroup~*NAME.service"));
	program->n_patterns++;
	return put(compiler, &test);
}

static int put_cgroup(struct compiler *compiler, const struct node *node)
{
	if (!(compiler->sees & POLICY_SEES_CGROUPS))
		return refuse(compiler, "cgroup", N_("'%s' is not compared by the programs of 'run', which has a cgroup of its own, nor in a cgroup namespace"),
			      NULL);
	return put_pattern(compiler, node, POLICY_CGROUP);
}

static int put_netns(struct compiler *compiler, const struct node *node)
{
	struct policy_test test = { .operation = POLICY_NETNS, .outcomes = outcomes_of(node->op == OP_NE) };

	uint64_t low, high;

	compiler->asks->types = true;
	if (!range_of(node->op, node->number, &low, &high))
		low = ANY;
	test.low = low;
	test.high = high;
	return put(compiler, &test);
}

static int put_pid(struct compiler *compiler, const struct node *node)
{
	compiler->asks->process = true;
	if (!(compiler->sees & POLICY_SEES_PIDS))
		return refuse(compiler, node->text,
			      N_("in this pid namespace processes have other numbers than the kernel's"),
			      N_("name the process: process=NAME"));
	if (node->kind == NODE_KEY)
		return put_ranges(compiler, node, POLICY_PID, false);
	return put_range(compiler, POLICY_PID, node->number, node->number, false, false);
}

static int put_state(struct compiler *compiler, const struct node *node)
{
	if (node->number == FACTS_BOUND || node->number == FACTS_UNBOUND)
		compiler->asks->bound_state = true;
	return put_range(compiler, POLICY_STATE, node->number, node->number,
			 node->kind == NODE_KEY && node->op == OP_NE, false);
}

static int put_connected(struct compiler *compiler)
{
	int r = put_range(compiler, POLICY_STATE, FACTS_CONNECTED, FACTS_CONNECTED, false, false);

	if (r == 0)
		r = put_range(compiler, POLICY_STATE, FACTS_ESTABLISHED, FACTS_ESTABLISHED, false, false);
	return r < 0 ? r : put_operation(compiler, POLICY_OR);
}

static int refuse_interface(struct compiler *compiler)
{
	return refuse(compiler, "interface",
		      N_("'%s' is not known in the kernel's hooks: they have its number, which is another one's elsewhere"), NULL);
}

static int put_key(struct compiler *compiler, const struct node *node)
{
	switch (node->key) {
	case KEY_PID: return put_pid(compiler, node);
	case KEY_PROCESS: return put_pattern(compiler, node, POLICY_NAME);
	case KEY_USER: compiler->asks->process = true; return put_number(compiler, node, POLICY_USER, false);
	case KEY_FAMILY: return put_number(compiler, node, POLICY_FAMILY, false);
	case KEY_TYPE: return put_number(compiler, node, POLICY_TYPE, false);
	case KEY_PROTOCOL: return put_number(compiler, node, POLICY_PROTOCOL, true);
	case KEY_STATE: return put_state(compiler, node);
	case KEY_LOCAL:
	case KEY_PEER:
		if (node->prefix.zone[0])
			return refuse_interface(compiler);
		return put_prefix(compiler, node, node->key == KEY_LOCAL ? POLICY_LOCAL : POLICY_PEER);
	case KEY_PORT: return put_either_port(compiler, node);
	case KEY_LOCAL_PORT: return put_ranges(compiler, node, POLICY_LOCAL_PORT, true);
	case KEY_PEER_PORT: return put_ranges(compiler, node, POLICY_PEER_PORT, true);
	case KEY_FD:
		return refuse(compiler, "fd", N_("'%s' is not known in the kernel's hooks: a socket has no number there"),
			      NULL);
	case KEY_CGROUP: return put_cgroup(compiler, node);
	case KEY_NETNS: return put_netns(compiler, node);
	case KEY_INTERFACE: return refuse_interface(compiler);
	case KEY_PATH:
		return refuse(compiler, "path", N_("'%s' is not known in the kernel's hooks: they do not see addresses of unix sockets"),
			      NULL);
	default:
		return refuse(compiler, node->key == KEY_INODE ? "inode" : "cookie",
			      N_("'%s' is a number that no socket has before it is made"),
			      N_("'sockopt set' changes a socket that is there"));
	}
}

/** What the socket has of an option: an int that bpf_getsockopt() tells. */
static int put_option(struct compiler *compiler, const struct node *node)
{
	const struct sockopt_option *option = node->option;
	const struct sockopt_field *field = option->get_type->fields;
	struct policy_test test = {
		.operation = POLICY_OPTION,
		.level = option->level->number,
		.number = option->number,
		.outcomes = outcomes_of(node->op == OP_NE),
	};
	int64_t number;

	if (option->bpf != SOCKOPT_BPF_YES && option->bpf != SOCKOPT_BPF_GET)
		return refuse(compiler, option->name, N_("bpf_getsockopt() does not tell %s"), NULL);
	if (option->part_of || option->twin || node->op == OP_GLOB ||
	    option->get_type->form != SOCKOPT_FORM_SCALAR || field->size != 4 ||
	    (field->scalar != SOCKOPT_SIGNED && field->scalar != SOCKOPT_UNSIGNED))
		return refuse(compiler, option->name, N_("such a value of %s is not compared in the kernel's hooks"),
			      NULL);
	number = sockopt_field_number(field, node->value.bytes, 0);
	test.is_signed = field->scalar == SOCKOPT_SIGNED;
	test.low = (uint64_t)(node->op == OP_LT || node->op == OP_LE ? INT64_MIN : number + (node->op == OP_GT));
	test.high = (uint64_t)(node->op == OP_GT || node->op == OP_GE ? INT64_MAX : number - (node->op == OP_LT));
	return put(compiler, &test);
}

static int compile(struct compiler *compiler, const struct node *node)
{
	int r;

	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		r = compile(compiler, node->left);
		if (r == 0)
			r = compile(compiler, node->right);
		return r < 0 ? r : put_operation(compiler, node->kind == NODE_AND ? POLICY_AND : POLICY_OR);
	case NODE_NOT:
		r = compile(compiler, node->left);
		return r < 0 ? r : put_operation(compiler, POLICY_NOT);
	case NODE_ALL: return put_operation(compiler, POLICY_TRUE);
	case NODE_WORD_FAMILY: return put_range(compiler, POLICY_FAMILY, node->number, node->number, false, false);
	case NODE_WORD_TYPE: return put_range(compiler, POLICY_TYPE, node->number, node->number, false, false);
	case NODE_WORD_PROTOCOL: return put_range(compiler, POLICY_PROTOCOL, node->number, node->number, false, true);
	case NODE_WORD_STATE: return put_state(compiler, node);
	case NODE_WORD_CONNECTED: return put_connected(compiler);
	case NODE_HOLDER:
		if (node->fd >= 0)
			return refuse(compiler, "PID:FD",
				      N_("'%s' is not known in the kernel's hooks: a socket has no number there"),
				      NULL);
		return put_pid(compiler, node);
	case NODE_KEY: return put_key(compiler, node);
	case NODE_OPTION: return put_option(compiler, node);
	}
	return refuse(compiler, NULL, N_("the selector is not compared in the kernel's hooks"), NULL);
}

int policy_compile_selector(const struct selector *selector, unsigned sees, struct policy_program *program,
			    struct policy_asks *ret_asks, struct policy_refusal *ret_refusal)
{
	struct compiler compiler = {
		.program = program,
		.asks = ret_asks,
		.refusal = ret_refusal,
		.sees = sees,
	};

	*ret_asks = (struct policy_asks){ 0 };
	return selector ? compile(&compiler, selector->root) : 0;
}
