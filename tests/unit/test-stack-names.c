/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stack-names.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "test.h"

/** Of this program, whose symbols the build keeps. */
__attribute__((noinline, visibility("default"))) int a_function_with_a_name(int number);

int a_function_with_a_name(int number)
{
	return number + (int)getpid();
}

static void an_address_is_named_by_its_symbol_and_file(void **state)
{
	struct stack_names *names = stack_names_new();
	uint64_t address = (uint64_t)(uintptr_t)a_function_with_a_name;
	const char *name;

	assert_non_null(names);
	name = stack_names_find(names, getpid(), address + 1);
	assert_non_null(name);
	assert_non_null(strstr(name, "a_function_with_a_name+0x1 ("));
	assert_non_null(strstr(name, "test-stack-names"));
	assert_true(stack_names_is_code(names, getpid(), address));
	stack_names_free(names);
}

static void data_and_nothing_have_no_name(void **state)
{
	static int data = 1;
	struct stack_names *names = stack_names_new();

	assert_null(stack_names_find(names, getpid(), (uint64_t)(uintptr_t)&data));
	assert_null(stack_names_find(names, getpid(), 16));
	assert_false(stack_names_is_code(names, getpid(), (uint64_t)(uintptr_t)&data));
	stack_names_free(names);
}

static void a_process_that_is_gone_has_the_names_that_were_noted(void **state)
{
	struct stack_names *names = stack_names_new();

	assert_null(stack_names_find(names, INT32_MAX, 0x1000));
	assert_int_equal(stack_names_add(names, INT32_MAX, 0x1000, "one"), 0);
	assert_int_equal(stack_names_add(names, INT32_MAX, 0x1000, "two"), 0);
	assert_string_equal(stack_names_known(names, INT32_MAX, 0x1000), "two");
	assert_string_equal(stack_names_find(names, INT32_MAX, 0x1000), "two");
	assert_null(stack_names_known(names, 1, 0x1000));
	stack_names_free(names);
}

/**
 * Of a file that is gone the kernel says "FILE (deleted)". Whoever is traced can put something under that name:
 * to open a device or a FIFO is to use it.
 */
static void only_a_regular_file_is_opened_for_its_names(void **state)
{
	char folder[] = "/tmp/sockopt-names-XXXXXX", file[64], deleted[80], fifo[64], event[512];
	struct stack_names *names = stack_names_new();
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	uint64_t address;
	void *code;
	int fd;

	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/file", folder);
	snprintf(deleted, sizeof(deleted), "%s (deleted)", file);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0700);
	assert_int_equal(ftruncate(fd, 4096), 0);
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_true(code != MAP_FAILED);
	address = (uint64_t)(uintptr_t)code + 16;
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_true(inotify_add_watch(watch, fifo, IN_OPEN) >= 0);

	assert_int_equal(link(fifo, deleted), 0);
	assert_non_null(strstr(stack_names_find(names, getpid(), address), "file (deleted)+0x10"));
	assert_int_equal(unlink(deleted), 0);
	assert_int_equal(symlink(fifo, deleted), 0);
	assert_non_null(strstr(stack_names_find(names, getpid(), address), "file (deleted)+0x10"));
	assert_true(read(watch, event, sizeof(event)) < 0);
	assert_int_equal(errno, EAGAIN);

	munmap(code, 4096);
	close(fd);
	close(watch);
	unlink(deleted);
	unlink(fifo);
	rmdir(folder);
	stack_names_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_named_by_its_symbol_and_file),
		cmocka_unit_test(data_and_nothing_have_no_name),
		cmocka_unit_test(only_a_regular_file_is_opened_for_its_names),
		cmocka_unit_test(a_process_that_is_gone_has_the_names_that_were_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
