/* SPDX-License-Identifier: MIT */
/* What a function makes of a call: which errno it tells apart, whether it ends, whether it did the same before. */
#ifndef SOURCE_OUTCOME_H
#define SOURCE_OUTCOME_H

#include <code-call.h>

#include "ast.h"

/** @param call a set or get, of which value and option were read into ret already */
void outcome_read(const struct ast *tree, int call, struct code_call *ret);

#endif
