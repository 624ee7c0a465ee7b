/* SPDX-License-Identifier: MIT */
/* Which options tune tries, and with which values. */
#ifndef CMD_TUNE_SPACE_H
#define CMD_TUNE_SPACE_H

#include <option-search.h>
#include <sockopt.h>
#include <stdbool.h>

struct tune_space {
	char *words[SEARCH_OPTIONS_MAX]; /* "SO_RCVBUF=default,256KiB,1MiB": as measure takes them */
	struct search_space space;
};

/**
 * @brief The options that can matter for the goal, by the catalogue, or those of words; values that this system does
 * not take, or cuts, are left out, which is said. In the network namespace in which they will be set.
 * @return 0, or an exit status
 */
int tune_space_make(enum sockopt_goal goal, char *const *words, size_t n_words, struct tune_space *ret);
void tune_space_free(struct tune_space *space);

#endif
