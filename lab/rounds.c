/* SPDX-License-Identifier: MIT */
/* Rounds in which every variant runs once. */

#include "rounds.h"

#include <errno.h>

#include <tidy.h>

static void take(struct experiment *experiment, size_t index, unsigned int round, int r,
		 const struct trial_result *result)
{
	struct variant *variant = &experiment->variants[index];

	if (r < 0) {
		variant->failed++;
		return;
	}
	if (result->is_limited)
		variant->limited++;
	for (unsigned int m = 0; m < METRIC_COUNT; m++)
		if (experiment_has(experiment, m))
			variant->samples[m][round] = result->values[m];
}

int rounds_run(const struct rounds *rounds, struct experiment *experiment)
{
	size_t total = experiment->n_variants * experiment->n_rounds, done = 0;
	autofree size_t *order = calloc(experiment->n_variants, sizeof(size_t));
	uint64_t seed = experiment->seed;

	if (!order)
		return -ENOMEM;
	for (unsigned int round = 0; round < experiment->n_rounds; round++) {
		statistics_shuffle(&seed, order, experiment->n_variants);
		for (size_t i = 0; i < experiment->n_variants; i++) {
			struct trial_result result;
			int r = rounds->run(rounds->context, order[i], &result);

			if (r == -EINTR)
				return r;
			take(experiment, order[i], round, r, &result);
			if (rounds->told)
				rounds->told(rounds->context, order[i], &result, ++done, total);
		}
	}
	return 0;
}
