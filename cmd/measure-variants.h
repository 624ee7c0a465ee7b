/* SPDX-License-Identifier: MIT */
/* OPTION=V1,V2 [OPTION=...] as variants: the default, and every combination. */
#ifndef CMD_MEASURE_VARIANTS_H
#define CMD_MEASURE_VARIANTS_H

#include <rule.h>

#define MEASURE_VARIANTS_MAX 256

/** The first is the default: nothing is set. */
struct measure_variants {
	char **texts;
	struct rules *rules;
	size_t n;
};

/**
 * @brief Reads the words; what is wrong is said.
 * @param force dangerous options too
 * @return 0, or an exit status
 */
int measure_variants_read(char *const *words, size_t n_words, bool force, struct measure_variants *ret);

/** Says which assignments the sockets of a built-in load do not take: they would measure nothing. @return how many */
size_t measure_variants_check(const struct measure_variants *variants, const struct sockopt_kind *kind);

void measure_variants_free(struct measure_variants *variants);

#endif
