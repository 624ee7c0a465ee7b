/* SPDX-License-Identifier: MIT */
/* The groups of facts: each function probes one group on one option and prints its test line. */
#ifndef CATALOG_FACTS_H
#define CATALOG_FACTS_H

#include <sockopt.h>

void facts_unprobed(const struct sockopt_option *option);   /* what nobody could try cannot be tried here either */
void facts_readable(const struct sockopt_option *option);   /* on which sockets get works, the errno elsewhere */
void facts_writable(const struct sockopt_option *option);   /* the same of set */
void facts_get_length(const struct sockopt_option *option); /* the optlen that comes back */
void facts_set_length(const struct sockopt_option *option); /* too short and too long are refused */
void facts_default(const struct sockopt_option *option);    /* what a fresh socket has */
void facts_range(const struct sockopt_option *option);      /* both ends, and one beyond */
void facts_example(const struct sockopt_option *option);    /* the example can be set where it should */
void facts_transform(const struct sockopt_option *option);  /* what is read after a set */
void facts_refused(const struct sockopt_option *option);    /* states that refuse, and states that do not */
void facts_inherits(const struct sockopt_option *option);   /* what an accepted socket has */
void facts_privilege(const struct sockopt_option *option);  /* without capabilities, with one, in a user namespace */
void facts_touches(const struct sockopt_option *option);    /* which other options change */

#endif
