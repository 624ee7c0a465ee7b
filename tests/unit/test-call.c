/* SPDX-License-Identifier: MIT */
#include <call.h>
#include <linux/capability.h>

#include "test.h"

static void every_kind_has_a_word_of_its_own(void **state)
{
	for (int a = 0; a < CALL_N_KINDS; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(call_kind_word((enum call_kind)a), call_kind_word((enum call_kind)b));
	assert_string_equal(call_kind_word(CALL_SET), "set");
	assert_string_equal(call_kind_word(CALL_CLOSE), "close");
}

static void capabilities_are_named_as_the_kernel_numbers_them(void **state)
{
	static const struct {
		int number;
		const char *name;
	} some[] = {
		{ CAP_CHOWN, "CAP_CHOWN" },
		{ CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE" },
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
		{ CAP_NET_RAW, "CAP_NET_RAW" },
		{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE" },
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
		{ CAP_PERFMON, "CAP_PERFMON" },
		{ CAP_BPF, "CAP_BPF" },
		{ CAP_LAST_CAP, "CAP_CHECKPOINT_RESTORE" },
	};
	char text[100];

	for (size_t i = 0; i < COUNT(some); i++) {
		assert_int_equal(call_capabilities(UINT64_C(1) << some[i].number, text, sizeof(text)), strlen(some[i].name));
		assert_string_equal(text, some[i].name);
	}
}

static void several_are_a_list_and_none_is_empty(void **state)
{
	char text[100] = "?";

	assert_int_equal(call_capabilities(0, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	call_capabilities(UINT64_C(1) << CAP_NET_ADMIN | UINT64_C(1) << CAP_NET_RAW, text, sizeof(text));
	assert_string_equal(text, "CAP_NET_ADMIN, CAP_NET_RAW");
}

static void what_does_not_fit_is_cut_and_its_length_told(void **state)
{
	char text[8], whole[2000];
	int length = call_capabilities(UINT64_MAX, whole, sizeof(whole));

	assert_int_equal(length, strlen(whole));
	assert_int_equal(call_capabilities(UINT64_MAX, text, sizeof(text)), length);
	assert_string_equal(text, "CAP_CHO");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_word_of_its_own),
		cmocka_unit_test(capabilities_are_named_as_the_kernel_numbers_them),
		cmocka_unit_test(several_are_a_list_and_none_is_empty),
		cmocka_unit_test(what_does_not_fit_is_cut_and_its_length_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
