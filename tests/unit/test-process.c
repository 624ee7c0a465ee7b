/* SPDX-License-Identifier: MIT */
#include <process.h>
#include <sys/prctl.h>

#include "child.h"

static void read_tells_what_proc_says(void **state)
{
	struct process process;
	char name[16] = "";

	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_int_equal(process_read(getpid(), &process), 0);
	assert_int_equal(process.pid, getpid());
	assert_int_equal(process.uid, geteuid());
	assert_string_equal(process.name, name);
	assert_true(process.netns == netns_of_path("/proc/self/ns/net"));
	if (process.cgroup)
		assert_int_equal(process.cgroup[0], '/');
	free(process.cgroup);
}

static int read_odd_name(void)
{
	struct process process;

	if (prctl(PR_SET_NAME, "a b\n)\t(c") < 0 || process_read(getpid(), &process) < 0)
		return 1;
	return strcmp(process.name, "a b\n)\t(c") == 0 ? 0 : 2;
}

static void a_name_may_hold_anything(void **state)
{
	assert_int_equal(in_child(read_odd_name), 0);
}

static void a_process_that_is_gone_is_told(void **state)
{
	struct process process = { .pid = 7 };

	assert_int_equal(process_read(pid_that_is_gone(), &process), -ESRCH);
	assert_int_equal(process.pid, 7);
}

struct search {
	pid_t wanted;
	int seen, calls;
};

static int look_for(void *arg, pid_t pid)
{
	struct search *search = arg;

	search->calls++;
	search->seen += pid == search->wanted;
	return 0;
}

static int stop(void *arg, pid_t pid)
{
	struct search *search = arg;

	search->calls++;
	return 42;
}

static void each_gives_every_process_once(void **state)
{
	pid_t child = child_begin();
	struct search ours = { .wanted = getpid() }, theirs = { .wanted = child };

	assert_int_equal(process_each(look_for, &ours), 0);
	assert_int_equal(process_each(look_for, &theirs), 0);
	child_end(child);
	assert_int_equal(ours.seen, 1);
	assert_int_equal(theirs.seen, 1);
}

static void each_ends_with_the_result_of_the_call(void **state)
{
	struct search search = { 0 };

	assert_int_equal(process_each(stop, &search), 42);
	assert_int_equal(search.calls, 1);
}

struct sockets {
	uint64_t inodes[64];
	int fds[64];
	size_t n;
};

static int collect(void *arg, int fd, uint64_t inode)
{
	struct sockets *sockets = arg;

	assert_true(sockets->n < 64);
	sockets->fds[sockets->n] = fd;
	sockets->inodes[sockets->n++] = inode;
	return 0;
}

static int stop_socket(void *arg, int fd, uint64_t inode)
{
	return 43;
}

static void each_socket_gives_the_sockets_and_nothing_else(void **state)
{
	struct sockets before = { .n = 0 }, sockets = { .n = 0 };
	int one, two, pipes[2], hits = 0;

	assert_int_equal(process_each_socket(getpid(), collect, &before), 0); /* who started us may have left some */
	one = open_tcp();
	two = open_socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(process_each_socket(getpid(), collect, &sockets), 0);
	assert_int_equal(sockets.n, before.n + 2);
	for (size_t i = 0; i < sockets.n; i++)
		hits += (sockets.fds[i] == one && sockets.inodes[i] == inode_of(one)) ||
			(sockets.fds[i] == two && sockets.inodes[i] == inode_of(two));
	assert_int_equal(hits, 2);
	assert_int_equal(process_each_socket(getpid(), stop_socket, NULL), 43);
	assert_int_equal(process_each_socket(pid_that_is_gone(), collect, &sockets), -ESRCH);
	close(one);
	close(two);
	close(pipes[0]);
	close(pipes[1]);
}

static int look_into_init(void)
{
	struct sockets sockets = { .n = 0 };

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	return process_each_socket(1, collect, &sockets) == -EACCES && sockets.n == 0 ? 0 : 1;
}

static void the_sockets_of_another_user_are_hidden(void **state)
{
	int result = in_child(look_into_init);

	if (result == 2)
		SKIP_BECAUSE("we may not become another user");
	assert_int_equal(result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_tells_what_proc_says),
		cmocka_unit_test(a_name_may_hold_anything),
		cmocka_unit_test(a_process_that_is_gone_is_told),
		cmocka_unit_test(each_gives_every_process_once),
		cmocka_unit_test(each_ends_with_the_result_of_the_call),
		cmocka_unit_test(each_socket_gives_the_sockets_and_nothing_else),
		cmocka_unit_test(the_sockets_of_another_user_are_hidden),
	};

	return RUN_TESTS(tests);
}
