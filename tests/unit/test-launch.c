/* SPDX-License-Identifier: MIT */
#include <launch.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "test.h"

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int refuse(void *arg)
{
	return -*(int *)arg;
}

static void a_child_waits_until_it_is_released(void **state)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char[]){ "exit 7" }, NULL };
	struct launch child = LAUNCH_INIT;
	int status;

	assert_int_equal(launch_start(argv, refuse, NULL, &child), 0);
	assert_int_equal(waitpid(child.pid, &status, WNOHANG), 0);
	assert_int_equal(launch_release(&child, LAUNCH_PLAIN), 0);
	status = status_of(child.pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(launch_failure(&child), 0);
	launch_done(&child);
}

static void a_child_whose_gate_is_closed_runs_nothing(void **state)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char[]){ "exit 7" }, NULL };
	struct launch child = LAUNCH_INIT;
	pid_t pid;

	assert_int_equal(launch_start(argv, refuse, NULL, &child), 0);
	pid = child.pid;
	launch_done(&child);
	assert_int_equal(WEXITSTATUS(status_of(pid)), LAUNCH_NOT_STARTED);
}

static void what_cannot_be_started_says_why(void **state)
{
	char *argv[] = { (char[]){ "/nonexistent" }, NULL };
	struct launch child = LAUNCH_INIT;

	assert_int_equal(launch_start(argv, refuse, NULL, &child), 0);
	assert_int_equal(launch_release(&child, LAUNCH_PLAIN), 0);
	assert_int_equal(WEXITSTATUS(status_of(child.pid)), LAUNCH_NOT_STARTED);
	assert_int_equal(launch_failure(&child), ENOENT);
	launch_done(&child);
}

static void what_refuses_to_be_prepared_says_why(void **state)
{
	char *argv[] = { (char[]){ "true" }, NULL };
	struct launch child = LAUNCH_INIT;
	int error = EPERM;

	assert_int_equal(launch_start(argv, refuse, &error, &child), 0);
	assert_int_equal(launch_release(&child, LAUNCH_PREPARED), 0);
	assert_int_equal(WEXITSTATUS(status_of(child.pid)), LAUNCH_NOT_STARTED);
	assert_int_equal(launch_failure(&child), EPERM);
	launch_done(&child);
}

static void an_end_is_repeated_status_or_signal(void **state)
{
	static const int statuses[] = { 0, 7, 255 };
	pid_t pid;
	int status;

	for (size_t i = 0; i < COUNT(statuses); i++) {
		pid = fork();
		if (pid == 0)
			launch_end_as(statuses[i] << 8);
		assert_int_equal(WEXITSTATUS(status_of(pid)), statuses[i]);
	}
	pid = fork();
	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		launch_end_as(SIGTERM);
	}
	status = status_of(pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void no_descriptor_is_left_to_the_program(void **state)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char[]){ "[ \"$(ls /proc/self/fd | wc -l)\" -le 4 ]" }, NULL };
	struct launch child = LAUNCH_INIT;

	/* Those of the test itself are not ours. */
	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	assert_int_equal(launch_start(argv, refuse, NULL, &child), 0);
	assert_int_equal(launch_release(&child, LAUNCH_PLAIN), 0);
	assert_int_equal(WEXITSTATUS(status_of(child.pid)), 0);
	launch_done(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_waits_until_it_is_released),
		cmocka_unit_test(a_child_whose_gate_is_closed_runs_nothing),
		cmocka_unit_test(what_cannot_be_started_says_why),
		cmocka_unit_test(what_refuses_to_be_prepared_says_why),
		cmocka_unit_test(an_end_is_repeated_status_or_signal),
		cmocka_unit_test(no_descriptor_is_left_to_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
