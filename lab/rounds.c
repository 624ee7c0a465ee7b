/* SPDX-License-Identifier: MIT */
/* Rounds in which every variant runs once. */

#include "rounds.h"

#include <errno.h>
#include <stdlib.h>

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

static int run_round(const struct rounds *rounds, struct experiment *experiment, unsigned int round,
		     const size_t *order)
{
	size_t total = experiment->n_variants * experiment->n_rounds;

	for (size_t i = 0; i < experiment->n_variants; i++) {
		struct trial_result result;
		int r = rounds->run(rounds->context, order[i], &result);

		if (r == -EINTR)
			return r;
		take(experiment, order[i], round, r, &result);
		if (rounds->told)
			rounds->told(rounds->context, order[i], &result, round * experiment->n_variants + i + 1, total);
	}
	return 0;
}

int rounds_run(const struct rounds *rounds, struct experiment *experiment)
{
	size_t *order = calloc(experiment->n_variants, sizeof(size_t));
	uint64_t seed = experiment->seed;
	int r = order ? 0 : -ENOMEM;

	for (unsigned int round = 0; r == 0 && round < experiment->n_rounds; round++) {
		statistics_shuffle(&seed, order, experiment->n_variants);
		r = run_round(rounds, experiment, round, order);
	}
	free(order);
	return r;
}
