/* SPDX-License-Identifier: MIT */
/* What all unit tests share. The name of a test is its promise. Real sockets, no mock of the kernel. */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <sockopt.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** Ends a test as skipped. The reason is printed, and tap.py puts it into the result. */
#define SKIP_BECAUSE(...)                                \
	do {                                             \
		print_message("# reason: " __VA_ARGS__); \
		print_message("\n");                     \
		skip();                                  \
	} while (0)

/** The entry of this name; the test fails if the catalogue has none. */
static inline const struct sockopt_option *the_option(const char *name)
{
	const struct sockopt_option *option = sockopt_find(name);

	if (!option)
		fail_msg("the catalogue has no %s", name);
	return option;
}

/** A socket that must be there on every Linux; the caller closes it. */
static inline int open_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		fail_msg("socket(%d, %d, %d): %s", family, type, protocol, strerror(errno));
	return fd;
}

static inline int open_tcp(void)
{
	return open_socket(AF_INET, SOCK_STREAM, 0);
}

static inline void assert_bytes(const struct sockopt_value *value, const void *wanted, size_t length)
{
	assert_int_equal(value->length, length);
	assert_memory_equal(value->bytes, wanted, length);
}

/** A value of one int. */
static inline struct sockopt_value int_value(int number)
{
	struct sockopt_value value = { .length = sizeof(number) };

	memcpy(value.bytes, &number, sizeof(number));
	return value;
}

/** The value's first four bytes as an int. */
static inline int value_int(const struct sockopt_value *value)
{
	int number;

	memcpy(&number, value->bytes, sizeof(number));
	return number;
}

/** Makes a folder of our own (as mktemp -d does); the caller removes it. */
static inline void make_folder(char *ret, size_t size)
{
	const char *parent = getenv("TMPDIR");

	snprintf(ret, size, "%s/sockopt-unit-XXXXXX", parent && strlen(parent) < 60 ? parent : P_tmpdir);
	if (!mkdtemp(ret))
		fail_msg("%s: %s", ret, strerror(errno));
}

/** xorshift64*: the same numbers on every machine, so that a failure can be had again. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static inline int test_open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

static int test_descriptors_before;

static inline int test_begin(void **state)
{
	(void)state;
	test_descriptors_before = test_open_descriptors();
	return 0;
}

/** A group that leaves a descriptor open fails. */
static inline int test_end(void **state)
{
	int now = test_open_descriptors();

	(void)state;
	if (now != test_descriptors_before)
		print_message("# %d descriptors leaked\n", now - test_descriptors_before);
	return now - test_descriptors_before;
}

#define RUN_TESTS(tests) cmocka_run_group_tests(tests, test_begin, test_end)

#endif
