/* SPDX-License-Identifier: MIT */
#include <gather.h>

#include "sample-record.h"

static void a_cookie_is_new_once(void **state)
{
	struct gather_seen seen = { 0 };
	uint64_t random = 4711;

	assert_false(gather_was_seen(&seen, 5));
	for (uint64_t i = 1; i <= 20000; i++) {
		assert_int_equal(gather_see(&seen, i * 4096), 1);
		assert_int_equal(gather_see(&seen, i * 4096), 0);
	}
	assert_int_equal(seen.n, 20000);
	assert_true(seen.n * 4 <= seen.size * 3);
	for (uint64_t i = 1; i <= 20000; i++) {
		assert_true(gather_was_seen(&seen, i * 4096));
		assert_false(gather_was_seen(&seen, i * 4096 + 1));
	}
	/* Whatever the numbers are. */
	for (int i = 0; i < 20000; i++) {
		uint64_t cookie = random_next(&random) | 1;

		assert_int_equal(gather_see(&seen, cookie), 1);
	}
	gather_seen_done(&seen);
	assert_false(gather_was_seen(&seen, 4096));
}

static int add(struct gather *gather, uint64_t cookie, pid_t pid, int fd, const char *name)
{
	const struct facts_holder holder = { .pid = pid, .fd = fd, .process = name, .cgroup = "/group" };
	struct sample sample;

	sample_make(&sample, &sample_tcp, SAMPLE_TCP, NULL);
	sample.head->cookie = cookie;
	sample.head->pid = (uint32_t)pid;
	return gather_add(gather, sample.head, &holder);
}

static void holders_of_a_socket_are_kept_in_order(void **state)
{
	struct gather gather = { 0 };
	char name[16] = "first";

	assert_false(gather_has(&gather, 7));
	assert_int_equal(add(&gather, 7, 100, 3, name), 0);
	strcpy(name, "changed"); /* it has a copy */
	assert_int_equal(add(&gather, 8, 100, 4, name), 0);
	for (int i = 0; i < 300; i++)
		assert_int_equal(add(&gather, 7, 200 + i, 5, "other"), 0);
	assert_int_equal(gather.n, 2);
	assert_true(gather_has(&gather, 7) && gather_has(&gather, 8) && !gather_has(&gather, 9));
	assert_int_equal(gather.list[0].n_holders, 301);
	assert_true(gather.list[0].record->cookie == 7);
	assert_int_equal(gather.list[0].record->pid, 100); /* the first one's record */
	assert_string_equal(gather.list[0].holders[0].process, "first");
	assert_string_equal(gather.list[0].holders[0].cgroup, "/group");
	for (int i = 0; i < 300; i++)
		assert_int_equal(gather.list[0].holders[i + 1].pid, 200 + i);
	assert_int_equal(gather.list[1].n_holders, 1);
	gather_done(&gather);
	assert_int_equal(gather.n, 0);
}

static void the_same_descriptor_is_one_holder(void **state)
{
	struct gather gather = { 0 };

	assert_int_equal(add(&gather, 7, 100, 3, "a"), 0);
	assert_int_equal(add(&gather, 7, 100, 3, "a"), 0);
	assert_int_equal(add(&gather, 7, 100, 4, "a"), 0);
	assert_int_equal(add(&gather, 7, 101, 3, "a"), 0);
	assert_int_equal(add(&gather, 7, 100, 4, "a"), 0);
	assert_int_equal(gather.list[0].n_holders, 3);
	gather_done(&gather);
}

static void many_sockets_are_told_apart(void **state)
{
	struct gather gather = { 0 };

	for (int round = 0; round < 3; round++)
		for (uint64_t i = 0; i < 3000; i++)
			assert_int_equal(add(&gather, 1 + i * 4096, 10 + round, 3, "x"), 0);
	assert_int_equal(gather.n, 3000);
	for (size_t i = 0; i < gather.n; i++) {
		struct record_view view;

		assert_true(gather.list[i].record->cookie == 1 + i * 4096);
		assert_int_equal(gather.list[i].n_holders, 3);
		assert_true(record_parse(gather.list[i].record, gather.list[i].record->size, &view) > 0);
	}
	gather_done(&gather);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_is_new_once),
		cmocka_unit_test(holders_of_a_socket_are_kept_in_order),
		cmocka_unit_test(the_same_descriptor_is_one_holder),
		cmocka_unit_test(many_sockets_are_told_apart),
	};

	return RUN_TESTS(tests);
}
