/* SPDX-License-Identifier: MIT */
#include <borrow.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "child.h"

static void a_borrowed_descriptor_is_the_same_socket(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int fd = open_tcp(), ours = -1, on = 1, seen = 0;
	socklen_t length = sizeof(seen);

	assert_int_equal(borrow_fd(&borrower, getpid(), fd, inode_of(fd), &ours), 0);
	assert_true(ours >= 0 && ours != fd);
	assert_true(inode_of(ours) == inode_of(fd));
	assert_int_equal(setsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &seen, &length), 0);
	assert_int_equal(seen, 1);
	assert_true(fcntl(ours, F_GETFD) & FD_CLOEXEC);
	close(ours);
	close(fd);
	borrow_done(&borrower);
}

static void inode_0_takes_any_socket(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int fd = open_tcp(), ours = -1;

	assert_int_equal(borrow_fd(&borrower, getpid(), fd, 0, &ours), 0);
	close(ours);
	close(fd);
	borrow_done(&borrower);
}

static void unchecked_it_may_be_anything(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int pipes[2], ours;

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(borrow_fd(&borrower, getpid(), pipes[0], BORROW_UNCHECKED, &ours), 0);
	assert_int_equal(inode_of(ours), inode_of(pipes[0]));
	close(ours);
	close(pipes[0]);
	close(pipes[1]);
	borrow_done(&borrower);
}

static void a_descriptor_that_is_another_thing_now_is_stale(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int fd = open_tcp(), other = open_tcp(), pipes[2], ours = -7;
	uint64_t inode = inode_of(fd);

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(borrow_fd(&borrower, getpid(), other, inode, &ours), -ESTALE); /* another socket */
	assert_int_equal(borrow_fd(&borrower, getpid(), pipes[0], 0, &ours), -ESTALE);  /* no socket */
	close(fd);
	assert_int_equal(borrow_fd(&borrower, getpid(), fd, inode, &ours), -ESTALE); /* closed */
	assert_int_equal(ours, -7);
	close(other);
	close(pipes[0]);
	close(pipes[1]);
	borrow_done(&borrower);
}

static void a_process_that_is_gone_is_told(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int ours = -7;

	assert_int_equal(borrow_fd(&borrower, pid_that_is_gone(), 3, 0, &ours), -ESRCH);
	assert_int_equal(ours, -7);
	borrow_done(&borrower);
}

static void a_borrower_goes_from_process_to_process(void **state)
{
	struct borrower borrower = BORROWER_INIT;
	int fd = open_tcp();
	pid_t child = child_begin();
	pid_t pids[] = { getpid(), child, getpid(), child, child };

	for (size_t i = 0; i < COUNT(pids); i++) {
		int ours = -1;
		int r = borrow_fd(&borrower, pids[i], fd, inode_of(fd), &ours);

		if (r == -EPERM) { /* Yama may let us ask only our own children, and this is one */
			child_end(child);
			close(fd);
			borrow_done(&borrower);
			SKIP_BECAUSE("this system does not let a process ask its child");
		}
		assert_int_equal(r, 0);
		assert_int_equal(borrower.pid, pids[i]);
		close(ours);
	}
	child_end(child);
	close(fd);
	borrow_done(&borrower);
	borrow_done(&borrower); /* twice does no harm */
	assert_int_equal(borrower.pid, 0);
}

static int borrow_from_init(void)
{
	struct borrower borrower = BORROWER_INIT;
	int ours = -1;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	return borrow_fd(&borrower, 1, 0, 0, &ours) == -EPERM && ours == -1 ? 0 : 1;
}

static void a_process_of_another_user_refuses(void **state)
{
	int result = in_child(borrow_from_init);

	if (result == 2)
		SKIP_BECAUSE("we may not become another user");
	assert_int_equal(result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_borrowed_descriptor_is_the_same_socket),
		cmocka_unit_test(inode_0_takes_any_socket),
		cmocka_unit_test(unchecked_it_may_be_anything),
		cmocka_unit_test(a_descriptor_that_is_another_thing_now_is_stale),
		cmocka_unit_test(a_process_that_is_gone_is_told),
		cmocka_unit_test(a_borrower_goes_from_process_to_process),
		cmocka_unit_test(a_process_of_another_user_refuses),
	};

	return RUN_TESTS(tests);
}
