/* SPDX-License-Identifier: MIT */
/* The groups of facts: each function probes one group on one option. */
#ifndef LIVE_PROBE_FACTS_H
#define LIVE_PROBE_FACTS_H

#include <sockopt.h>

void probe_readable_facts(const struct sockopt_option *option);   /* on which sockets get works, the errno elsewhere */
void probe_writable_facts(const struct sockopt_option *option);   /* the same of set */
void probe_get_length_facts(const struct sockopt_option *option); /* the optlen that comes back */
void probe_set_length_facts(const struct sockopt_option *option); /* too short and too long are refused */
void probe_default_facts(const struct sockopt_option *option);    /* what a fresh socket has */
void probe_range_facts(const struct sockopt_option *option);      /* both ends, and one beyond */
void probe_example_facts(const struct sockopt_option *option);    /* the example can be set where it should */
void probe_transform_facts(const struct sockopt_option *option);  /* what is read after a set */
void probe_refused_facts(const struct sockopt_option *option);    /* states that refuse, and states that do not */
void probe_inherits_facts(const struct sockopt_option *option);   /* what an accepted socket has */
void probe_privilege_facts(const struct sockopt_option *option);  /* without capabilities, with one, inside */
void probe_touches_facts(const struct sockopt_option *option);    /* which other options change */

void probe_unprobed_facts(const struct sockopt_option *option); /* what nobody could try cannot be tried here either */

#endif
