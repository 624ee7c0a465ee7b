/* SPDX-License-Identifier: MIT */
#include "ast.h"

#include <stdlib.h>
#include <string.h>

struct building {
	struct ast *tree;
	int parent;
};

static int add(struct ast *tree, CXCursor cursor, int parent)
{
	if (tree->n == tree->room) {
		int room = tree->room ? tree->room * 2 : 256;
		struct node *grown = realloc(tree->nodes, (size_t)room * sizeof(*grown));

		if (!grown) {
			tree->failed = true;
			return -1;
		}
		tree->nodes = grown;
		tree->room = room;
	}
	tree->nodes[tree->n] = (struct node){ cursor, clang_getCursorKind(cursor), parent, tree->n + 1 };
	return tree->n++;
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct building *building = data;
	struct building inner = { building->tree, add(building->tree, cursor, building->parent) };

	(void)parent;
	if (inner.parent < 0)
		return CXChildVisit_Break;
	clang_visitChildren(cursor, visit, &inner);
	building->tree->nodes[inner.parent].end = building->tree->n;
	return building->tree->failed ? CXChildVisit_Break : CXChildVisit_Continue;
}

bool ast_build(struct ast *tree, CXTranslationUnit unit, CXCursor function)
{
	struct building building = { .tree = tree };

	tree->unit = unit;
	tree->n = 0;
	building.parent = add(tree, function, -1);
	if (building.parent < 0)
		return false;
	clang_visitChildren(function, visit, &building);
	tree->nodes[0].end = tree->n;
	return !tree->failed;
}

void ast_free(struct ast *tree)
{
	free(tree->nodes);
	*tree = (struct ast){ 0 };
}

int ast_child(const struct ast *tree, int node, int k)
{
	int child = node + 1;

	while (k-- > 0 && child < tree->nodes[node].end)
		child = tree->nodes[child].end;
	return child < tree->nodes[node].end ? child : -1;
}

int ast_children(const struct ast *tree, int node)
{
	int n = 0;

	for (int child = node + 1; child < tree->nodes[node].end; child = tree->nodes[child].end)
		n++;
	return n;
}

static bool is_wrapping(enum CXCursorKind kind)
{
	return kind == CXCursor_UnexposedExpr || kind == CXCursor_ParenExpr || kind == CXCursor_CStyleCastExpr;
}

int ast_strip(const struct ast *tree, int node)
{
	while (is_wrapping(tree->nodes[node].kind)) {
		int n = ast_children(tree, node);

		/* of a cast the type's name comes first */
		if (n == 0 || (n > 1 && tree->nodes[node].kind != CXCursor_CStyleCastExpr))
			break;
		node = ast_child(tree, node, n - 1);
	}
	return node;
}

int ast_outer(const struct ast *tree, int node)
{
	while (tree->nodes[node].parent > 0 && is_wrapping(tree->nodes[tree->nodes[node].parent].kind))
		node = tree->nodes[node].parent;
	return node;
}

static enum ast_operator operator_of(const char *word, bool is_binary)
{
	static const struct {
		const char *word;
		bool is_binary;
		enum ast_operator operator;
	} known[] = {
		{ "=", true, AST_ASSIGN },
		{ "&&", true, AST_LOGICAL },
		{ "||", true, AST_LOGICAL },
		{ "==", true, AST_COMPARE },
		{ "!=", true, AST_COMPARE },
		{ "<", true, AST_COMPARE },
		{ "<=", true, AST_COMPARE },
		{ ">", true, AST_COMPARE },
		{ ">=", true, AST_COMPARE },
		{ "&", false, AST_ADDRESS },
		{ "!", false, AST_NOT },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].is_binary == is_binary && strcmp(known[i].word, word) == 0)
			return known[i].operator;
	return AST_OTHER;
}

/** The text between two expressions; of what a macro made there is none. */
static bool between(const struct ast *tree, int left, int right, CXSourceRange *ret)
{
	CXSourceLocation end = clang_getRangeEnd(clang_getCursorExtent(tree->nodes[left].cursor));
	CXSourceLocation begin = clang_getRangeStart(clang_getCursorExtent(tree->nodes[right].cursor));
	CXFile file, other;
	unsigned int from, to;

	clang_getFileLocation(end, &file, NULL, NULL, &from);
	clang_getFileLocation(begin, &other, NULL, NULL, &to);
	if (!clang_File_isEqual(file, other) || from >= to)
		return false;
	*ret = clang_getRange(clang_getLocationForOffset(tree->unit, file, from),
			      clang_getLocationForOffset(tree->unit, file, to));
	return true;
}

/** libclang 14 does not tell which operator it is: it stands first, or between the two sides. */
enum ast_operator ast_operator(const struct ast *tree, int node)
{
	bool is_binary = tree->nodes[node].kind == CXCursor_BinaryOperator;
	int left = ast_child(tree, node, 0), right = ast_child(tree, node, 1);
	CXSourceRange range = clang_getCursorExtent(tree->nodes[node].cursor);
	enum ast_operator found = AST_UNKNOWN;
	CXToken *tokens = NULL;
	unsigned int n = 0;

	if (left < 0 || (is_binary && (right < 0 || !between(tree, left, right, &range))))
		return AST_UNKNOWN;
	clang_tokenize(tree->unit, range, &tokens, &n);
	for (unsigned int i = 0; i < n && found == AST_UNKNOWN; i++) {
		enum CXTokenKind kind = clang_getTokenKind(tokens[i]);
		CXString text = clang_getTokenSpelling(tree->unit, tokens[i]);
		bool is_operator = kind == CXToken_Punctuation && strcmp(clang_getCString(text), ")") != 0;

		if (is_operator)
			found = operator_of(clang_getCString(text), is_binary);
		clang_disposeString(text);
		if (!is_operator && kind != CXToken_Comment && !is_binary)
			break; /* what stands first is no operator: a macro */
	}
	clang_disposeTokens(tree->unit, tokens, n);
	return found;
}

bool ast_constant(const struct ast *tree, int node, long long *ret)
{
	CXEvalResult result;
	bool is_number;

	if (node < 0 || !clang_isExpression(tree->nodes[node].kind))
		return false;
	result = clang_Cursor_Evaluate(tree->nodes[node].cursor);
	if (!result)
		return false;
	is_number = clang_EvalResult_getKind(result) == CXEval_Int;
	if (is_number)
		*ret = clang_EvalResult_getAsLongLong(result);
	clang_EvalResult_dispose(result);
	return is_number;
}

bool ast_calls(const struct ast *tree, int node, const char *name)
{
	CXString spelling;
	bool same;

	if (node < 0 || tree->nodes[node].kind != CXCursor_CallExpr)
		return false;
	spelling = clang_getCursorSpelling(tree->nodes[node].cursor);
	same = clang_getCString(spelling) && strcmp(clang_getCString(spelling), name) == 0;
	clang_disposeString(spelling);
	return same;
}

int ast_argument(const struct ast *tree, int call, int k)
{
	return ast_child(tree, call, k + 1); /* the function comes first */
}
