/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <rounds.h>

#include "test.h"

#define VARIANTS 4
#define ROUNDS 6

static const char *const texts[VARIANTS] = { "default", "A=1", "A=2", "A=3" };

struct tale {
	size_t order[VARIANTS * ROUNDS];
	size_t n, told, stop_at; /* stop_at 0: never */
};

/** Variant 2 fails each time, variant 3 is slowed by its own processes. */
static int run(void *context, size_t variant, struct trial_result *ret)
{
	struct tale *tale = context;

	if (tale->stop_at && tale->n == tale->stop_at)
		return -EINTR;
	tale->order[tale->n++] = variant;
	*ret = (struct trial_result){ .is_limited = variant == 3 };
	ret->values[METRIC_P50] = (double)variant;
	ret->values[METRIC_P99] = 7;
	return variant == 2 ? -(ret->error = EPERM) : 0;
}

static void told(void *context, size_t variant, const struct trial_result *result, size_t done, size_t total)
{
	struct tale *tale = context;

	assert_int_equal(done, ++tale->told);
	assert_int_equal(total, VARIANTS * ROUNDS);
	assert_int_equal(result->error, variant == 2 ? EPERM : 0);
}

static int play(struct tale *tale, uint64_t seed, struct experiment *ret)
{
	const struct rounds rounds = { run, told, tale };

	assert_int_equal(experiment_make(texts, VARIANTS, ROUNDS, 1U << METRIC_P50, ret), 0);
	ret->seed = seed;
	return rounds_run(&rounds, ret);
}

static void every_variant_runs_once_a_round_in_an_order_of_its_own(void **state)
{
	struct tale tale = { .n = 0 }, same = { .n = 0 }, other = { .n = 0 };
	struct experiment experiment;
	bool differs = false;

	assert_int_equal(play(&tale, 1, &experiment), 0);
	experiment_free(&experiment);
	assert_int_equal(tale.n, VARIANTS * ROUNDS);
	for (size_t round = 0; round < ROUNDS; round++) {
		unsigned int seen = 0;

		for (size_t i = 0; i < VARIANTS; i++)
			seen |= 1U << tale.order[round * VARIANTS + i];
		assert_int_equal(seen, (1U << VARIANTS) - 1);
		differs |= memcmp(tale.order, tale.order + round * VARIANTS, VARIANTS * sizeof(size_t)) != 0;
	}
	assert_true(differs);
	play(&same, 1, &experiment);
	experiment_free(&experiment);
	play(&other, 2, &experiment);
	experiment_free(&experiment);
	assert_memory_equal(tale.order, same.order, sizeof(tale.order));
	assert_memory_not_equal(tale.order, other.order, sizeof(tale.order));
}

static void runs_that_fail_are_counted_and_have_no_number(void **state)
{
	struct tale tale = { .n = 0 };
	struct experiment experiment;

	assert_int_equal(play(&tale, 1, &experiment), 0);
	for (size_t i = 0; i < VARIANTS; i++) {
		const struct variant *variant = &experiment.variants[i];

		assert_int_equal(variant->failed, i == 2 ? ROUNDS : 0);
		assert_int_equal(variant->limited, i == 3 ? ROUNDS : 0);
		for (size_t round = 0; round < ROUNDS; round++)
			assert_true(i == 2 ? isnan(variant->samples[METRIC_P50][round]) :
					     variant->samples[METRIC_P50][round] == (double)i);
	}
	experiment_free(&experiment);
}

static void an_interrupted_experiment_keeps_what_it_has(void **state)
{
	struct tale tale = { .stop_at = VARIANTS + 1 };
	struct experiment experiment;
	size_t found = 0;

	assert_int_equal(play(&tale, 1, &experiment), -EINTR);
	for (size_t i = 0; i < VARIANTS; i++)
		for (size_t round = 0; round < ROUNDS; round++)
			found += isnan(experiment.variants[i].samples[METRIC_P50][round]) ? 0 : 1;
	for (size_t i = 0; i < tale.n; i++)
		found += tale.order[i] == 2;
	assert_int_equal(found, VARIANTS + 1);
	experiment_free(&experiment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_variant_runs_once_a_round_in_an_order_of_its_own),
		cmocka_unit_test(runs_that_fail_are_counted_and_have_no_number),
		cmocka_unit_test(an_interrupted_experiment_keeps_what_it_has),
	};

	return RUN_TESTS(tests);
}
