/* SPDX-License-Identifier: MIT */
/* Facts of a socket that outlive the look at it. */
#ifndef CMD_KEPT_FACTS_H
#define CMD_KEPT_FACTS_H

#include <facts.h>

/** A copy of facts that owns its holders, without their cgroups; options can no more be asked for. */
struct facts kept_facts(const struct facts *facts);

/** Frees what kept_facts() made. */
void kept_facts_free(struct facts *facts);

#endif
