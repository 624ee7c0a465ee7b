/* SPDX-License-Identifier: MIT */
/* probe --diff: two outputs of `probe --json` compared. */
#ifndef CMD_PROBE_DIFF_H
#define CMD_PROBE_DIFF_H

#include <stdbool.h>

/** @return the exit status: 0 no difference, 1 differences, 2 a file that cannot be read */
int probe_diff(const char *a, const char *b, bool json);

#endif
