/* SPDX-License-Identifier: MIT */
/* What optval points to: its size, its type, and the bytes that it surely has. */
#ifndef SOURCE_VALUE_H
#define SOURCE_VALUE_H

#include <code-call.h>

#include "ast.h"

#define VALUE_MAX 128

/**
 * @param argument the expression for optval
 * @param at the call: what is written before it counts
 * @param room VALUE_MAX bytes, for the object's value
 */
void value_read(const struct ast *tree, int argument, int at, struct code_call *ret, unsigned char *room);

/** The number that a variable, or an expression, surely has at a call. */
bool value_number(const struct ast *tree, int node, int at, long long *ret);

#endif
