/* SPDX-License-Identifier: MIT */
#include "kept-facts.h"

#include <stdint.h>
#include <stdlib.h>

#include "cmd.h"

struct facts kept_facts(const struct facts *facts)
{
	struct facts kept = *facts;
	struct facts_holder *holders = xmalloc(facts->n_holders * sizeof(*holders));

	for (size_t i = 0; i < facts->n_holders; i++) {
		holders[i] = facts->holders[i];
		holders[i].process = xstrdup(facts->holders[i].process);
		holders[i].cgroup = "";
	}
	kept.holders = holders;
	kept.get = NULL;
	return kept;
}

void kept_facts_free(struct facts *facts)
{
	for (size_t i = 0; i < facts->n_holders; i++)
		free((void *)(uintptr_t)facts->holders[i].process);
	free((void *)(uintptr_t)facts->holders);
}
