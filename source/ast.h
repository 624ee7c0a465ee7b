/* SPDX-License-Identifier: MIT */
/* A function of C source as an array of nodes, in the order in which they are written. */
#ifndef SOURCE_AST_H
#define SOURCE_AST_H

#include <clang-c/Index.h>
#include <stdbool.h>

struct node {
	CXCursor cursor;
	enum CXCursorKind kind;
	int parent; /* -1: the function itself */
	int end;    /* the first node behind it and what it holds */
};

struct ast {
	CXTranslationUnit unit;
	struct node *nodes;
	int n;
	int room;
	bool failed; /* memory is short */
};

enum ast_operator {
	AST_UNKNOWN, /* it comes from a macro, perhaps */
	AST_ASSIGN,
	AST_LOGICAL, /* && and ||: the right side may not be reached */
	AST_COMPARE,
	AST_ADDRESS, /* & with one operand */
	AST_NOT,
	AST_OTHER,
};

/** @return false: memory is short */
bool ast_build(struct ast *tree, CXTranslationUnit unit, CXCursor function);
void ast_free(struct ast *tree);

/** Child number k, or -1. */
int ast_child(const struct ast *tree, int node, int k);
int ast_children(const struct ast *tree, int node);

/** What is left of an expression without parentheses and conversions. */
int ast_strip(const struct ast *tree, int node);

/** The expression outwards, without parentheses and conversions around it. */
int ast_outer(const struct ast *tree, int node);

enum ast_operator ast_operator(const struct ast *tree, int node);

/** The constant that an expression is. */
bool ast_constant(const struct ast *tree, int node, long long *ret);

/** Is this the call of a function of this name? */
bool ast_calls(const struct ast *tree, int node, const char *name);

/** Argument k of a call, or -1. */
int ast_argument(const struct ast *tree, int call, int k);

#endif
