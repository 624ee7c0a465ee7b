/* SPDX-License-Identifier: MIT */
/* How the results of `calc` look: labelled lines for people, or one JSON object. */
#ifndef VIEW_CALC_VIEW_H
#define VIEW_CALC_VIEW_H

#include <calc.h>
#include <stdio.h>

void calc_view_keepalive(FILE *file, bool json, const struct calc_keepalive *given,
			 const struct calc_dead_peer *result);

/** @param adaptive the ratio of window to buffer is the one of Linux 6.6 and later, which follows what arrives */
void calc_view_buffer(FILE *file, bool json, const struct calc_path *given, const struct calc_path_result *result,
		      bool adaptive);

void calc_view_defer_accept(FILE *file, bool json, int64_t asked_s, const struct calc_defer *result);

/** @param name of the class; NULL: it has none */
void calc_view_dscp(FILE *file, bool json, const char *name, const struct calc_dscp *result);

#endif
