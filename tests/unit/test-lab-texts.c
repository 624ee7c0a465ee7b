/* SPDX-License-Identifier: MIT */
/* What the laboratory reads out of texts: the kernel's counts, a command's figure, a sysctl to set. */
#include <counts.h>
#include <environment.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <trial.h>

#include "test.h"

static FILE *file_of(const char *text)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(file);
	return file;
}

static void retransmissions_are_in_the_column_of_their_heading(void **state)
{
	static const struct {
		const char *text;
		uint64_t wanted;
	} cases[] = {
		{ "Ip: A B\nIp: 1 2\nTcp: X RetransSegs Y\nTcp: -1 2128 7\n", 2128 },
		{ "Tcp: RetransSegs\nTcp: 18446744073709551615\n", UINT64_MAX },
		{ "Tcp: X RetransSegs\nTcp: 1\n", 0 },
		{ "Tcp: X NoRetransSegs\nTcp: 1 2\n", 0 },
		{ "Udp: X RetransSegs\nUdp: 1 2\n", 0 },
		{ "Tcp: X RetransSegs\n", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		FILE *file = file_of(cases[i].text);

		assert_int_equal(counts_read_retransmits(file), cases[i].wanted);
		fclose(file);
	}
	assert_int_equal(counts_read_retransmits(NULL), 0);
}

static void bytes_of_all_devices_but_the_loopback_are_counted(void **state)
{
	FILE *file = file_of("Inter-|   Receive  |  Transmit\n face |bytes packets |bytes packets\n"
			     "    lo: 100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"
			     "  eth0: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n"
			     "lo:x: 1 2\n"
			     " loop0:5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0\n");
	uint64_t received, sent;

	counts_read_devices(file, &received, &sent);
	assert_int_equal(received, 15);
	assert_int_equal(sent, 26);
	fclose(file);
	counts_read_devices(NULL, &received, &sent);
	assert_int_equal(received + sent, 0);
}

static void a_schedule_is_what_ran_and_what_waited(void **state)
{
	struct counts_processor processor;
	FILE *file = file_of("372883 379986 6\n");

	assert_true(counts_read_schedule(file, &processor));
	assert_int_equal(processor.ran_ns, 372883);
	assert_int_equal(processor.waited_ns, 379986);
	assert_false(counts_read_schedule(file, &processor)); /* at its end */
	fclose(file);
	assert_false(counts_read_schedule(NULL, &processor));
}

static void a_figure_is_a_number_that_is_finite(void **state)
{
	assert_true(trial_read_figure("Requests/sec: *([0-9.]+)", "a\nRequests/sec:  12.5\n") == 12.5);
	assert_true(trial_read_figure("(.*)", "1e3") == 1000);
	assert_true(isnan(trial_read_figure("(.*)", "inf")));
	assert_true(isnan(trial_read_figure("(.*)", "nan")));
	assert_true(isnan(trial_read_figure("([0-9.]*)", "none")));
	assert_true(isnan(trial_read_figure("[0-9]+", "12"))); /* no group */
	assert_true(isnan(trial_read_figure("x|([0-9]+)", "x 12")));
	assert_true(isnan(trial_read_figure("(", "12")));
}

static void a_sysctl_is_of_the_network(void **state)
{
	static const char *const wrong[] = {
		"kernel.core_pattern=|/x",
		"net.ipv4.tcp_wmem",
		"net.../../../etc/passwd=x",
		"net/ipv4/tcp_wmem=1",
		"net...=1",
		"net.a_name_that_is_longer_than_the_room=1",
		"=",
		"",
	};
	char path[40] = "";
	const char *value = NULL;

	assert_int_equal(environment_read_sysctl("net.ipv4.tcp_wmem=4096 16384=", path, sizeof(path), &value), 0);
	assert_string_equal(path, "/proc/sys/net/ipv4/tcp_wmem");
	assert_string_equal(value, "4096 16384=");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(environment_read_sysctl(wrong[i], path, sizeof(path), &value), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retransmissions_are_in_the_column_of_their_heading),
		cmocka_unit_test(bytes_of_all_devices_but_the_loopback_are_counted),
		cmocka_unit_test(a_schedule_is_what_ran_and_what_waited),
		cmocka_unit_test(a_figure_is_a_number_that_is_finite),
		cmocka_unit_test(a_sysctl_is_of_the_network),
	};

	return RUN_TESTS(tests);
}
