/* SPDX-License-Identifier: MIT */
#include "flow.h"

#include <string.h>

static bool holds(const struct ast *tree, int node, int inner)
{
	return node <= inner && inner < tree->nodes[node].end;
}

static bool is_first(const struct ast *tree, int node)
{
	return ast_child(tree, tree->nodes[node].parent, 0) == node;
}

/** A jump can come in between: to a label, or in a switch to a case. */
static bool is_entered_between(const struct ast *tree, int block, int a, int b)
{
	int above = tree->nodes[block].parent;
	bool is_switch = above >= 0 && tree->nodes[above].kind == CXCursor_SwitchStmt;

	for (int i = a + 1; i <= b; i++) {
		enum CXCursorKind kind = tree->nodes[i].kind;

		if (kind == CXCursor_LabelStmt || kind == CXCursor_GCCAsmStmt)
			return true;
		if (is_switch && (kind == CXCursor_CaseStmt || kind == CXCursor_DefaultStmt))
			return true;
	}
	return false;
}

/** Is a part of this node reached whenever the node is, and before what comes behind the part? */
static bool is_certain(const struct ast *tree, int part)
{
	int node = tree->nodes[part].parent, above = tree->nodes[node].parent;

	switch (tree->nodes[node].kind) {
	case CXCursor_IfStmt:
	case CXCursor_WhileStmt:
	case CXCursor_SwitchStmt:
	case CXCursor_ConditionalOperator: return is_first(tree, part);
	case CXCursor_BinaryOperator: {
		enum ast_operator operator= ast_operator(tree, node);

		return is_first(tree, part) || (operator!= AST_LOGICAL && operator!= AST_UNKNOWN);
	}
	case CXCursor_ForStmt:
	case CXCursor_DoStmt:
	case CXCursor_CaseStmt:
	case CXCursor_DefaultStmt:
	case CXCursor_LabelStmt:
	case CXCursor_UnaryExpr: return false;
	case CXCursor_CompoundStmt: /* a block within a block */
		return above >= 0 && tree->nodes[above].kind == CXCursor_CompoundStmt;
	default: return true;
	}
}

/** In the node that holds both: is the part with a evaluated before the part with b? */
static bool is_in_order(const struct ast *tree, int node, int part, int a, int b)
{
	switch (tree->nodes[node].kind) {
	case CXCursor_CompoundStmt: return !is_entered_between(tree, node, a, b);
	case CXCursor_IfStmt:
	case CXCursor_WhileStmt:
	case CXCursor_ConditionalOperator: return is_first(tree, part) && !is_entered_between(tree, node, a, b);
	case CXCursor_BinaryOperator: return is_first(tree, part) && ast_operator(tree, node) == AST_LOGICAL;
	case CXCursor_DeclStmt: return true;
	default: return false;
	}
}

bool flow_precedes(const struct ast *tree, int a, int b)
{
	if (a >= b || holds(tree, a, b))
		return false;
	for (int part = a, node = tree->nodes[a].parent; node >= 0; part = node, node = tree->nodes[node].parent) {
		if (holds(tree, node, b))
			return is_in_order(tree, node, part, a, b);
		if (!is_certain(tree, part))
			return false;
	}
	return false;
}

bool flow_variable(const struct ast *tree, int node, CXCursor *ret)
{
	CXCursor declaration;

	if (node < 0)
		return false;
	node = ast_strip(tree, node);
	if (tree->nodes[node].kind != CXCursor_DeclRefExpr)
		return false;
	declaration = clang_getCursorReferenced(tree->nodes[node].cursor);
	if (clang_getCursorKind(declaration) != CXCursor_ParmDecl &&
	    (clang_getCursorKind(declaration) != CXCursor_VarDecl ||
	     clang_Cursor_getStorageClass(declaration) == CX_SC_Static ||
	     clang_getCursorKind(clang_getCursorSemanticParent(declaration)) != CXCursor_FunctionDecl))
		return false;
	if (clang_isVolatileQualifiedType(clang_getCursorType(declaration)))
		return false;
	*ret = declaration;
	return true;
}

/** What becomes of an address that is taken. */
static enum flow_use address_use(const struct ast *tree, int node, int *ret_at)
{
	int outer = ast_outer(tree, node), call = tree->nodes[outer].parent;

	*ret_at = call;
	if (ast_calls(tree, call, "setsockopt") && ast_argument(tree, call, 3) == outer)
		return FLOW_GIVEN;
	if (ast_calls(tree, call, "getsockopt"))
		return FLOW_CHANGE;
	return FLOW_LOST;
}

