/* SPDX-License-Identifier: MIT */
/* Pieces of a report. */
#ifndef VIEW_REPORT_PARTS_H
#define VIEW_REPORT_PARTS_H

#include "measure-words.h"

/** The CSS of the page, besides that of its plots. */
const char *report_styles(void);

/** <tag>text</tag> */
void report_element(FILE *file, const char *tag, const char *text);

/** What is to be said of each variant, as a list. */
void report_effects(FILE *file, const struct experiment *experiment);

/** All medians with their intervals. */
void report_table(FILE *file, const struct experiment *experiment);

/** Every number, folded. */
void report_samples(FILE *file, const struct experiment *experiment);

/** How it was measured and where, and how to do it again. */
void report_method(FILE *file, const struct experiment *experiment);
void report_environment(FILE *file, const struct experiment *experiment);

/** The same for programs: what measure --json prints. */
void report_data(FILE *file, const struct experiment *experiment);

#endif
