/* SPDX-License-Identifier: MIT */
/* Rounds: in each every variant runs once, in an order that chance chooses, so that what changes in time hits all. */
#ifndef LAB_ROUNDS_H
#define LAB_ROUNDS_H

#include <experiment.h>

#include "trial.h"

struct rounds {
	/** @brief Runs a variant. @return 0, or -errno: this run failed; -EINTR: no more are wanted */
	int (*run)(void *context, size_t variant, struct trial_result *ret);
	/** Is told after each run; may be NULL. */
	void (*told)(void *context, size_t variant, const struct trial_result *result, size_t done, size_t total);
	void *context;
};

/**
 * @brief Fills the samples, `failed` and `limited` of an experiment; the order comes from its seed.
 * @return 0, -ENOMEM, or -EINTR: it was ended; what was measured until then is there
 */
int rounds_run(const struct rounds *rounds, struct experiment *experiment);

#endif
