/* SPDX-License-Identifier: MIT */
#include "descriptor.h"

#include <string.h>
#include <sys/socket.h>

#include "flow.h"
#include "value.h"

static const struct {
	const char *name;
	unsigned int moment; /* enum code_moment */
} calls[] = {
	/* what may be given a descriptor without setting options on it */
	{ "bind", CODE_BIND },
	{ "listen", CODE_LISTENS },
	{ "connect", CODE_CONNECT },
	{ "setsockopt", 0 },
	{ "getsockopt", 0 },
	{ "accept", 0 },
	{ "accept4", 0 },
	{ "close", 0 },
	{ "shutdown", 0 },
	{ "read", 0 },
	{ "write", 0 },
	{ "readv", 0 },
	{ "writev", 0 },
	{ "send", 0 },
	{ "recv", 0 },
	{ "sendto", 0 },
	{ "recvfrom", 0 },
	{ "sendmsg", 0 },
	{ "recvmsg", 0 },
	{ "fcntl", 0 },
	{ "fcntl64", 0 },
	{ "ioctl", 0 },
	{ "getsockname", 0 },
	{ "getpeername", 0 },
};

/** The known call whose first argument is this expression, or -1. @param ret_known its place in calls */
static int call_of(const struct ast *tree, int name, size_t *ret_known)
{
	int outer = ast_outer(tree, name), call = tree->nodes[outer].parent;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (ast_calls(tree, call, calls[i].name) && ast_argument(tree, call, 0) == outer) {
			*ret_known = i;
			return call;
		}
	return -1;
}

/** Is it only looked at: fd < 0, !fd, if (fd)? */
static bool is_tested(const struct ast *tree, int name)
{
	int outer = ast_outer(tree, name), parent = tree->nodes[outer].parent;

	switch (tree->nodes[parent].kind) {
	case CXCursor_BinaryOperator: return ast_operator(tree, parent) == AST_COMPARE;
	case CXCursor_UnaryOperator: return ast_operator(tree, parent) == AST_NOT;
	case CXCursor_IfStmt:
	case CXCursor_WhileStmt: return true;
	default: return false;
	}
}

/** The result of (fd = socket(..)) is used: by nothing but a test. */
static bool is_passed_on(const struct ast *tree, int assignment)
{
	int outer = ast_outer(tree, assignment), parent = tree->nodes[outer].parent;

	return tree->nodes[parent].kind != CXCursor_CompoundStmt && !is_tested(tree, assignment);
}

static void read_kind(const struct ast *tree, int made_by, int at, struct code_call *ret)
{
	long long number;

	if (ast_calls(tree, made_by, "accept") || ast_calls(tree, made_by, "accept4")) {
		ret->done |= CODE_ACCEPTED;
		if (ast_calls(tree, made_by, "accept4") && ast_constant(tree, ast_argument(tree, made_by, 3), &number))
			ret->is_nonblocking = (number & SOCK_NONBLOCK) != 0;
		return;
	}
	if (!ast_calls(tree, made_by, "socket"))
		return;
	if (value_number(tree, ast_argument(tree, made_by, 0), at, &number))
		ret->family = (struct check_number){ true, number };
	if (value_number(tree, ast_argument(tree, made_by, 1), at, &number)) {
		ret->type = (struct check_number){ true, number & ~(SOCK_NONBLOCK | SOCK_CLOEXEC) };
		ret->is_nonblocking = (number & SOCK_NONBLOCK) != 0;
	}
	if (value_number(tree, ast_argument(tree, made_by, 2), at, &number))
		ret->protocol = (struct check_number){ true, number };
}

