/* SPDX-License-Identifier: MIT */
/* The life of a descriptor in one function: who made it, what was called on it, where else it goes. */
#ifndef SOURCE_DESCRIPTOR_H
#define SOURCE_DESCRIPTOR_H

#include <code-call.h>

#include "ast.h"

#define DESCRIPTOR_OTHERS 64

/**
 * @brief Fills in what is known of the descriptor of a call.
 * @param argument the expression for it
 * @param others room for the options that are set on it
 */
void descriptor_read(const struct ast *tree, int argument, int call, struct code_call *ret,
		     struct code_option others[DESCRIPTOR_OTHERS]);

#endif
