/* SPDX-License-Identifier: MIT */
#include <cgroup.h>

#include "child.h"

static void below_is_a_matter_of_whole_names(void **state)
{
	assert_true(cgroup_is_below("/a/b", "/a"));
	assert_true(cgroup_is_below("/a", "/a"));
	assert_true(cgroup_is_below("/a", "/"));
	assert_false(cgroup_is_below("/ab", "/a"));
	assert_false(cgroup_is_below("/", "/a"));
	assert_true(cgroup_is_root("/"));
	assert_false(cgroup_is_root("/a"));
}

static void a_process_has_one(void **state)
{
	char own[CGROUP_PATH_MAX], same[CGROUP_PATH_MAX];

	if (cgroup_of_pid(0, own) == -ENODEV)
		SKIP_BECAUSE("there is no cgroup hierarchy of version 2");
	assert_int_equal(own[0], '/');
	assert_int_equal(cgroup_of_pid(getpid(), same), 0);
	assert_string_equal(own, same);
	assert_int_equal(cgroup_of_pid(pid_that_is_gone(), same), -ESRCH);
}

static void what_is_no_cgroup_is_told(void **state)
{
	char path[CGROUP_PATH_MAX] = "untouched";

	if (cgroup_open("/", path, NULL) == -ENODEV)
		SKIP_BECAUSE("there is no cgroup hierarchy of version 2");
	assert_string_equal(path, "/");
	strcpy(path, "untouched");
	assert_int_equal(cgroup_open("/no/such/cgroup", path, NULL), -ENOENT);
	assert_int_equal(cgroup_open("/../..", path, NULL), -EXDEV);
	assert_string_equal(path, "untouched");
	assert_int_equal(cgroup_of_unit("no-such-unit-of-sockopt", path), -ENOENT);
	assert_int_equal(cgroup_of_unit("a/b", path), -ENOENT);
	assert_int_equal(cgroup_of_unit("", path), -ENOENT);
	assert_int_equal(cgroup_remove("/"), -EBUSY);
	assert_string_equal(path, "untouched");
}

static int enter(void)
{
	char own[CGROUP_PATH_MAX], path[CGROUP_PATH_MAX], opened[CGROUP_PATH_MAX], now[CGROUP_PATH_MAX], name[64];
	int fd, back, r;

	snprintf(name, sizeof(name), "sockopt-unit-%d", (int)getpid());
	if (cgroup_of_pid(0, own) < 0 || cgroup_make(own, name, path) < 0)
		return 77;
	fd = cgroup_open(path, opened, NULL);
	back = cgroup_open(own, opened, NULL);
	r = fd < 0 || back < 0 || !cgroup_is_empty(fd);
	if (r == 0)
		r = cgroup_enter(fd) == 0 ? 0 : 2;
	if (r == 0)
		r = cgroup_of_pid(0, now) == 0 && strcmp(now, path) == 0 && !cgroup_is_empty(fd) ? 0 : 3;
	if (r == 0)
		r = cgroup_remove(path) == -EBUSY ? 0 : 4;
	cgroup_enter(back);
	if (r == 0)
		r = cgroup_is_empty(fd) ? 0 : 5;
	if (cgroup_remove(path) < 0 && r == 0)
		r = 6;
	return r;
}

static void one_of_ours_is_made_entered_left_and_removed(void **state)
{
	int r = in_child(enter);

	if (r == 77)
		SKIP_BECAUSE("no right to make a cgroup");
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(below_is_a_matter_of_whole_names),
		cmocka_unit_test(a_process_has_one),
		cmocka_unit_test(what_is_no_cgroup_is_told),
		cmocka_unit_test(one_of_ours_is_made_entered_left_and_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
