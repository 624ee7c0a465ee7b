/* SPDX-License-Identifier: MIT */
/* Single measurements, which the groups of facts use too. */
#ifndef LIVE_PROBE_MEASURES_H
#define LIVE_PROBE_MEASURES_H

#include "probe-kinds.h"

/**
 * @brief The least and the greatest number that is accepted, sought from the example on.
 *
 * Only of plain numbers that stay what they are: not of interfaces and descriptors, nor of what acts, and not where a
 * number takes memory (an entry says of such that its ends cannot be verified).
 */
void probe_range(const struct sockopt_option *option, const struct kind *kind, struct probe_cell *ret);

/** Does a listener's value come with what it accepts? enum sockopt_inherits, or PROBE_NOT_TRIED: it does not show */
int probe_inheritance(const struct sockopt_option *option, const struct kind *kind);

/** Sets (or gets, where that needs it) with these capabilities alone. @return the outcome */
int probe_without(const struct sockopt_option *option, const struct kind *kind, uint64_t capabilities);

/** The same as root of a user namespace, on each kind. @return false: there is none */
bool probe_inside(const struct sockopt_option *option, int ret[static PROBE_KINDS_MAX]);

#endif
