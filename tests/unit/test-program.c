/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <program.h>
#include <sys/stat.h>

#include "test.h"

static char folder[128];

static const char *file(const char *name, const char *text, mode_t mode)
{
	static char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void a_program_is_found_as_execvp_finds_it(void **state)
{
	char path[512], search[512];

	snprintf(search, sizeof(search), "/no/such/folder:%s:/bin:/usr/bin", folder);
	setenv("PATH", search, 1);
	file("mine", "#!/bin/sh\n", 0755);
	file("other", "#!/bin/sh\n", 0644);
	assert_int_equal(program_find("mine", path, sizeof(path)), 0);
	assert_string_equal(strrchr(path, '/'), "/mine");
	assert_int_equal(program_find("sh", path, sizeof(path)), 0);
	assert_int_equal(program_find("./no-such-file", path, sizeof(path)), -ENOENT);
	assert_int_equal(program_find("no-such-program", path, sizeof(path)), -ENOENT);
	assert_int_equal(program_find("", path, sizeof(path)), -ENOENT);
	assert_int_equal(program_find("other", path, sizeof(path)), -EACCES);
	assert_int_equal(program_find(folder, path, sizeof(path)), -EACCES);
	assert_int_equal(program_find("mine", path, 4), -ENOENT);
}

static void what_a_program_is_stands_in_its_file(void **state)
{
	struct program program;

	memset(&program, 0x5a, sizeof(program));
	assert_int_equal(program_look("/proc/self/exe", &program), 0);
	assert_true(program.is_dynamic);
	assert_int_equal(access(program.loader, X_OK), 0);
	assert_false(program.is_other_abi);
	assert_false(program.is_privileged);
	assert_int_equal(program_look(file("script", "#! /bin/sh -e\necho\n", 0755), &program), 0);
	assert_true(program.is_dynamic);
	assert_int_equal(program_look(file("text", "echo\n", 0755), &program), 0);
	assert_false(program.is_dynamic);
	assert_int_equal(program_look(file("setuid", "echo\n", 04755), &program), 0);
	assert_true(program.is_privileged);
	/* An ELF header of the other word size. */
	assert_int_equal(program_look(file("other", sizeof(void *) == 8 ? "\177ELF\1\1\1" : "\177ELF\2\1\1", 0755), &program), 0);
	assert_true(program.is_other_abi);
	assert_false(program.is_dynamic);
}

static void what_cannot_be_looked_at_is_an_error(void **state)
{
	struct program program;
	char text[300];

	assert_int_equal(program_look("/no/such/file", &program), -ENOENT);
	snprintf(text, sizeof(text), "#!%s/loop\n", folder);
	assert_int_equal(program_look(file("loop", text, 0755), &program), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_found_as_execvp_finds_it),
		cmocka_unit_test(what_a_program_is_stands_in_its_file),
		cmocka_unit_test(what_cannot_be_looked_at_is_an_error),
	};
	char command[200];
	int r;

	make_folder(folder, sizeof(folder));
	r = RUN_TESTS(tests);
	setenv("PATH", "/bin:/usr/bin", 1);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command) ? 1 : r; // NOLINT(cert-env33-c): a folder of our own
}
