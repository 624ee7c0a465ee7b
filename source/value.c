/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdint.h>
#include <string.h>

#include "flow.h"

struct filling {
	const struct ast *tree;
	unsigned char *bytes;
	size_t size;
};

static bool is_integer(CXType type)
{
	return (type.kind >= CXType_Bool && type.kind <= CXType_Int128) || type.kind == CXType_Enum;
}

/** The low bytes of a number, in the order of this machine: the source is built for it, or for one like it. */
static bool put(struct filling *fill, size_t offset, size_t size, long long number)
{
	uint64_t bits = (uint64_t)number;

	if (size > sizeof(bits) || offset + size > fill->size)
		return false;
	for (size_t i = 0; i < size; i++) {
		size_t shift = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i : size - 1 - i;

		fill->bytes[offset + i] = (unsigned char)(bits >> (8 * shift));
	}
	return true;
}

static bool put_expression(struct filling *fill, size_t offset, CXType type, int node)
{
	long long number, size = clang_Type_getSizeOf(type);

	type = clang_getCanonicalType(type);
	if (type.kind == CXType_Bool && ast_constant(fill->tree, node, &number))
		return put(fill, offset, 1, number != 0);
	return is_integer(type) && size > 0 && ast_constant(fill->tree, node, &number) &&
	       put(fill, offset, (size_t)size, number);
}

/** The fields of a struct, as a visitor collects them. */
struct fields {
	CXCursor list[16];
	int n;
	bool too_many;
};

static enum CXVisitorResult collect(CXCursor cursor, CXClientData data)
{
	struct fields *fields = data;

	if (fields->n == 16 || clang_Cursor_isBitField(cursor)) {
		fields->too_many = true;
		return CXVisit_Break;
	}
	fields->list[fields->n++] = cursor;
	return CXVisit_Continue;
}

static bool put_field(struct filling *fill, CXCursor field, int value)
{
	long long bits = clang_Cursor_getOffsetOfField(field);

	return bits >= 0 && bits % 8 == 0 && put_expression(fill, (size_t)bits / 8, clang_getCursorType(field), value);
}

/** { 1, 5 } or { .l_onoff = 1, .l_linger = 5 } of a struct whose fields are numbers. */
static bool put_list(struct filling *fill, CXType type, int list)
{
	struct fields fields = { .n = 0 };
	int n = ast_children(fill->tree, list);
	bool is_named = false;

	clang_Type_visitFields(type, collect, &fields);
	if (fields.too_many || n > fields.n)
		return false;
	for (int k = 0; k < n; k++) {
		int node = ast_child(fill->tree, list, k), first = ast_child(fill->tree, node, 0);
		bool has_name = first >= 0 && fill->tree->nodes[first].kind == CXCursor_MemberRef;
		CXCursor field = fields.list[k];

		if (is_named && !has_name)
			return false; /* what follows a named one is the field after that */
		is_named = has_name;
		if (has_name) {
			if (ast_children(fill->tree, node) != 2)
				return false;
			field = clang_getCursorReferenced(fill->tree->nodes[first].cursor);
			node = ast_child(fill->tree, node, 1);
		}
		if (!put_field(fill, field, node))
			return false;
	}
	return true;
}

static bool put_initial(struct filling *fill, CXType type, int node)
{
	type = clang_getCanonicalType(type);
	memset(fill->bytes, 0, fill->size);
	if (type.kind == CXType_Record) {
		node = ast_strip(fill->tree, node);
		return fill->tree->nodes[node].kind == CXCursor_InitListExpr && put_list(fill, type, node);
	}
	if (fill->tree->nodes[node].kind == CXCursor_InitListExpr)
		node = ast_child(fill->tree, node, 0);
	return node >= 0 && put_expression(fill, 0, type, node);
}

/** The members that were assigned after the whole. */
static bool put_members(struct filling *fill, CXCursor variable, int from, int at)
{
	const struct ast *tree = fill->tree;

	for (int name = from; (name = flow_next(tree, variable, name)) >= 0 && name < at;) {
		int where, left, value;

		if (flow_use(tree, name, &where) != FLOW_MEMBER_WRITE)
			continue;
		left = ast_strip(tree, ast_child(tree, where, 0));
		value = ast_child(tree, where, 1);
		if (tree->nodes[left].kind != CXCursor_MemberRefExpr ||
		    ast_strip(tree, ast_child(tree, left, 0)) != name ||
		    !put_field(fill, clang_getCursorReferenced(tree->nodes[left].cursor), value))
			return false;
	}
	return true;
}

/** A struct without a value whose members are all assigned is as good as one with. */
static bool members_are_all(const struct ast *tree, CXCursor variable, int at)
{
	struct fields fields = { .n = 0 };
	unsigned int seen = 0;

	clang_Type_visitFields(clang_getCanonicalType(clang_getCursorType(variable)), collect, &fields);
	for (int name = -1; (name = flow_next(tree, variable, name)) >= 0 && name < at;) {
		CXCursor member;
		int where;

		if (flow_use(tree, name, &where) != FLOW_MEMBER_WRITE)
			continue;
		member = tree->nodes[ast_strip(tree, ast_child(tree, where, 0))].cursor;
		for (int k = 0; k < fields.n; k++)
			if (clang_equalCursors(fields.list[k], clang_getCursorReferenced(member)))
				seen |= 1U << k;
	}
	return !fields.too_many && fields.n > 0 && seen == (1U << fields.n) - 1;
}

