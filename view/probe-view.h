/* SPDX-License-Identifier: MIT */
/* How `probe` looks: what this kernel supports, and where the catalogue says otherwise. */
#ifndef VIEW_PROBE_VIEW_H
#define VIEW_PROBE_VIEW_H

#include <probe.h>
#include <stdio.h>

#include "json.h"

/** What was probed. */
struct probe_view {
	const struct probe_result *result;
	const bool *options; /* wanted: one for each of the catalogue */
	const bool *kinds;   /* wanted: one for each of probe_kinds */
	const char *system, *release, *version, *machine;
	const char *language; /* of texts in JSON; they are in the user's language elsewhere */
	bool verbose;
};

/** The name of an option as sockopt_find() takes it: with the level before it where the name alone is not enough. */
const char *probe_view_name(const struct sockopt_option *option, char room[static 96]);

/** Which kernel, with which rights, and which sockets cannot be had: lines for people. */
void probe_view_head(FILE *file, const struct probe_view *view);

/** The same as members of an object, one line. */
void probe_view_head_json(FILE *file, const struct probe_view *view);

/** Facts probed of those probeable, in thousandths. */
unsigned probe_view_share(size_t probed, size_t cannot);

/** What each option takes and gives: a line for the sockets that are alike, or a JSON object for each. */
void probe_view_matrix_text(FILE *file, const struct probe_view *view);
void probe_view_matrix_json(FILE *file, const struct probe_view *view);

/** What contradicts the catalogue, and what could not be probed. */
void probe_view_verify_text(FILE *file, const struct probe_view *view);
void probe_view_verify_json(FILE *file, const struct probe_view *view);

/** How far it is told, as test harnesses read it: each option's lines as soon as they are known. */
struct probe_tap {
	FILE *file;
	const bool *options; /* wanted: one for each of the catalogue */
	size_t option;       /* the next one, */
	size_t remark;       /* its first remark, */
	unsigned lines;      /* and how many were written */
};

/** The options before this one. */
void probe_view_tap_until(struct probe_tap *tap, const struct probe_result *result, size_t option);

/** The sums, when all was told. */
void probe_view_tap_end(struct probe_tap *tap, const struct probe_result *result);

#endif
