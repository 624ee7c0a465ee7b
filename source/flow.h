/* SPDX-License-Identifier: MIT */
/* What surely happens before what in a function, and what becomes of its variables. */
#ifndef SOURCE_FLOW_H
#define SOURCE_FLOW_H

#include "ast.h"

/** Is a surely reached before b, whenever b is reached for the first time? Both are nodes, a before b. */
bool flow_precedes(const struct ast *tree, int a, int b);

/** The variable that an expression names, a local one or a parameter; false: it is none. */
bool flow_variable(const struct ast *tree, int node, CXCursor *ret);

enum flow_use {
	FLOW_READ,
	FLOW_NOT_EVALUATED, /* in sizeof */
	FLOW_WRITE,         /* = : of the whole */
	FLOW_MEMBER_WRITE,  /* = : of a member */
	FLOW_CHANGE,        /* ++, +=, or what a call of getsockopt stores */
	FLOW_GIVEN,         /* its address is given to setsockopt, which only reads it */
	FLOW_LOST,          /* others may change it from now on */
};

/** How a name of a variable is used. @param ret_at the assignment or call that uses it */
enum flow_use flow_use(const struct ast *tree, int name, int *ret_at);

/** The next node after `after` that names the variable, or -1. */
int flow_next(const struct ast *tree, CXCursor variable, int after);

struct flow_state {
	int from;  /* the assignment, or the declaration with a value; -1: none */
	int value; /* the expression that was assigned; -1: none */
};

/** What the variable surely has when `at` is reached: the last assignment. @return false: it is not certain */
bool flow_state(const struct ast *tree, CXCursor variable, int at, struct flow_state *ret);

#endif
