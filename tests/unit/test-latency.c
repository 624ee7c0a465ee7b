/* SPDX-License-Identifier: MIT */
#include <latency.h>
#include <math.h>

#include "test.h"

static void a_quantile_is_within_a_step(void **state)
{
	static struct latency latency;

	/* 1 to 100000 us, so that each percentile is known */
	for (uint64_t i = 1; i <= 100000; i++)
		latency_add(&latency, i * 1000);
	assert_true(fabs(latency_quantile(&latency, 0.5) / 50000e3 - 1) < 0.008);
	assert_true(fabs(latency_quantile(&latency, 0.99) / 99000e3 - 1) < 0.008);
	assert_true(fabs(latency_quantile(&latency, 0.999) / 99900e3 - 1) < 0.008);
}

static void small_and_huge_times_have_their_place(void **state)
{
	static const uint64_t times[] = { 0, 1, 127, 128, 129, 255, 256, 1000000007, UINT64_MAX / 3, UINT64_MAX };

	for (size_t i = 0; i < COUNT(times); i++) {
		static struct latency latency;

		memset(&latency, 0, sizeof(latency));
		latency_add(&latency, times[i]);
		latency_add(&latency, times[i]);
		assert_true(fabs(latency_quantile(&latency, 0.5) - (double)times[i]) <= 0.008 * (double)times[i]);
	}
}

static void a_percentile_of_too_few_is_none(void **state)
{
	static struct latency latency;

	assert_true(isnan(latency_quantile(&latency, 0.5)));
	for (int i = 0; i < 99; i++)
		latency_add(&latency, 5);
	assert_true(isnan(latency_quantile(&latency, 0.99)));
	latency_add(&latency, 5);
	assert_true(latency_quantile(&latency, 0.99) == 5);
	assert_true(isnan(latency_quantile(&latency, 0.999)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quantile_is_within_a_step),
		cmocka_unit_test(small_and_huge_times_have_their_place),
		cmocka_unit_test(a_percentile_of_too_few_is_none),
	};

	return RUN_TESTS(tests);
}
