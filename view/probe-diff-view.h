/* SPDX-License-Identifier: MIT */
/* How the differences between two probes look. */
#ifndef VIEW_PROBE_DIFF_VIEW_H
#define VIEW_PROBE_DIFF_VIEW_H

#include <stdbool.h>
#include <stdio.h>

/** What is not the same, on all these sockets. option: NULL: it is about the machines, or whole kinds of socket. */
struct probe_difference {
	const char *level, *option;
	const char *field;   /* as in the JSON of `probe` */
	const char *a, *b;   /* "-": there is none */
	const char *sockets; /* names with spaces between */
	const char *all_but; /* those that the option has besides, if they are few; NULL if not */
};

/** The two machines, one a line. */
void probe_diff_view_machine(FILE *file, char letter, const char *text, const char *path);

/** A difference. @param before the one that was shown before it, or NULL */
void probe_diff_view(FILE *file, bool json, const struct probe_difference *difference,
		     const struct probe_difference *before);

/** The last line. */
void probe_diff_view_end(FILE *file, size_t n);

#endif
