/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <string.h>

#include "flow.h"
#include "value.h"

/** The local variable whose address (or array) an argument is. */
static bool pointed_variable(const struct ast *tree, int argument, CXCursor *ret)
{
	int node = argument < 0 ? -1 : ast_strip(tree, argument);

	if (node < 0)
		return false;
	if (tree->nodes[node].kind == CXCursor_UnaryOperator && ast_operator(tree, node) == AST_ADDRESS)
		node = ast_child(tree, node, 0);
	return flow_variable(tree, node, ret);
}

static bool is_within(const struct ast *tree, int node, int outer)
{
	return node >= outer && node < tree->nodes[outer].end;
}

/** Nobody gave the variable a value before the call, and nobody looks at the length that came back. */
static bool is_answer_unread(const struct ast *tree, int call)
{
	CXCursor value, length;
	int first;

	if (!pointed_variable(tree, ast_argument(tree, call, 3), &value) ||
	    !pointed_variable(tree, ast_argument(tree, call, 4), &length) ||
	    clang_getCursorKind(value) != CXCursor_VarDecl || clang_getCursorKind(length) != CXCursor_VarDecl ||
	    !clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(value)))
		return false;
	/* in sizeof it is not evaluated */
	for (first = flow_next(tree, value, -1); first >= 0 && first < call; first = flow_next(tree, value, first)) {
		int where;

		if (flow_use(tree, first, &where) != FLOW_NOT_EVALUATED)
			return false;
	}
	for (int name = flow_next(tree, length, -1); name >= 0; name = flow_next(tree, length, name)) {
		int where;
		enum flow_use use = flow_use(tree, name, &where);

		if (use == FLOW_READ || use == FLOW_LOST || (use == FLOW_CHANGE && !is_within(tree, name, call)))
			return false;
	}
	return true;
}

/** errno is (*__errno_location()) in glibc and musl. */
static bool is_errno(const struct ast *tree, int node)
{
	node = ast_strip(tree, node);
	return tree->nodes[node].kind == CXCursor_UnaryOperator &&
	       ast_calls(tree, ast_strip(tree, ast_child(tree, node, 0)), "__errno_location");
}

/** Is errno compared with a constant here? */
static bool compares_errno(const struct ast *tree, int node, long long *ret)
{
	int left = ast_child(tree, node, 0), right = ast_child(tree, node, 1);

	if (tree->nodes[node].kind != CXCursor_BinaryOperator || left < 0 || right < 0 ||
	    ast_operator(tree, node) != AST_COMPARE)
		return false;
	return (is_errno(tree, left) && ast_constant(tree, right, ret)) ||
	       (is_errno(tree, right) && ast_constant(tree, left, ret));
}

/** What errno is compared with behind the call, before the next call changes it: if it is one number alone. */
static struct check_number asked_errno(const struct ast *tree, int call)
{
	struct check_number found = { .known = false };

	for (int i = tree->nodes[call].end; i < tree->n; i++) {
		long long number;

		if (tree->nodes[i].kind == CXCursor_SwitchStmt ||
		    (tree->nodes[i].kind == CXCursor_CallExpr && !ast_calls(tree, i, "__errno_location")))
			break;
		if (!compares_errno(tree, i, &number))
			continue;
		if (found.known && found.number != number)
			return (struct check_number){ .known = false };
		found = (struct check_number){ true, number };
	}
	return found;
}

static bool ends(const struct ast *tree, int node)
{
	static const char *const with_status[] = { "exit", "_exit", "_Exit", "quick_exit" };
	static const char *const others[] = { "abort", "err", "errx", "verr", "verrx" };
	long long status;

	for (size_t i = 0; i < sizeof(with_status) / sizeof(with_status[0]); i++)
		if (ast_calls(tree, node, with_status[i]))
			return ast_constant(tree, ast_argument(tree, node, 0), &status) && status != 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (ast_calls(tree, node, others[i]))
			return true;
	return false;
}

