/* SPDX-License-Identifier: MIT */
#include <name.h>

#include "test.h"

static void names_are_compared_in_any_case(void **state)
{
	assert_true(name_equal("TCP_NODELAY", "tcp_nodelay", 11));
	assert_true(name_equal("tcp_nodelay", "Tcp_NoDelay", 11));
	assert_false(name_equal("TCP_NODELAY", "TCP_NODELAX", 11));
}

static void a_dash_is_an_underscore(void **state)
{
	assert_true(name_equal("TCP_USER_TIMEOUT", "tcp-user-timeout", 16));
	assert_true(name_equal("user_timeout", "user-timeout", 12));
}

static void the_length_counts_and_not_the_nul(void **state)
{
	assert_true(name_equal("off", "off:5s", 3));
	assert_false(name_equal("off", "off:5s", 4));
	assert_false(name_equal("off", "of", 2));
	assert_false(name_equal("off", "", 0));
	assert_true(name_equal("", "", 0));
}

static void letters_beyond_ascii_are_only_equal_to_themselves(void **state)
{
	assert_false(name_equal("\xc3\x89", "\xc3\xa9", 2)); /* E and e with an accent */
	assert_true(name_equal("\xc3\xa9", "\xc3\xa9", 2));
}

static void the_order_is_antisymmetric(void **state)
{
	static const char *const words[] = { "", "a", "ab", "b", "_", "-", "a_b", "a-c", "A", "0", "\xff" };

	for (size_t i = 0; i < COUNT(words); i++)
		for (size_t k = 0; k < COUNT(words); k++) {
			int one = name_compare(words[i], words[k], strlen(words[k]));
			int other = name_compare(words[k], words[i], strlen(words[i]));

			assert_int_equal(one > 0, other < 0);
			assert_int_equal(one == 0, other == 0);
		}
}

static void an_option_fits_its_name_with_and_without_prefix(void **state)
{
	const struct sockopt_option *option = the_option("TCP_USER_TIMEOUT");

	assert_true(name_fits(option, "TCP_USER_TIMEOUT", 16));
	assert_true(name_fits(option, "user-timeout", 12));
	assert_false(name_fits(option, "timeout", 7)); /* only the prefix may be left away */
	assert_false(name_fits(option, "", 0));
	assert_false(name_fits(option, "TCP_", 4));
}

static void an_option_fits_each_of_its_aliases(void **state)
{
	size_t seen = 0;

	for (size_t i = 0; sockopt_at(i); i++)
		for (const char *const *alias = sockopt_at(i)->aliases; *alias; alias++, seen++)
			assert_true(name_fits(sockopt_at(i), *alias, strlen(*alias)));
	assert_true(seen > 0);
}

static void matches_name_a_twin_once_and_heed_the_room(void **state)
{
	const struct sockopt_option *found[8];

	assert_non_null(the_option("MCAST_JOIN_GROUP")->twin);
	assert_int_equal(name_matches("MCAST_JOIN_GROUP", found, 8), 1);
	assert_int_equal(name_matches("multicast_if", found, 8), 2); /* IP_ and IPV6_ */
	assert_int_equal(name_matches("multicast_if", found, 1), 1);
	assert_int_equal(name_matches("multicast_if", found, 0), 0);
	assert_int_equal(name_matches("no_such_option", found, 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_compared_in_any_case),
		cmocka_unit_test(a_dash_is_an_underscore),
		cmocka_unit_test(the_length_counts_and_not_the_nul),
		cmocka_unit_test(letters_beyond_ascii_are_only_equal_to_themselves),
		cmocka_unit_test(the_order_is_antisymmetric),
		cmocka_unit_test(an_option_fits_its_name_with_and_without_prefix),
		cmocka_unit_test(an_option_fits_each_of_its_aliases),
		cmocka_unit_test(matches_name_a_twin_once_and_heed_the_room),
	};

	return RUN_TESTS(tests);
}
