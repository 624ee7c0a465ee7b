/* SPDX-License-Identifier: MIT */
/* What a selector looks at: so that only that is read. */

#include "tree.h"

static bool any(const struct node *node, bool (*is)(const struct node *node))
{
	if (node->kind == NODE_AND || node->kind == NODE_OR)
		return any(node->left, is) || any(node->right, is);
	return node->kind == NODE_NOT ? any(node->left, is) : is(node);
}

static bool is_option(const struct node *node)
{
	return node->kind == NODE_OPTION;
}

static bool is_process(const struct node *node)
{
	return node->kind == NODE_KEY && (node->key == KEY_USER || node->key == KEY_CGROUP);
}

bool selector_has_options(const struct selector *selector)
{
	return any(selector->root, is_option);
}

bool selector_has_process(const struct selector *selector)
{
	return any(selector->root, is_process);
}
