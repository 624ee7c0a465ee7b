/* SPDX-License-Identifier: MIT */
/*
 * A report of an experiment: one HTML file that needs no other, with plots one looks at rather than reads, and all that
 * another needs to repeat it. Its language is that of the messages.
 */
#ifndef VIEW_REPORT_H
#define VIEW_REPORT_H

#include <experiment.h>

#include "plot.h"

/** A plot of the caller's before those of the experiment: how a search came to what is compared here. */
struct report_path {
	const char *heading, *words;
	const struct plot_lines *plot;
};

/** @param path NULL: there is none. @return 0 or -ENOMEM; whether the file took it, ferror(3) tells */
int report_write(FILE *file, const struct experiment *experiment, const struct report_path *path);

#endif