static enum flow_use written(const struct ast *tree, int node, int *ret_at, enum flow_use as)
{
	int parent = tree->nodes[node].parent;

	*ret_at = parent;
	if (ast_operator(tree, parent) != AST_ASSIGN)
		return ast_operator(tree, parent) == AST_UNKNOWN ? FLOW_LOST : FLOW_READ;
	return is_first(tree, node) ? as : FLOW_READ;
}

static bool is_in_sizeof(const struct ast *tree, int node)
{
	for (; node > 0; node = tree->nodes[node].parent)
		if (tree->nodes[node].kind == CXCursor_UnaryExpr)
			return true;
	return false;
}

static bool is_array(const struct ast *tree, int node)
{
	enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(tree->nodes[node].cursor)).kind;

	return kind == CXType_ConstantArray || kind == CXType_VariableArray || kind == CXType_IncompleteArray;
}

enum flow_use flow_use(const struct ast *tree, int name, int *ret_at)
{
	int node = name, parent;
	enum flow_use as = FLOW_WRITE;

	*ret_at = name;
	if (is_in_sizeof(tree, name))
		return FLOW_NOT_EVALUATED;
	for (;;) {
		parent = tree->nodes[node].parent;
		*ret_at = parent;
		if (tree->nodes[parent].kind == CXCursor_MemberRefExpr)
			as = FLOW_MEMBER_WRITE;
		else if (tree->nodes[parent].kind != CXCursor_ParenExpr)
			break;
		node = parent;
	}
	switch (tree->nodes[parent].kind) {
	case CXCursor_UnexposedExpr:
		return is_array(tree, node) ? address_use(tree, node, ret_at) : FLOW_READ;
	case CXCursor_CStyleCastExpr: return is_array(tree, node) ? address_use(tree, node, ret_at) : FLOW_READ;
	case CXCursor_BinaryOperator: return written(tree, node, ret_at, as);
	case CXCursor_CompoundAssignOperator: return is_first(tree, node) ? FLOW_CHANGE : FLOW_READ;
	case CXCursor_UnaryOperator:
		if (ast_operator(tree, parent) == AST_ADDRESS)
			return as == FLOW_WRITE ? address_use(tree, parent, ret_at) : FLOW_LOST;
		return ast_operator(tree, parent) == AST_NOT ? FLOW_READ : FLOW_CHANGE;
	case CXCursor_IfStmt:
	case CXCursor_WhileStmt:
	case CXCursor_ReturnStmt: return FLOW_READ;
	default: return FLOW_LOST;
	}
}

int flow_next(const struct ast *tree, CXCursor variable, int after)
{
	for (int i = after + 1; i < tree->n; i++)
		if (tree->nodes[i].kind == CXCursor_DeclRefExpr &&
		    clang_equalCursors(clang_getCursorReferenced(tree->nodes[i].cursor), variable))
			return i;
	return -1;
}

/** The declaration, if it is in the function and has a value: of a parameter it is the call that gives it one. */
static void begin(const struct ast *tree, CXCursor variable, int at, struct flow_state *ret)
{
	*ret = (struct flow_state){ -1, -1 };
	for (int i = 0; i < at; i++) {
		CXCursor value;
		int n;

		if (!clang_equalCursors(tree->nodes[i].cursor, variable))
			continue;
		value = clang_Cursor_getVarDeclInitializer(variable);
		n = ast_children(tree, i);
		if (clang_getCursorKind(variable) == CXCursor_VarDecl && !clang_Cursor_isNull(value) && n) {
			ret->from = i;
			ret->value = ast_child(tree, i, n - 1);
		}
		return;
	}
}

bool flow_state(const struct ast *tree, CXCursor variable, int at, struct flow_state *ret)
{
	bool certain = true;

	begin(tree, variable, at, ret);
	if (ret->from >= 0)
		certain = flow_precedes(tree, ret->from, at);
	for (int name = flow_next(tree, variable, -1); name >= 0; name = flow_next(tree, variable, name)) {
		int where;
		enum flow_use use = flow_use(tree, name, &where);

		if (use == FLOW_LOST)
			return false;
		if (name >= at || use == FLOW_READ || use == FLOW_NOT_EVALUATED || use == FLOW_GIVEN)
			continue;
		if (use == FLOW_WRITE && flow_precedes(tree, where, at)) {
			*ret = (struct flow_state){ where, ast_child(tree, where, 1) };
			certain = true;
		} else if (use != FLOW_MEMBER_WRITE || !flow_precedes(tree, where, at)) {
			certain = false;
		}
	}
	return certain;
}