static bool variable_value(const struct ast *tree, CXCursor variable, int at, unsigned char *bytes, size_t size)
{
	struct filling fill = { tree, bytes, size };
	CXType type = clang_getCursorType(variable);
	struct flow_state state;

	if (!flow_state(tree, variable, at, &state))
		return false;
	if (state.from < 0) {
		memset(bytes, 0, size);
		return members_are_all(tree, variable, at) && put_members(&fill, variable, -1, at);
	}
	return put_initial(&fill, type, state.value) && put_members(&fill, variable, state.from, at);
}

/** A constant that nobody can change: its value stands in its declaration. */
static bool constant_value(CXCursor declaration, unsigned char *bytes, size_t size)
{
	struct filling fill = { NULL, bytes, size };
	CXType type = clang_getCanonicalType(clang_getCursorType(declaration));
	CXEvalResult result;
	bool done;

	if (!clang_isConstQualifiedType(clang_getCursorType(declaration)) || !is_integer(type) ||
	    clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(declaration)))
		return false;
	result = clang_Cursor_Evaluate(declaration);
	done = result && clang_EvalResult_getKind(result) == CXEval_Int &&
	       put(&fill, 0, size, clang_EvalResult_getAsLongLong(result));
	if (result)
		clang_EvalResult_dispose(result);
	return done;
}

static bool is_declared(const struct ast *tree, int node)
{
	enum CXCursorKind kind = tree->nodes[node].kind;

	return kind == CXCursor_DeclRefExpr &&
	       clang_getCursorKind(clang_getCursorReferenced(tree->nodes[node].cursor)) != CXCursor_FunctionDecl;
}

/** The value of what stands behind & or of an array. */
static bool object_value(const struct ast *tree, int object, int at, unsigned char *bytes, size_t size)
{
	CXCursor variable;

	if (tree->nodes[object].kind == CXCursor_CompoundLiteralExpr) {
		struct filling fill = { tree, bytes, size };
		int n = ast_children(tree, object);

		return n && put_initial(&fill, clang_getCursorType(tree->nodes[object].cursor),
					ast_child(tree, object, n - 1));
	}
	if (flow_variable(tree, object, &variable))
		return variable_value(tree, variable, at, bytes, size);
	return is_declared(tree, object) &&
	       constant_value(clang_getCursorReferenced(tree->nodes[object].cursor), bytes, size);
}

static void read_object(const struct ast *tree, int object, int at, struct code_call *ret, unsigned char *room)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(tree->nodes[object].cursor));
	long long size = clang_Type_getSizeOf(type);

	if (size <= 0)
		return;
	ret->room = (struct check_number){ true, size };
	ret->to_pointer = type.kind == CXType_Pointer;
	if (size <= VALUE_MAX && !ret->to_pointer && object_value(tree, object, at, room, (size_t)size)) {
		ret->bytes = room;
		ret->size = (size_t)size;
	}
}

static bool is_pointer_cast(const struct ast *tree, int argument, int node)
{
	for (; argument != node; argument = ast_child(tree, argument, ast_children(tree, argument) - 1))
		if (tree->nodes[argument].kind != CXCursor_ParenExpr)
			return true;
	return false;
}

void value_read(const struct ast *tree, int argument, int at, struct code_call *ret, unsigned char *room)
{
	int node = argument < 0 ? -1 : ast_strip(tree, argument);
	long long number;

	if (node < 0)
		return;
	if (tree->nodes[node].kind == CXCursor_UnaryOperator && ast_operator(tree, node) == AST_ADDRESS) {
		int object = ast_strip(tree, ast_child(tree, node, 0));
		enum CXCursorKind kind = tree->nodes[object].kind;

		/* Behind a member or an element there may be more of the same object, which is meant to be read. */
		if (kind == CXCursor_DeclRefExpr || kind == CXCursor_CompoundLiteralExpr)
			read_object(tree, object, at, ret, room);
		return;
	}
	if (tree->nodes[node].kind == CXCursor_DeclRefExpr &&
	    clang_getCanonicalType(clang_getCursorType(tree->nodes[node].cursor)).kind == CXType_ConstantArray) {
		read_object(tree, node, at, ret, room);
		return;
	}
	if (is_pointer_cast(tree, argument, node) &&
	    is_integer(clang_getCanonicalType(clang_getCursorType(tree->nodes[node].cursor))) &&
	    ast_constant(tree, node, &number))
		ret->from_number = number != 0;
}

bool value_number(const struct ast *tree, int node, int at, long long *ret)
{
	CXCursor variable;
	struct flow_state state;

	if (ast_constant(tree, node, ret))
		return true;
	return node >= 0 && flow_variable(tree, node, &variable) && flow_state(tree, variable, at, &state) &&
	       state.value >= 0 && ast_constant(tree, state.value, ret);
}
