/* SPDX-License-Identifier: MIT */
#include <holders.h>
#include <sys/resource.h>

#include "child.h"

static struct holders *read_holders(struct holders_report *ret_report)
{
	struct holders *holders;

	assert_int_equal(holders_read(&holders, ret_report), 0);
	return holders;
}

static bool contains(const struct facts_holder *list, size_t n, pid_t pid, int fd)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].pid == pid && list[i].fd == fd)
			return true;
	return false;
}

static void a_socket_is_found_with_all_its_holders(void **state)
{
	int fd = open_tcp(), twice = dup(fd);
	pid_t child = child_begin(); /* it has both, too */
	struct holders_report report;
	struct holders *holders = read_holders(&report);
	size_t index = holders_find(holders, inode_of(fd));
	const struct facts_holder *list;
	uint64_t inode;
	size_t n;

	assert_true(index != HOLDERS_NONE);
	n = holders_at(holders, index, &inode, &list);
	assert_true(inode == inode_of(fd));
	assert_int_equal(n, 4);
	assert_true(contains(list, n, getpid(), fd));
	assert_true(contains(list, n, getpid(), twice));
	assert_true(contains(list, n, child, fd));
	assert_true(contains(list, n, child, twice));
	for (size_t i = 0; i < n; i++) {
		assert_non_null(list[i].process);
		assert_non_null(list[i].cgroup);
		assert_int_equal(list[i].uid, geteuid());
	}
	assert_true(report.processes >= 2);
	holders_free(holders);
	child_end(child);
	close(twice);
	close(fd);
}

static void a_socket_that_nobody_holds_is_not_found(void **state)
{
	int fd = open_tcp();
	uint64_t inode = inode_of(fd);
	struct holders *holders;

	close(fd);
	holders = read_holders(NULL);
	assert_true(holders_find(holders, inode) == HOLDERS_NONE);
	assert_true(holders_find(holders, 0) == HOLDERS_NONE);
	assert_true(holders_find(holders, UINT64_MAX) == HOLDERS_NONE);
	holders_free(holders);
}

/** How often this process holds it as this descriptor: a sockopt that looks at the same time holds it, too. */
static size_t own_holders(const struct facts_holder *list, size_t count, int fd)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += list[i].pid == getpid() && list[i].fd == fd;
	return n;
}

static void every_socket_is_there_once(void **state)
{
	struct holders *holders;
	int fds[3000];
	size_t n = 0;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &limit);
	while (n < COUNT(fds) && (fds[n] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) >= 0)
		n++;
	assert_true(n > 100);
	if (n < COUNT(fds)) /* the table needs a descriptor itself */
		for (int i = 0; i < 8; i++)
			close(fds[--n]);

	holders = read_holders(NULL);
	assert_true(holders_count(holders) >= n);
	for (size_t i = 0; i < n; i++) {
		size_t index = holders_find(holders, inode_of(fds[i]));
		const struct facts_holder *list;
		uint64_t inode;
		size_t count;

		assert_true(index != HOLDERS_NONE);
		count = holders_at(holders, index, &inode, &list);
		assert_int_equal(own_holders(list, count, fds[i]), 1);
		assert_true(inode == inode_of(fds[i]));
	}
	for (size_t i = 0; i < holders_count(holders); i++) {
		const struct facts_holder *list;
		uint64_t inode;

		assert_true(holders_at(holders, i, &inode, &list) > 0);
		assert_true(holders_find(holders, inode) == i);
	}
	holders_free(holders);
	while (n)
		close(fds[--n]);
}

static void the_namespaces_are_named_once_each(void **state)
{
	struct holders *holders = read_holders(NULL);
	uint64_t netns[256], own = netns_of_path("/proc/self/ns/net");
	pid_t pids[256];
	size_t n = holders_namespaces(holders, netns, pids, COUNT(netns)), own_seen = 0;

	for (size_t i = 0; i < n; i++) {
		own_seen += netns[i] == own;
		assert_true(netns[i] != 0 && pids[i] > 0);
		for (size_t k = 0; k < i; k++)
			assert_true(netns[k] != netns[i]);
	}
	assert_int_equal(own_seen, 1);
	assert_int_equal(holders_namespaces(holders, netns, pids, 1), 1);
	assert_int_equal(holders_namespaces(holders, netns, pids, 0), 0);
	holders_free(holders);
}

static int hidden_of_init(void)
{
	struct holders_report report;
	struct holders *holders;
	int result;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	if (holders_read(&holders, &report) < 0)
		return 3;
	result = holders_is_hidden(holders, 1) && report.hidden > 0 && report.first_hidden > 0 &&
				 !holders_is_hidden(holders, getpid()) ?
			 0 :
			 1;
	holders_free(holders);
	return result;
}

static void processes_that_may_not_be_seen_are_counted(void **state)
{
	int result = in_child(hidden_of_init);

	if (result == 2)
		SKIP_BECAUSE("we may not become another user");
	assert_int_equal(result, 0);
}

static void a_process_that_is_not_known_is_not_hidden(void **state)
{
	struct holders *holders = read_holders(NULL);

	assert_false(holders_is_hidden(holders, getpid()));
	assert_false(holders_is_hidden(holders, pid_that_is_gone()));
	holders_free(holders);
	holders_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_found_with_all_its_holders),
		cmocka_unit_test(a_socket_that_nobody_holds_is_not_found),
		cmocka_unit_test(every_socket_is_there_once),
		cmocka_unit_test(the_namespaces_are_named_once_each),
		cmocka_unit_test(processes_that_may_not_be_seen_are_counted),
		cmocka_unit_test(a_process_that_is_not_known_is_not_hidden),
	};

	return RUN_TESTS(tests);
}