/** Does the address that is bound to have a port: is one assigned that is not 0? */
static bool chooses_port(const struct ast *tree, int bind)
{
	int node = ast_argument(tree, bind, 1);
	CXCursor variable;

	node = node < 0 ? -1 : ast_strip(tree, node);
	if (node < 0 || tree->nodes[node].kind != CXCursor_UnaryOperator ||
	    !flow_variable(tree, ast_child(tree, node, 0), &variable))
		return false;
	for (int name = -1; (name = flow_next(tree, variable, name)) >= 0 && name < bind;) {
		int where, value;
		long long number;
		CXString member;
		bool is_port;

		if (flow_use(tree, name, &where) != FLOW_MEMBER_WRITE)
			continue;
		member = clang_getCursorSpelling(tree->nodes[ast_strip(tree, ast_child(tree, where, 0))].cursor);
		is_port = strcmp(clang_getCString(member), "sin_port") == 0 || strcmp(clang_getCString(member), "sin6_port") == 0;
		clang_disposeString(member);
		value = ast_strip(tree, ast_child(tree, where, 1));
		if (ast_calls(tree, value, "htons"))
			value = ast_argument(tree, value, 0);
		if (is_port && ast_constant(tree, value, &number) && number != 0)
			return true;
	}
	return false;
}

static void add_other(const struct ast *tree, int call, struct code_call *ret, struct code_option *others)
{
	long long level, number;

	if (!ast_calls(tree, call, "setsockopt"))
		return;
	if (!ast_constant(tree, ast_argument(tree, call, 1), &level) ||
	    !ast_constant(tree, ast_argument(tree, call, 2), &number) || ret->n_others == DESCRIPTOR_OTHERS) {
		ret->escapes = true; /* an option that is not known */
		return;
	}
	others[ret->n_others++] = (struct code_option){ (int)level, (int)number };
}

/** One use of the descriptor, of which nothing is a change. */
static void see_use(const struct ast *tree, int name, int call, struct code_call *ret, struct code_option *others,
		    bool is_same)
{
	size_t known = 0;
	int other = call_of(tree, name, &known);

	if (other < 0) {
		/* What becomes of it after the call of listen comes too late for what it is judged by. */
		if (!is_tested(tree, name) && (ret->kind != CODE_LISTEN || name < call))
			ret->escapes = true;
		return;
	}
	add_other(tree, other, ret, others);
	if (!calls[known].moment || other == call)
		return;
	if (other < call && is_same && flow_precedes(tree, other, call)) {
		ret->done |= calls[known].moment;
		if (calls[known].moment == CODE_BIND && chooses_port(tree, other))
			ret->is_port_chosen = true;
	} else {
		ret->later |= calls[known].moment;
	}
}

/** The last node that changes the variable before the call, so that what is called before it was on another socket. */
static int last_change(const struct ast *tree, CXCursor variable, int call, bool *ret_lost)
{
	int last = -1;

	*ret_lost = false;
	for (int name = flow_next(tree, variable, -1); name >= 0; name = flow_next(tree, variable, name)) {
		int where;
		enum flow_use use = flow_use(tree, name, &where);

		if (use == FLOW_LOST)
			*ret_lost = true;
		else if ((use == FLOW_WRITE || use == FLOW_CHANGE || use == FLOW_MEMBER_WRITE) && name < call)
			last = name;
	}
	return last;
}

void descriptor_read(const struct ast *tree, int argument, int call, struct code_call *ret,
		     struct code_option others[DESCRIPTOR_OTHERS])
{
	struct flow_state state;
	CXCursor variable;
	int changed;
	bool lost;

	ret->others = others;
	ret->escapes = true;
	if (!flow_variable(tree, argument, &variable))
		return;
	changed = last_change(tree, variable, call, &lost);
	if (lost)
		return;
	ret->has_flow = true;
	ret->escapes = true; /* a parameter is the caller's */
	if (flow_state(tree, variable, call, &state) && state.value >= 0) {
		int made_by = ast_strip(tree, state.value);

		read_kind(tree, made_by, state.from, ret);
		ret->escapes = !ast_calls(tree, made_by, "socket") ||
			       (tree->nodes[state.from].kind == CXCursor_BinaryOperator &&
				is_passed_on(tree, state.from));
	}
	for (int name = flow_next(tree, variable, -1); name >= 0; name = flow_next(tree, variable, name)) {
		int where;
		enum flow_use use = flow_use(tree, name, &where);

		if (use == FLOW_READ)
			see_use(tree, name, call, ret, others, name > changed);
	}
}
