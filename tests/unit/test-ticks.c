/* SPDX-License-Identifier: MIT */
#include <sys/time.h>
#include <ticks.h>

#include "test.h"

static void the_clock_ticks_as_kernels_are_built(void **state)
{
	static const uint32_t rates[] = { 24, 48, 100, 128, 250, 256, 300, 512, 1000, 1024, 1200 };
	uint32_t hz = ticks_per_second();
	bool known = false;

	for (size_t i = 0; i < COUNT(rates); i++)
		known |= rates[i] == hz;
	if (!known)
		fail_msg("%u ticks a second", hz);
	assert_int_equal(ticks_per_second(), hz);
}

/** Times are kept in ticks: any that is not a whole number of them is rounded up to the next. */
static void a_timeout_is_rounded_to_such_ticks(void **state)
{
	uint32_t hz = ticks_per_second();
	int fd = open_socket(AF_UNIX, SOCK_DGRAM, 0);

	for (long us = 1; us < 1000000; us += 9973) {
		struct timeval time = { .tv_usec = us };
		socklen_t length = sizeof(time);
		long ticks = (us * (long)hz + 999999) / 1000000;

		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)), 0);
		assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &length), 0);
		assert_int_equal(time.tv_sec * 1000000 + time.tv_usec, ticks * 1000000 / hz);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_ticks_as_kernels_are_built),
		cmocka_unit_test(a_timeout_is_rounded_to_such_ticks),
	};

	return RUN_TESTS(tests);
}
