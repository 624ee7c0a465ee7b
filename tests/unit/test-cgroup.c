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
	int fd = -1, back, r;

	snprintf(name, sizeof(name), "sockopt-unit-%d", (int)getpid());
	if (cgroup_of_pid(0, own) == 0)
		fd = cgroup_make(own, name, path);
	if (fd < 0)
		return 77;
	back = cgroup_open(own, opened, NULL);
	r = back < 0 || !cgroup_is_empty(fd);
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

static bool is_there(const char *path)
{
	char unused[CGROUP_PATH_MAX];
	int fd = cgroup_open(path, unused, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/** 1: of who lives, 2: of who was killed while its program runs, 3: of who was killed, word: of somebody else. */
static int leave(void)
{
	char own[CGROUP_PATH_MAX], unused[CGROUP_PATH_MAX], paths[4][CGROUP_PATH_MAX], prefix[64], name[80];
	static const char *const names[] = { "1", "2", "3-3", "word" };
	int fds[4], back, r;

	snprintf(prefix, sizeof(prefix), "sockopt-unit-left-%d-", (int)getpid());
	if (cgroup_of_pid(0, own) < 0)
		return 77;
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", prefix, names[i]);
		fds[i] = cgroup_make(own, name, paths[i]);
		if (fds[i] < 0)
			return 77;
	}
	r = cgroup_make(own, name, unused) == -EEXIST ? 0 : 1;
	back = cgroup_open(own, unused, NULL);
	r = r ? r : cgroup_enter(fds[1]) == 0 ? 0 :
						2;
	for (int i = 1; i < 4; i++)
		close(fds[i]);
	cgroup_remove_left(own, prefix);
	if (r == 0 && !(is_there(paths[0]) && is_there(paths[1]) && !is_there(paths[2]) && is_there(paths[3])))
		r = 3;
	cgroup_enter(back);
	close(fds[0]);
	cgroup_remove_left(own, prefix);
	if (r == 0 && (is_there(paths[0]) || is_there(paths[1]) || !is_there(paths[3])))
		r = 4;
	for (int i = 0; i < 4; i++)
		cgroup_remove(paths[i]);
	return r;
}

static void of_those_that_are_left_only_what_nobody_wants_is_removed(void **state)
{
	int r = in_child(leave);

	if (r == 77)
		SKIP_BECAUSE("no right to make a cgroup");
	assert_int_equal(r, 0);
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
		cmocka_unit_test(of_those_that_are_left_only_what_nobody_wants_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
