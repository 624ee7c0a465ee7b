/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <probe-fresh.h>
#include <probe.h>

#include "test.h"

static void an_option_is_read_of_a_socket_that_it_applies_to(void **state)
{
	struct probe_fresh probe;

	probe_fresh(the_option("TCP_NODELAY"), &probe);
	assert_true(probe.opened);
	assert_true(probe.read);
	assert_int_equal(probe.error, 0);
	assert_int_equal(probe.kind.protocol, IPPROTO_TCP);
	assert_int_equal(value_int(&probe.value), 0);
}

static void what_can_only_be_set_is_no_error(void **state)
{
	struct probe_fresh probe;

	probe_fresh(the_option("SO_ATTACH_FILTER"), &probe);
	assert_true(probe.opened);
	assert_false(probe.read);
	assert_int_equal(probe.error, 0);
}

static void a_refusal_is_told_with_its_errno(void **state)
{
	struct probe_fresh probe;

	probe_fresh(the_option("SO_PEERNAME"), &probe);
	assert_true(probe.opened);
	assert_false(probe.read);
	assert_int_equal(probe.error, ENOTCONN);
}

static void what_applies_to_no_socket_that_can_be_opened_says_so(void **state)
{
	struct sockopt_where nowhere = { .families = UINT64_C(1) << 63 };
	struct sockopt_option option = *the_option("TCP_NODELAY");
	struct probe_fresh probe;

	option.applies = option.applies_get = &nowhere;
	option.n_applies = option.n_applies_get = 1;
	probe_fresh(&option, &probe);
	assert_false(probe.opened);
	assert_false(probe.read);
	assert_int_equal(probe.socket_error, EPROTONOSUPPORT);
}

static void every_option_of_the_catalogue_can_be_probed(void **state)
{
	size_t opened = 0, read = 0;

	for (size_t i = 0; i < sockopt_count(); i++) {
		const struct sockopt_option *option = sockopt_at(i);
		struct probe_fresh probe;

		probe_fresh(option, &probe);
		opened += probe.opened;
		read += probe.read;
		if (!probe.opened) {
			print_message("# %s: no socket: %s\n", option->name, strerror(probe.socket_error));
			continue;
		}
		assert_true(sockopt_applies(option, &probe.kind, option->access & SOCKOPT_GET ? SOCKOPT_GET : SOCKOPT_SET));
		assert_false(probe.read && probe.error);
	}
	assert_true(opened > sockopt_count() / 2);
	assert_true(read > 80);
}

static void every_kind_is_one_that_a_kernel_may_have(void **state)
{
	assert_true(probe_n_kinds > 10);
	for (size_t i = 0; i < probe_n_kinds; i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(&probe_kinds[i].of, &probe_kinds[k].of, sizeof(probe_kinds[i].of));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_is_read_of_a_socket_that_it_applies_to),
		cmocka_unit_test(what_can_only_be_set_is_no_error),
		cmocka_unit_test(a_refusal_is_told_with_its_errno),
		cmocka_unit_test(what_applies_to_no_socket_that_can_be_opened_says_so),
		cmocka_unit_test(every_option_of_the_catalogue_can_be_probed),
		cmocka_unit_test(every_kind_is_one_that_a_kernel_may_have),
	};

	return RUN_TESTS(tests);
}