/** if (setsockopt(..) < 0) exit(1), with nothing else that decides. */
static bool is_fatal(const struct ast *tree, int call)
{
	int outer = call, parent, branch;
	bool found = false;

	for (parent = tree->nodes[outer].parent; parent > 0; parent = tree->nodes[outer].parent) {
		enum CXCursorKind kind = tree->nodes[parent].kind;

		if (kind == CXCursor_IfStmt)
			break;
		if (kind != CXCursor_ParenExpr && kind != CXCursor_UnexposedExpr &&
		    !(kind == CXCursor_BinaryOperator && ast_operator(tree, parent) == AST_COMPARE))
			return false;
		outer = parent;
	}
	if (parent <= 0 || ast_child(tree, parent, 0) != outer)
		return false;
	branch = ast_child(tree, parent, 1);
	for (int i = branch; i >= 0 && i < tree->nodes[branch].end; i++) {
		enum CXCursorKind kind = tree->nodes[i].kind;

		if (kind == CXCursor_IfStmt || kind == CXCursor_SwitchStmt || kind == CXCursor_ConditionalOperator)
			return false;
		found |= ends(tree, i);
	}
	return found;
}

/** A call of this name on the same variable, about the same option. */
static bool is_like(const struct ast *tree, int node, const char *name, CXCursor variable,
		    const struct code_option *option)
{
	CXCursor other;
	long long level, number;

	return ast_calls(tree, node, name) && flow_variable(tree, ast_argument(tree, node, 0), &other) &&
	       clang_equalCursors(other, variable) && ast_constant(tree, ast_argument(tree, node, 1), &level) &&
	       ast_constant(tree, ast_argument(tree, node, 2), &number) && level == option->level &&
	       number == option->number;
}

/** Between two calls on a descriptor: is it used for nothing but other options? */
static bool only_options_between(const struct ast *tree, CXCursor variable, int from, int to)
{
	for (int name = from; (name = flow_next(tree, variable, name)) >= 0 && name < to;) {
		int call = tree->nodes[ast_outer(tree, name)].parent;

		if (!ast_calls(tree, call, "setsockopt") && !ast_calls(tree, call, "getsockopt"))
			return false;
	}
	return true;
}

/** Was the option surely set to the same value before, with nothing done to the socket in between? */
static bool is_repeated(const struct ast *tree, int call, const struct code_call *now)
{
	unsigned char room[VALUE_MAX];
	CXCursor variable;
	int before;

	if (!now->bytes || !flow_variable(tree, ast_argument(tree, call, 0), &variable))
		return false;
	for (before = call - 1; before > 0; before--)
		if (is_like(tree, before, "setsockopt", variable, &now->option))
			break;
	if (before > 0 && flow_precedes(tree, before, call) &&
	    only_options_between(tree, variable, tree->nodes[before].end, call)) {
		struct code_call then = { .kind = CODE_SET };

		value_read(tree, ast_argument(tree, before, 3), before, &then, room);
		return then.bytes && then.size == now->size && memcmp(then.bytes, now->bytes, now->size) == 0;
	}
	return false;
}

/** Is the value the one that getsockopt(2) gave of the same option, as it came? */
static bool is_restored(const struct ast *tree, int call, const struct code_option *option)
{
	CXCursor variable;
	long long level, number;
	int from = -1;

	if (!pointed_variable(tree, ast_argument(tree, call, 3), &variable))
		return false;
	for (int name = -1; (name = flow_next(tree, variable, name)) >= 0 && name < call;) {
		int where;
		enum flow_use use = flow_use(tree, name, &where);

		if (use == FLOW_LOST)
			return false;
		if (use != FLOW_READ && use != FLOW_NOT_EVALUATED && use != FLOW_GIVEN)
			from = where;
	}
	return from >= 0 && ast_calls(tree, from, "getsockopt") && flow_precedes(tree, from, call) &&
	       ast_constant(tree, ast_argument(tree, from, 1), &level) &&
	       ast_constant(tree, ast_argument(tree, from, 2), &number) && level == option->level &&
	       number == option->number;
}

void outcome_read(const struct ast *tree, int call, struct code_call *ret)
{
	ret->asked_errno = asked_errno(tree, call);
	if (ret->kind == CODE_GET) {
		ret->is_answer_unread = is_answer_unread(tree, call);
		return;
	}
	ret->ends_program = is_fatal(tree, call);
	if (!ret->has_option)
		return;
	ret->is_repeated = is_repeated(tree, call, ret);
	ret->is_restored = is_restored(tree, call, &ret->option);
}
