/* SPDX-License-Identifier: MIT */
#include <sysctl.h>

#include "test.h"

static void a_number_is_that_of_proc_sys(void **state)
{
	FILE *file = fopen("/proc/sys/net/ipv4/tcp_rmem", "re");
	long long wanted[3];
	int64_t number = -7;

	if (!file)
		SKIP_BECAUSE("no /proc/sys/net/ipv4 here: %s", strerror(errno));
	assert_int_equal(fscanf(file, "%lld %lld %lld", &wanted[0], &wanted[1], &wanted[2]), 3);
	fclose(file);
	for (size_t i = 0; i < 3; i++) {
		char name[64];

		snprintf(name, sizeof(name), "net.ipv4.tcp_rmem[%zu]", i);
		assert_int_equal(sysctl_number(name, &number), 0);
		assert_true(number == wanted[i]);
	}
	assert_int_equal(sysctl_number("net.ipv4.tcp_rmem", &number), 0);
	assert_true(number == wanted[0]); /* the first, if none is named */
}

static void a_word_is_that_of_proc_sys(void **state)
{
	char word[64] = "", small[2] = "x";
	int64_t number = -7;

	if (sysctl_word("net.ipv4.tcp_congestion_control", word, sizeof(word)) < 0)
		SKIP_BECAUSE("no net.ipv4.tcp_congestion_control here");
	assert_true(strlen(word) > 2);
	assert_null(strpbrk(word, " \t\n"));
	assert_int_equal(sysctl_word("net.ipv4.tcp_congestion_control", small, sizeof(small)), -EMSGSIZE);
	assert_string_equal(small, "x");
	assert_int_equal(sysctl_number("net.ipv4.tcp_congestion_control", &number), -EINVAL);
	assert_true(number == -7);
}

static void what_is_not_there_is_told(void **state)
{
	char name[300];
	int64_t number = -7;

	assert_int_equal(sysctl_number("net.ipv4.no_such_sysctl", &number), -ENOENT);
	assert_int_equal(sysctl_number("net.ipv4.tcp_rmem[3]", &number), -EINVAL);
	assert_int_equal(sysctl_number("net.ipv4.tcp_rmem[99999999999]", &number), -EINVAL);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(sysctl_number(name, &number), -ENOENT);
	assert_true(number == -7);
}

/** A name is a name below /proc/sys, and no way out of it. */
static void a_name_does_not_lead_out_of_proc_sys(void **state)
{
	int64_t number = -7;

	assert_true(sysctl_number("../meminfo", &number) < 0);
	assert_true(sysctl_number("", &number) < 0);
	assert_true(sysctl_number("net", &number) < 0);
	assert_true(number == -7);
}

static void every_sysctl_of_the_catalogue_has_a_sane_name(void **state)
{
	size_t seen = 0, there = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);

		for (size_t k = 0; k <= option->n_defaults; k++) {
			const char *name = k < option->n_defaults ? option->defaults[k].sysctl : option->limit.sysctl;
			int64_t number;
			char word[64];

			if (!name)
				continue;
			seen++;
			assert_null(strpbrk(name, "/ \t"));
			if (sysctl_number(name, &number) == 0 || sysctl_word(name, word, sizeof(word)) == 0)
				there++;
			else
				print_message("# %s (%s) is not readable here\n", name, option->name);
		}
	}
	assert_true(seen > 5);
	assert_true(there > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_that_of_proc_sys),
		cmocka_unit_test(a_word_is_that_of_proc_sys),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(a_name_does_not_lead_out_of_proc_sys),
		cmocka_unit_test(every_sysctl_of_the_catalogue_has_a_sane_name),
	};

	return RUN_TESTS(tests);
}
