/* SPDX-License-Identifier: MIT */
/* The file of --plot: SVG, or by the name's end a PNG that rsvg-convert makes of it. */
#ifndef CMD_PLOT_FILE_H
#define CMD_PLOT_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct plot_file {
	const char *path; /* borrowed */
	FILE *file;
	pid_t converter; /* 0: none, SVG as it is */
};

/** Can it be drawn? Asked before something is measured for long. path NULL: none is. @return false: it cannot, said */
bool plot_file_check(const char *path);

/** What cannot be written is said. @return false: it was, and nothing is open */
bool plot_file_open(const char *path, struct plot_file *ret);

/** Ends it. r: -errno of writing to it, or 0. @return false: it could not be written, which was said */
bool plot_file_close(struct plot_file *plot, int r);

#endif
